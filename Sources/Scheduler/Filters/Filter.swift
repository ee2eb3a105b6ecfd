internal import KubernetesAPI

/// One reason after the other for which a node cannot take a pod; the first that objects is told.
struct Filter: Sendable {
  /// What a filter says against a node.
  struct Objection: Sendable, Equatable {
    var reasons: [String]
    /// Whether taking away other pods could help.
    var isResolvable: Bool

    init(_ reasons: [String], isResolvable: Bool) {
      self.reasons = reasons
      self.isResolvable = isResolvable
    }
  }

  let object: @Sendable (_ pod: Pod, _ node: NodeState, _ surroundings: Surroundings) -> Objection?

  /// In the order of Kubernetes' default profile.
  static let all: [Filter] = [
    .unschedulable, .nodeName, .taints, .nodeAffinity, .hostPorts, .resources, .topologySpread, .podAffinity,
  ]

  static func firstObjection(_ pod: Pod, _ node: NodeState, _ surroundings: Surroundings) -> Objection? {
    for filter in all {
      if let objection = filter.object(pod, node, surroundings) { return objection }
    }
    return nil
  }
}
