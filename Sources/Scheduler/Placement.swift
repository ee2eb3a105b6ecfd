public import KubernetesAPI

/// Where a pod is to go, decided from what is known of all nodes and nothing else.
public enum Placement: Sendable, Equatable {
  case node(String)
  /// In the words that the event and the condition show.
  case nowhere(String)

  public static func decide(_ pod: Pod, in surroundings: Surroundings) -> Placement {
    let nodes = surroundings.nodes
    if nodes.isEmpty { return .nowhere("no nodes available to schedule pods") }
    if let claim = missingClaim(of: pod) {
      let why = "0/\(nodes.count) nodes are available: \(claim)."
      return .nowhere(why + preemption(pod, ["Preemption is not helpful for scheduling": nodes.count], nodes.count))
    }
    var possible: [NodeState] = []
    var reasons: [String: Int] = [:]
    var helplessness: [String: Int] = [:]
    for node in nodes {
      guard let objection = Filter.firstObjection(pod, node, surroundings) else {
        possible.append(node)
        continue
      }
      for reason in objection.reasons { reasons[reason, default: 0] += 1 }
      // Whether other pods could make room; with equal priorities none ever has to.
      let remark =
        objection.isResolvable
        ? "No preemption victims found for incoming pod" : "Preemption is not helpful for scheduling"
      helplessness[remark, default: 0] += 1
    }
    if let best = best(of: possible, for: pod, surroundings) { return .node(best) }
    return .nowhere(told(reasons, nodes.count) + preemption(pod, helplessness, nodes.count))
  }

  private static func preemption(_ pod: Pod, _ remarks: [String: Int], _ count: Int) -> String {
    pod.spec.preemptionPolicy == "Never"
      ? " preemption: not eligible due to preemptionPolicy=Never." : " preemption: \(told(remarks, count))"
  }

  /// Every claim is missing: there is no storage here that could be claimed. It is looked at before any node.
  private static func missingClaim(of pod: Pod) -> String? {
    if let claim = pod.spec.volumes.compactMap({ $0.persistentVolumeClaim?.claimName }).first {
      return "persistentvolumeclaim \"\(claim)\" not found"
    }
    return pod.spec.volumes.first { $0.ephemeral != nil }?.claimName(of: pod).map {
      "waiting for ephemeral volume controller to create the persistentvolumeclaim \"\($0)\""
    }
  }

  /// Of equals the emptier one, then the one that comes first by name.
  private static func best(of nodes: [NodeState], for pod: Pod, _ surroundings: Surroundings) -> String? {
    let scores = Score(pod: pod, surroundings: surroundings).rank(nodes)
    return zip(nodes, scores).max { left, right in
      if left.1 != right.1 { return left.1 < right.1 }
      if left.0.pods.count != right.0.pods.count { return left.0.pods.count > right.0.pods.count }
      return left.0.name > right.0.name
    }?.0.name
  }

  private static func told(_ reasons: [String: Int], _ count: Int) -> String {
    "0/\(count) nodes are available: " + reasons.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ") + "."
  }
}
