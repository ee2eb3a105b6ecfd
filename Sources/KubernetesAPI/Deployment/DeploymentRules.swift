internal import Documents
internal import ObjectSchema

/// What a deployment asks beyond its rows.
enum DeploymentRules {
  private static let strategy = FieldPath("spec", "strategy")
  private static let status = FieldPath("status")

  static var all: Rules<Deployment> {
    var rules = Rules<Deployment>()
    rules.applyDefaults = applyDefaults
    rules.prepareForCreation = { object in
      object.status = DeploymentStatus()
      object.metadata.generation = 1
    }
    rules.prepareForUpdate = { object, old, scope in
      switch scope {
      case .main:
        object.status = old.status
        // Annotations are handed on to replica sets, so they are part of what is asked for.
        if object.spec != old.spec || object.metadata.annotations != old.metadata.annotations {
          object.metadata.countChange()
        }
      case .status:
        object.spec = old.spec
        object.metadata.labels = old.metadata.labels
      }
    }
    rules.check = check
    rules.checkUpdate = { PodSelectorCheck.checkUpdate($0.spec.selector, from: $1.spec.selector) }
    rules.checkStatus = { checkStatus($0.status, from: $1.status) }
    rules.warnings = { $0.metadata.warningsAsNameOfPods + PodTemplateCheck.warnings($0.spec.template) }
    return rules
  }

  private static func applyDefaults(_ object: inout Deployment) {
    object.spec.template.spec.applyComputedDefaults()
    if object.spec.strategy.type?.isEmpty ?? true { object.spec.strategy.type = "RollingUpdate" }
    if object.spec.strategy.type == "RollingUpdate" && object.spec.strategy.rollingUpdate == nil {
      var steps = RollingUpdateDeployment()
      steps.applyDefaults()
      object.spec.strategy.rollingUpdate = steps
    }
  }

  private static func check(_ object: Deployment) -> [FieldError] {
    let spec = object.spec
    let template = FieldPath("spec", "template")
    var errors = PodSelectorCheck.check(spec.selector, spec.template, emptyOneIsInvalidFor: "deployment")
    errors += PodTemplateCheck.checkLasting(spec.template, of: "ReplicaSet", at: template)
    errors += check(spec.strategy)
    if let deadline = spec.progressDeadlineSeconds, deadline <= spec.minReadySeconds ?? 0 {
      errors.append(
        FieldError(
          FieldPath("spec", "progressDeadlineSeconds"), .invalid("must be greater than minReadySeconds"),
          value: .integer(deadline)))
    }
    return errors
  }

  private static func check(_ strategy: DeploymentStrategy) -> [FieldError] {
    let path = Self.strategy.field("rollingUpdate")
    switch (strategy.type, strategy.rollingUpdate) {
    case ("Recreate", .some):
      return [
        FieldError(path, .forbidden("may not be specified when strategy `type` is 'Recreate'"))
      ]
    case ("Recreate", nil), ("RollingUpdate", nil): return []
    case ("RollingUpdate", let steps?): return check(steps, at: path)
    default:
      return [
        FieldError(
          Self.strategy, .notSupported(["Recreate", "RollingUpdate"]),
          shown:
            "apps.DeploymentStrategy{Type:\(GoText.quoted(strategy.type)), RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}"
        )
      ]
    }
  }

  private static func check(_ steps: RollingUpdateDeployment, at path: FieldPath) -> [FieldError] {
    let unavailable = steps.maxUnavailable ?? .int(0)
    let surge = steps.maxSurge ?? .int(0)
    var errors = unavailable.checkAsShare(at: path.field("maxUnavailable"))
    errors += surge.checkAsShare(at: path.field("maxSurge"))
    if unavailable.share == 0 && surge.share == 0 {
      errors.append(
        FieldError(
          path.field("maxUnavailable"), .invalid("may not be 0 when `maxSurge` is 0"),
          shown: GoText.intOrString(unavailable)))
    }
    return errors + unavailable.checkAsShareOfAll(at: path.field("maxUnavailable"))
  }

  private static func checkStatus(_ status: DeploymentStatus, from old: DeploymentStatus) -> [FieldError] {
    var errors = StatusCounts.check(
      [
        ("updatedReplicas", status.updatedReplicas), ("readyReplicas", status.readyReplicas),
        ("availableReplicas", status.availableReplicas),
      ], of: status.replicas ?? 0, ready: status.readyReplicas ?? 0, at: Self.status)
    if let before = old.collisionCount, status.collisionCount ?? -1 < before {
      errors.append(
        FieldError(
          Self.status.field("collisionCount"), .invalid("cannot be decremented"),
          value: .integer(status.collisionCount ?? 0)))
    }
    return errors
  }
}

extension IntOrString {
  /// The number, or the number before the percent sign; 0 for any other text.
  var share: Int32 {
    switch self {
    case .int(let number): number
    case .string(let text): text.hasSuffix("%") ? Int32(text.dropLast()) ?? 0 : 0
    }
  }

  /// A count, or a percentage.
  func checkAsShare(at path: FieldPath) -> [FieldError] {
    switch self {
    case .int(let number):
      return Format<Int32>.notNegative.problems(number).map {
        FieldError(path, .invalid($0), value: .integer(number))
      }
    case .string(let text):
      let digits = text.dropLast()
      if text.hasSuffix("%"), !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) { return [] }
      return [
        FieldError(
          path,
          .invalid(
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
          ), shown: GoText.intOrString(self))
      ]
    }
  }

  func checkAsShareOfAll(at path: FieldPath) -> [FieldError] {
    guard case .string = self, share > 100 else { return [] }
    return [
      FieldError(path, .invalid("must not be greater than 100%"), shown: GoText.intOrString(self))
    ]
  }
}
