public import KubernetesAPI
internal import ObjectSchema

/// A node as the scheduler weighs it: what it has, and what the pods on it have asked for.
public struct NodeState: Sendable, Equatable {
  public let node: Node
  public private(set) var pods: [Pod]
  private(set) var requested: [String: Int64] = [:]
  private var usuals: [String: Int64] = [:]
  private(set) var ports: Set<HostPort> = []

  public init(_ node: Node, pods: [Pod]) {
    self.node = node
    self.pods = pods
    for pod in pods {
      let requests = PodRequests(pod.spec)
      for (name, amount) in requests.amounts { requested[name, default: 0] += amount }
      for name in ["cpu", "memory"] { usuals[name, default: 0] += requests.usual(name) }
      ports.formUnion(HostPort.all(of: pod.spec))
    }
  }

  var name: String { node.name }

  /// What its pods are reckoned with, those that ask for nothing included.
  func usuallyRequested(_ resource: String) -> Int64 { usuals[resource] ?? 0 }

  func allocatable(_ resource: String) -> Int64 { node.status.allocatable[resource]?.milliValue ?? 0 }

  /// The node's taints, and those that its state implies.
  var taints: [Taint] {
    var taints = node.spec.taints
    func imply(_ key: String) {
      if taints.contains(where: { $0.key == key && $0.effect == "NoSchedule" }) { return }
      var taint = Taint()
      taint.key = key
      taint.effect = "NoSchedule"
      taints.append(taint)
    }
    if !node.isReady { imply("node.kubernetes.io/not-ready") }
    return taints
  }
}
