internal import KubernetesAPI
internal import ObjectSchema

extension Filter {
  static let unschedulable = Filter { pod, node, _ in
    guard node.node.spec.unschedulable == true else { return nil }
    var taint = Taint()
    taint.key = "node.kubernetes.io/unschedulable"
    taint.effect = "NoSchedule"
    if pod.spec.tolerations.contains(where: { $0.tolerates(taint) }) { return nil }
    return Objection(["node(s) were unschedulable"], isResolvable: false)
  }

  static let nodeName = Filter { pod, node, _ in
    guard let wanted = pod.spec.nodeName, !wanted.isEmpty, wanted != node.name else { return nil }
    return Objection(["node(s) didn't match the requested node name"], isResolvable: false)
  }

  static let taints = Filter { pod, node, _ in
    let taint = node.taints.first { taint in
      (taint.effect == "NoSchedule" || taint.effect == "NoExecute")
        && !pod.spec.tolerations.contains { $0.tolerates(taint) }
    }
    guard let taint else { return nil }
    return Objection(
      ["node(s) had untolerated taint {\(taint.key ?? ""): \(taint.value ?? "")}"], isResolvable: false)
  }

  static let nodeAffinity = Filter { pod, node, _ in
    if pod.spec.selects(node.node) { return nil }
    return Objection(["node(s) didn't match Pod's node affinity/selector"], isResolvable: false)
  }

  static let hostPorts = Filter { pod, node, _ in
    let wanted = HostPort.all(of: pod.spec)
    guard wanted.contains(where: { port in node.ports.contains { $0.clashes(with: port) } }) else { return nil }
    return Objection(["node(s) didn't have free ports for the requested pod ports"], isResolvable: true)
  }

  static let resources = Filter { pod, node, _ in
    var reasons: [String] = []
    if node.allocatable("pods") / 1000 < Int64(node.pods.count + 1) { reasons.append("Too many pods") }
    let requests = PodRequests(pod.spec)
    let others = requests.amounts.keys.filter { $0 != "cpu" && $0 != "memory" && $0 != "ephemeral-storage" }
    for name in ["cpu", "memory", "ephemeral-storage"] + others.sorted() {
      let wanted = requests[name]
      if wanted > 0 && wanted > node.allocatable(name) - (node.requested[name] ?? 0) {
        reasons.append("Insufficient \(name)")
      }
    }
    return reasons.isEmpty ? nil : Objection(reasons, isResolvable: true)
  }
}
