internal import KubernetesAPI
internal import ObjectSchema

/// How well a pod would be placed on each of the nodes that can take it: the more, the better.
///
/// Each view of the matter gives 0 to 100, and counts as much as in Kubernetes' default profile.
struct Score {
  let pod: Pod
  let surroundings: Surroundings

  /// In the order of the nodes.
  func rank(_ nodes: [NodeState]) -> [Int64] {
    let views: [(weight: Int64, points: [Int64])] = [
      (1, nodes.map(leastAllocated)),
      (1, nodes.map(balanced)),
      (2, Self.normalized(nodes.map(preferredNodes))),
      (2, Self.normalized(nodes.map(company))),
      (2, Self.normalized(nodes.map(crowding), isBad: true)),
      (3, Self.normalized(nodes.map(avoidedTaints), isBad: true)),
    ]
    return nodes.indices.map { index in views.reduce(0) { $0 + $1.weight * $1.points[index] } }
  }

  /// Stretched to 0 to 100; all the same is no reason for anything.
  private static func normalized(_ points: [Int64], isBad: Bool = false) -> [Int64] {
    guard let least = points.min(), let most = points.max(), most > least else { return points.map { _ in 0 } }
    return points.map { (isBad ? most - $0 : $0 - least) * 100 / (most - least) }
  }

  // MARK: Resources

  /// How much would still be free.
  private func leastAllocated(_ node: NodeState) -> Int64 {
    let shares = ["cpu", "memory"].map { name in
      share(node.usuallyRequested(name) + PodRequests(pod.spec).usual(name), of: node.allocatable(name))
    }
    return shares.map { 100 - $0 }.reduce(0, +) / Int64(shares.count)
  }

  /// How evenly processor and memory would be used.
  private func balanced(_ node: NodeState) -> Int64 {
    let shares = ["cpu", "memory"].map { name in
      share((node.requested[name] ?? 0) + PodRequests(pod.spec)[name], of: node.allocatable(name))
    }
    return 100 - ((shares.max() ?? 0) - (shares.min() ?? 0)) / 2
  }

  private func share(_ used: Int64, of allocatable: Int64) -> Int64 {
    allocatable > 0 ? min(100, Int64(Double(used) / Double(allocatable) * 100)) : 100
  }

  // MARK: Wishes

  private func preferredNodes(_ node: NodeState) -> Int64 {
    let terms = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    return terms.reduce(0) { sum, term in
      sum + (term.preference?.matches(node.node) == true ? Int64(term.weight ?? 0) : 0)
    }
  }

  /// Pods that the pod likes or dislikes, and pods that like or dislike it, in the same place.
  private func company(_ node: NodeState) -> Int64 {
    var sum: Int64 = 0
    for other in surroundings.nodes {
      for neighbour in other.pods {
        sum += liking(of: pod, for: neighbour, node, other) + liking(of: neighbour, for: pod, node, other)
        // What must be together is glad of every newcomer that fits.
        let needs = neighbour.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
        sum += Int64(
          needs.count { $0.isSamePlace(node, other) && $0.means(pod, of: neighbour, surroundings) })
      }
    }
    return sum
  }

  private func liking(of owner: Pod, for other: Pod, _ node: NodeState, _ otherNode: NodeState) -> Int64 {
    func sum(_ terms: [WeightedPodAffinityTerm]?) -> Int64 {
      (terms ?? []).reduce(0) { sum, weighted in
        guard let term = weighted.podAffinityTerm, term.isSamePlace(node, otherNode),
          term.means(other, of: owner, surroundings)
        else { return sum }
        return sum + Int64(weighted.weight ?? 0)
      }
    }
    return sum(owner.spec.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution)
      - sum(owner.spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution)
  }

  /// How many pods are already in the places that the pod would rather have even.
  private func crowding(_ node: NodeState) -> Int64 {
    let constraints = pod.spec.topologySpreadConstraints.filter { $0.whenUnsatisfiable == "ScheduleAnyway" }
    return constraints.reduce(0) { sum, constraint in
      guard let place = node.node.metadata.labels[constraint.topologyKey ?? ""] else { return sum + Int64(Int32.max) }
      let spread = TopologySpread(constraint, of: pod, all: constraints, surroundings)
      return sum + Int64(spread.count(in: place))
    }
  }

  private func avoidedTaints(_ node: NodeState) -> Int64 {
    let avoided = node.taints.count { taint in
      taint.effect == "PreferNoSchedule" && !pod.spec.tolerations.contains { $0.tolerates(taint) }
    }
    return Int64(avoided)
  }
}
