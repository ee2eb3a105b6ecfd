extension ReplicaSet: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.field(0, "Name", name)
    description.field(0, "Namespace", namespace)
    description.field(0, "Selector", podSelector?.text ?? "<none>")
    description.pairs("Labels", metadata.labels)
    description.annotations(metadata.annotations)
    description.manager(metadata)
    description.field(0, "Replicas", "\(presentReplicas) current / \(desiredReplicas) desired")
    description.podsStatus(related.pods, of: self)
    podTemplate.describe(into: &description)
    description.conditions(status.conditions.map { ($0.type, $0.status, $0.reason) })
    description.events(related.events, now: related.now)
  }
}
