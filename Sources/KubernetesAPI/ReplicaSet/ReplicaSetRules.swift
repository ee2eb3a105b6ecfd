internal import Documents
internal import ObjectSchema

/// What a replica set asks beyond its rows.
enum ReplicaSetRules {
  static var all: Rules<ReplicaSet> {
    var rules = Rules<ReplicaSet>()
    rules.applyDefaults = { $0.spec.template.spec.applyComputedDefaults() }
    rules.prepareForCreation = { object in
      object.status = ReplicaSetStatus()
      object.metadata.generation = 1
    }
    rules.prepareForUpdate = { object, old, scope in
      switch scope {
      case .main:
        object.status = old.status
        if object.spec != old.spec { object.metadata.countChange() }
      case .status: object.spec = old.spec
      }
    }
    rules.check = check
    rules.checkUpdate = { PodSelectorCheck.checkUpdate($0.spec.selector, from: $1.spec.selector) }
    rules.checkStatus = { object, _ in check(object.status, at: FieldPath("status")) }
    rules.warnings = \.metadata.warningsAsNameOfPods
    rules.selectableFields = { ["status.replicas": "\($0.presentReplicas)"] }
    return rules
  }

  private static func check(_ object: ReplicaSet) -> [FieldError] {
    let template = FieldPath("spec", "template")
    return PodSelectorCheck.check(object.spec.selector, object.spec.template, emptyOneIsInvalidFor: "deployment")
      + PodTemplateCheck.checkLasting(object.spec.template, of: "ReplicaSet", at: template)
  }

  private static func check(_ status: ReplicaSetStatus, at path: FieldPath) -> [FieldError] {
    StatusCounts.check(
      [
        ("fullyLabeledReplicas", status.fullyLabeledReplicas), ("readyReplicas", status.readyReplicas),
        ("availableReplicas", status.availableReplicas),
      ], of: status.replicas ?? 0, ready: status.readyReplicas ?? 0, at: path)
  }
}

/// The counts in a status must fit each other.
enum StatusCounts {
  static func check(
    _ counts: [(name: String, count: Int32?)], of total: Int32, ready: Int32, at path: FieldPath
  ) -> [FieldError] {
    var errors: [FieldError] = []
    for (name, count) in [("replicas", total)] + counts.map({ ($0.name, $0.count ?? 0) }) {
      let place = path.field(name)
      if count < 0 {
        errors.append(FieldError(place, .invalid("must be greater than or equal to 0"), value: .integer(count)))
      }
      if count > total {
        errors.append(
          FieldError(place, .invalid("cannot be greater than status.replicas"), value: .integer(count)))
      }
      if name == "availableReplicas" && count > ready {
        errors.append(FieldError(place, .invalid("cannot be greater than readyReplicas"), value: .integer(count)))
      }
    }
    return errors
  }
}
