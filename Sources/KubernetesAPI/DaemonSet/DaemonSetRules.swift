internal import Documents
internal import ObjectSchema

/// What a daemon set asks beyond its rows.
enum DaemonSetRules {
  private static let strategy = FieldPath("spec", "updateStrategy")

  static var all: Rules<DaemonSet> {
    var rules = Rules<DaemonSet>()
    rules.applyDefaults = applyDefaults
    rules.prepareForCreation = { object in
      object.status = DaemonSetStatus()
      object.metadata.generation = 1
      object.templateGeneration = max(1, object.templateGeneration)
    }
    rules.prepareForUpdate = { object, old, scope in
      switch scope {
      case .main:
        object.status = old.status
        object.templateGeneration = old.templateGeneration + (object.spec.template == old.spec.template ? 0 : 1)
        if object.spec != old.spec { object.metadata.countChange() }
      case .status: object.spec = old.spec
      }
    }
    rules.check = check
    rules.checkUpdate = { PodSelectorCheck.checkUpdate($0.spec.selector, from: $1.spec.selector) }
    rules.checkStatus = { object, _ in check(object.status) }
    rules.warnings = { $0.metadata.warningsAsNameOfPods + PodTemplateCheck.warnings($0.spec.template) }
    return rules
  }

  private static func applyDefaults(_ object: inout DaemonSet) {
    object.spec.template.spec.applyComputedDefaults()
    if object.spec.updateStrategy.type?.isEmpty ?? true { object.spec.updateStrategy.type = "RollingUpdate" }
    if object.spec.updateStrategy.type == "RollingUpdate" && object.spec.updateStrategy.rollingUpdate == nil {
      var steps = RollingUpdateDaemonSet()
      steps.applyDefaults()
      object.spec.updateStrategy.rollingUpdate = steps
    }
  }

  private static func check(_ object: DaemonSet) -> [FieldError] {
    let spec = object.spec
    return PodSelectorCheck.check(spec.selector, spec.template, emptyOneIsInvalidFor: "daemonset")
      + PodTemplateCheck.checkLasting(spec.template, of: "DaemonSet", at: FieldPath("spec", "template"))
      + check(spec.updateStrategy)
  }

  private static func check(_ strategy: DaemonSetUpdateStrategy) -> [FieldError] {
    switch (strategy.type, strategy.rollingUpdate) {
    case ("OnDelete", _): return []
    case ("RollingUpdate", let steps?): return check(steps, at: Self.strategy.field("rollingUpdate"))
    case ("RollingUpdate", nil): return [FieldError(Self.strategy.field("rollingUpdate"), .required)]
    default:
      return [
        FieldError(
          Self.strategy, .notSupported(["RollingUpdate", "OnDelete"]),
          shown:
            "apps.DaemonSetUpdateStrategy{Type:\(GoText.quoted(strategy.type)), RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}"
        )
      ]
    }
  }

  private static func check(_ steps: RollingUpdateDaemonSet, at path: FieldPath) -> [FieldError] {
    let unavailable = steps.maxUnavailable ?? .int(0)
    let surge = steps.maxSurge ?? .int(0)
    let places = (path.field("maxUnavailable"), path.field("maxSurge"))
    var errors = unavailable.checkAsShare(at: places.0) + surge.checkAsShare(at: places.1)
    errors += unavailable.checkAsShareOfAll(at: places.0) + surge.checkAsShareOfAll(at: places.1)
    switch (unavailable.share != 0, surge.share != 0) {
    case (true, true):
      errors.append(
        FieldError(
          places.1, .invalid("may not be set when maxUnavailable is non-zero"), shown: GoText.intOrString(surge)))
    case (false, false):
      errors.append(FieldError(places.0, .requiredBecause("cannot be 0 when maxSurge is 0")))
    default: break
    }
    return errors
  }

  private static func check(_ status: DaemonSetStatus) -> [FieldError] {
    let counts: [(String, Int32?)] = [
      ("currentNumberScheduled", status.currentNumberScheduled), ("numberMisscheduled", status.numberMisscheduled),
      ("desiredNumberScheduled", status.desiredNumberScheduled), ("numberReady", status.numberReady),
      ("updatedNumberScheduled", status.updatedNumberScheduled), ("numberAvailable", status.numberAvailable),
      ("numberUnavailable", status.numberUnavailable), ("collisionCount", status.collisionCount),
    ]
    return StatusCounts.checkSigns(counts, at: FieldPath("status"))
  }
}

extension DaemonSet {
  private static let generationKey = "deprecated.daemonset.template.generation"

  /// Counts the changes of the template, in an annotation that has outlived the field that it once was.
  fileprivate var templateGeneration: Int64 {
    get { metadata.annotations[Self.generationKey].flatMap { Int64($0) } ?? 0 }
    set { metadata.annotations[Self.generationKey] = "\(newValue)" }
  }
}
