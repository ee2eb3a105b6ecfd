internal import ObjectSchema

extension PodTemplateSpec {
  /// The part about pods in the descriptions of the kinds that make them.
  func describe(into description: inout Description) {
    description.line(0, "Pod Template:")
    description.pairs("Labels", metadata.labels, level: 1)
    if !metadata.annotations.isEmpty { description.annotations(metadata.annotations, level: 1) }
    if let account = spec.serviceAccountName, !account.isEmpty {
      description.field(1, "Service Account", account)
    }
    var pod = Pod()
    pod.spec = spec
    ContainerDescription(pod: pod, isTemplate: true).describeAll(into: &description)
    VolumeDescription.describe(spec.volumes, isTemplate: true, into: &description)
    PlacementDescription.describe(spec.topologySpreadConstraints, level: 1, into: &description)
    if let priority = spec.priorityClassName, !priority.isEmpty {
      description.field(1, "Priority Class Name", priority)
    }
    description.pairs("Node-Selectors", spec.nodeSelector, level: 1)
    PlacementDescription.describe(spec.tolerations, level: 1, into: &description)
  }
}

extension Description {
  /// Who manages the object.
  mutating func manager(_ metadata: ObjectMeta) {
    guard let owner = metadata.ownerReferences.first(where: { $0.controller == true }) else { return }
    field(0, "Controlled By", "\(owner.kind ?? "")/\(owner.name ?? "")")
  }

  /// Conditions with their reasons.
  mutating func conditions(_ conditions: [(type: String?, status: String?, reason: String?)]) {
    if conditions.isEmpty { return }
    line(0, "Conditions:")
    line(1, "Type\tStatus\tReason")
    line(1, "----\t------\t------")
    for condition in conditions {
      line(1, "\(condition.type ?? "") \t\(condition.status ?? "")\t\(condition.reason ?? "")")
    }
  }

  /// How the pods of an object are, of all those that its selector finds.
  mutating func podsStatus(_ pods: [Pod], of owner: some NamedObject) {
    let own = pods.filter { pod in
      pod.metadata.ownerReferences.first { $0.controller == true }?.uid == owner.metadata.uid
    }
    func count(_ phase: String) -> Int { own.count { $0.status.phase == phase } }
    field(
      0, "Pods Status",
      "\(count("Running")) Running / \(count("Pending")) Waiting / \(count("Succeeded")) Succeeded / \(count("Failed")) Failed"
    )
  }
}
