internal import KubernetesAPI
internal import ObjectSchema

extension Filter {
  /// Keeps the places of a topology as even as the pod's constraints want them.
  static let topologySpread = Filter { pod, node, surroundings in
    let constraints = pod.spec.topologySpreadConstraints.filter { $0.whenUnsatisfiable == "DoNotSchedule" }
    if constraints.isEmpty { return nil }
    let reason = "node(s) didn't match pod topology spread constraints"
    for constraint in constraints {
      guard let place = node.place(constraint.topologyKey) else {
        return Objection([reason + " (missing required label)"], isResolvable: false)
      }
      let spread = TopologySpread(constraint, of: pod, all: constraints, surroundings)
      if spread.skew(in: place) > Int(constraint.maxSkew ?? 1) { return Objection([reason], isResolvable: true) }
    }
    return nil
  }
}

/// How many pods that a constraint counts are in each place.
struct TopologySpread {
  private let counts: [String: Int]
  private let least: Int
  /// 1 if the pod is one of those that are counted.
  private let own: Int

  /// - Parameter all: The constraints that a node must have labels for to be counted.
  init(
    _ constraint: TopologySpreadConstraint, of pod: Pod, all: [TopologySpreadConstraint], _ surroundings: Surroundings
  ) {
    var counts: [String: Int] = [:]
    for node in surroundings.nodes {
      guard let place = node.place(constraint.topologyKey), all.allSatisfy({ node.place($0.topologyKey) != nil }),
        constraint.includes(node, for: pod)
      else { continue }
      counts[place, default: 0] += node.pods.count { constraint.counts($0, of: pod) }
    }
    self.counts = counts
    let isShort = constraint.minDomains.map { counts.count < Int($0) } ?? false
    least = isShort ? 0 : counts.values.min() ?? 0
    own = constraint.counts(pod, of: pod) ? 1 : 0
  }

  func count(in place: String) -> Int { counts[place] ?? 0 }

  /// How far the place would be ahead of the emptiest one with the pod in it.
  func skew(in place: String) -> Int { count(in: place) + own - least }
}

extension NodeState {
  fileprivate func place(_ key: String?) -> String? { node.metadata.labels[key ?? ""] }
}

extension TopologySpreadConstraint {
  fileprivate func includes(_ node: NodeState, for pod: Pod) -> Bool {
    let surroundings = Surroundings(nodes: [node])
    if nodeAffinityPolicy != "Ignore", Filter.nodeAffinity.object(pod, node, surroundings) != nil { return false }
    return nodeTaintsPolicy != "Honor" || Filter.taints.object(pod, node, surroundings) == nil
  }

  fileprivate func counts(_ other: Pod, of pod: Pod) -> Bool {
    other.namespace == pod.namespace && other.metadata.deletionTimestamp == nil
      && labelSelector?.matches(other.metadata.labels) ?? false
      && matchLabelKeys.allSatisfy { key in
        pod.metadata.labels[key].map { other.metadata.labels[key] == $0 } ?? true
      }
  }
}
