internal import ObjectSchema

extension Deployment: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.field(0, "Name", name)
    description.field(0, "Namespace", namespace)
    description.field(0, "CreationTimestamp", description.time(metadata.creationTimestamp))
    description.pairs("Labels", metadata.labels)
    description.annotations(metadata.annotations)
    description.field(0, "Selector", podSelector?.queryText ?? "")
    let counts = [
      "\(desiredReplicas) desired", "\(status.updatedReplicas ?? 0) updated", "\(status.replicas ?? 0) total",
      "\(status.availableReplicas ?? 0) available", "\(status.unavailableReplicas ?? 0) unavailable",
    ]
    description.field(0, "Replicas", counts.joined(separator: " | "))
    description.field(0, "StrategyType", spec.strategy.type ?? "")
    description.field(0, "MinReadySeconds", "\(spec.minReadySeconds ?? 0)")
    if let steps = spec.strategy.rollingUpdate {
      let unavailable = steps.maxUnavailable?.description ?? "<nil>"
      let surge = steps.maxSurge?.description ?? "<nil>"
      description.field(0, "RollingUpdateStrategy", "\(unavailable) max unavailable, \(surge) max surge")
    }
    podTemplate.describe(into: &description)
    description.conditions(status.conditions.map { ($0.type, $0.status, $0.reason) })
    describe(related.replicaSets, into: &description)
    description.events(related.events, now: related.now)
  }

  private func describe(_ found: [ReplicaSet], into description: inout Description) {
    let sets = replicaSets(among: found)
    if sets.new == nil && sets.old.isEmpty { return }
    func list(_ sets: [ReplicaSet]) -> String {
      if sets.isEmpty { return "<none>" }
      return sets.map { "\($0.name) (\($0.presentReplicas)/\($0.desiredReplicas) replicas created)" }
        .joined(separator: ", ")
    }
    description.field(0, "OldReplicaSets", list(sets.old))
    description.field(0, "NewReplicaSet", list(sets.new.map { [$0] } ?? []))
  }

  /// Its own replica sets: the one that makes pods as the template says now, the oldest if there are several, and the
  /// others.
  public func replicaSets(among found: [ReplicaSet]) -> (new: ReplicaSet?, old: [ReplicaSet]) {
    let own = found.filter { set in
      set.metadata.ownerReferences.first { $0.controller == true }?.uid == metadata.uid
    }
    let new =
      own.sorted {
        ($0.metadata.creationTimestamp ?? Timestamp(seconds: 0), $0.name)
          < ($1.metadata.creationTimestamp ?? Timestamp(seconds: 0), $1.name)
      }.first { set in
        var template = set.spec.template
        template.metadata.labels["pod-template-hash"] = nil
        return template == spec.template
      }
    return (new, own.filter { $0.metadata.uid != new?.metadata.uid })
  }
}
