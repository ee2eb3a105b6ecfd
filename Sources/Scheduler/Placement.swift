public import KubernetesAPI

/// Where a pod is to go, decided from what is known of all nodes and nothing else.
public enum Placement: Sendable, Equatable {
  case node(String)
  /// In the words that the event and the condition show.
  case nowhere(String)

  public static func decide(_ pod: Pod, among nodes: [NodeState]) -> Placement {
    if nodes.isEmpty { return .nowhere("no nodes available to schedule pods") }
    var possible: [NodeState] = []
    var reasons: [String: Int] = [:]
    var helplessness: [String: Int] = [:]
    for node in nodes {
      guard let objection = Filter.firstObjection(pod, node, nodes) else {
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
    let best = possible.max { left, right in
      let (a, b) = (Score.of(pod, on: left), Score.of(pod, on: right))
      // Of equals the emptier one, then the one that comes first by name.
      if a != b { return a < b }
      if left.pods.count != right.pods.count { return left.pods.count > right.pods.count }
      return left.name > right.name
    }
    if let best { return .node(best.name) }
    return .nowhere("\(told(reasons, nodes.count)) preemption: \(told(helplessness, nodes.count))")
  }

  private static func told(_ reasons: [String: Int], _ count: Int) -> String {
    "0/\(count) nodes are available: " + reasons.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ") + "."
  }
}
