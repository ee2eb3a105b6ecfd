internal import KubernetesAPI
internal import ObjectSchema

/// What is to be written about a node, from its own last words and the time since they were heard.
struct NodeHealth: Sendable, Equatable {
  /// How long a kubelet may be silent; Kubernetes' own limit since 1.32.
  static let gracePeriod = Duration.seconds(50)

  private static let notReady = "node.kubernetes.io/not-ready"
  private static let unreachable = "node.kubernetes.io/unreachable"

  /// The node's conditions; nil when they may stay as they are.
  var conditions: [NodeCondition]?
  /// The node's taints; nil when they may stay as they are.
  var taints: [Taint]?
  /// Whether the node has stopped being ready with this.
  var isLost = false
  /// When to look again.
  var nextLook: Duration

  init(_ node: Node, silence: Duration, now: Timestamp) {
    var conditions = node.status.conditions
    let isSilent = silence >= Self.gracePeriod
    if isSilent {
      for type in ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"] {
        if let index = conditions.firstIndex(where: { $0.type == type }) {
          if conditions[index].status == "Unknown" { continue }
          conditions[index].lastTransitionTime = now.toTheSecond
          Self.forget(&conditions[index], "NodeStatusUnknown", "Kubelet stopped posting node status.")
        } else {
          var condition = NodeCondition()
          condition.type = type
          condition.lastTransitionTime = now.toTheSecond
          Self.forget(&condition, "NodeStatusNeverUpdated", "Kubelet never posted node status.")
          conditions.append(condition)
        }
      }
    }
    if conditions != node.status.conditions {
      self.conditions = conditions
      isLost = node.isReady
    }
    let ready = conditions.first { $0.type == "Ready" }?.status
    let taints = Self.taints(node.spec.taints, ready: ready, now: now)
    if taints != node.spec.taints { self.taints = taints }
    nextLook = isSilent ? Self.gracePeriod : Self.gracePeriod - silence
  }

  private static func forget(_ condition: inout NodeCondition, _ reason: String, _ message: String) {
    condition.status = "Unknown"
    condition.reason = reason
    condition.message = message
  }

  /// Taints say to the scheduler, and to the pods, what the Ready condition says to people.
  private static func taints(_ taints: [Taint], ready: String?, now: Timestamp) -> [Taint] {
    let wanted: String? =
      switch ready {
      case "True": nil
      case "Unknown": unreachable
      default: notReady
      }
    var result = taints.filter { taint in
      (taint.key != notReady && taint.key != unreachable) || taint.key == wanted
    }
    guard let wanted else { return result }
    for effect in ["NoSchedule", "NoExecute"] where !result.contains(where: { $0.key == wanted && $0.effect == effect })
    {
      var taint = Taint()
      taint.key = wanted
      taint.effect = effect
      taint.timeAdded = now.toTheSecond
      result.append(taint)
    }
    return result
  }
}

/// How long a pod may stay on a node with taints that drive pods away.
enum TaintEviction {
  /// The moment at which the pod has to go; nil when it may stay for good.
  static func deadline(_ pod: Pod, on node: Node, now: Timestamp) -> Timestamp? {
    let driving = node.spec.taints.filter { $0.effect == "NoExecute" }
    return driving.compactMap { taint -> Timestamp? in
      let tolerations = pod.spec.tolerations.filter { $0.tolerates(taint) }
      if tolerations.isEmpty { return now }
      // The shortest tolerance counts; one without a limit is for ever.
      guard let seconds = tolerations.compactMap(\.tolerationSeconds).min() else { return nil }
      return (taint.timeAdded ?? now) + .seconds(max(0, seconds))
    }.min()
  }
}
