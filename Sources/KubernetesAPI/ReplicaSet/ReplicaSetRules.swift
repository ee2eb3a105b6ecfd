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
    rules.warnings = { $0.metadata.warningsAsNameOfPods + PodTemplateCheck.warnings($0.spec.template) }
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
