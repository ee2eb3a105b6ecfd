internal import KubernetesAPI
internal import ObjectSchema

/// How well a pod would be placed on a node that can take it: the more, the better.
enum Score {
  static func of(_ pod: Pod, on node: NodeState) -> Int64 {
    leastAllocated(pod, node) + balanced(pod, node) + 2 * preferredAffinity(pod, node) - 3 * avoidedTaints(pod, node)
  }

  /// 0 to 100: how much would still be free.
  private static func leastAllocated(_ pod: Pod, _ node: NodeState) -> Int64 {
    let shares = shares(pod, node)
    return shares.map { 100 - $0 }.reduce(0, +) / Int64(shares.count)
  }

  /// 0 to 100: how evenly processor and memory would be used.
  private static func balanced(_ pod: Pod, _ node: NodeState) -> Int64 {
    let shares = shares(pod, node)
    return 100 - ((shares.max() ?? 0) - (shares.min() ?? 0))
  }

  private static func shares(_ pod: Pod, _ node: NodeState) -> [Int64] {
    let requests = PodRequests(pod.spec)
    // A pod that asks for nothing still needs something: Kubernetes reckons with these.
    let usual: [String: Int64] = ["cpu": 100, "memory": 200 * 1024 * 1024 * 1000]
    return ["cpu", "memory"].map { name in
      let allocatable = node.allocatable(name)
      guard allocatable > 0 else { return 100 }
      let mine = requests[name] > 0 ? requests[name] : usual[name] ?? 0
      let used = (node.requested[name] ?? 0) + mine
      return min(100, Int64(Double(used) / Double(allocatable) * 100))
    }
  }

  private static func preferredAffinity(_ pod: Pod, _ node: NodeState) -> Int64 {
    let terms = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    let total = terms.reduce(Int64(0)) { $0 + Int64($1.weight ?? 0) }
    let met = terms.reduce(Int64(0)) { sum, term in
      sum + (term.preference?.matches(node.node) == true ? Int64(term.weight ?? 0) : 0)
    }
    return total == 0 ? 0 : met * 100 / total
  }

  private static func avoidedTaints(_ pod: Pod, _ node: NodeState) -> Int64 {
    let avoided = node.taints.count { taint in
      taint.effect == "PreferNoSchedule" && !pod.spec.tolerations.contains { $0.tolerates(taint) }
    }
    return Int64(min(avoided, 10) * 10)
  }
}
