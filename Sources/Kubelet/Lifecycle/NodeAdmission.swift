internal import KubernetesAPI
internal import ObjectSchema

/// What a node looks at before it takes a pod that is bound to it.
public enum NodeAdmission {
  /// Why a pod is not taken, in the words of its status and of its event.
  public struct Refusal: Sendable, Equatable {
    public var reason: String
    public var message: String

    init(_ reason: String, _ message: String) {
      self.reason = reason
      self.message = message
    }
  }

  /// Whoever names a node in the pod itself has asked no scheduler; the node asks again what one would have asked.
  ///
  /// - Parameter others: The pods that the node has taken already and that have not ended.
  static func refusal(of pod: Pod, on node: Node, beside others: [Pod]) -> Refusal? {
    if let refusal = refusal(of: pod.spec) { return refusal }
    if let system = pod.metadata.labels["kubernetes.io/os"], system != "linux" {
      return Refusal(
        "PodOSSelectorNodeLabelDoesNotMatch",
        "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label")
    }
    if let system = pod.spec.os?.name, system != "linux" {
      return Refusal("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")
    }
    if let refusal = shortage(pod.spec, on: node, beside: others) { return refusal }
    func failure(_ predicate: String, _ reason: String) -> Refusal {
      Refusal(predicate, "Predicate \(predicate) failed: \(reason)")
    }
    if !pod.spec.selects(node) {
      return failure("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")
    }
    let taken = others.flatMap { HostPort.all(of: $0.spec) }
    if HostPort.all(of: pod.spec).contains(where: { port in taken.contains { $0.clashes(with: port) } }) {
      return failure("NodePorts", "node(s) didn't have free ports for the requested pod ports")
    }
    let isRepelled = node.spec.taints.contains { taint in
      taint.effect == "NoExecute" && !pod.spec.tolerations.contains { $0.tolerates(taint) }
    }
    if isRepelled && !pod.isStatic {
      return failure("TaintToleration", "node(s) had taints that the pod didn't tolerate")
    }
    if pod.spec.wantsAppArmor {
      return Refusal("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host")
    }
    return nil
  }

  private static func shortage(_ pod: PodSpec, on node: Node, beside others: [Pod]) -> Refusal? {
    func refusal(_ resource: String, _ requested: Int64, _ used: Int64, _ capacity: Int64) -> Refusal {
      Refusal(
        "OutOf\(resource)",
        "Node didn't have enough resource: \(resource), requested: \(requested), used: \(used), capacity: \(capacity)")
    }
    let capacity = node.status.allocatable
    let places = capacity["pods"]?.value ?? 0
    if Int64(others.count) + 1 > places { return refusal("pods", 1, Int64(others.count), places) }
    for resource in ["cpu", "memory", "ephemeral-storage"] {
      // Processors are told in thousandths, all else in whole bytes.
      let unit: Int64 = resource == "cpu" ? 1 : 1000
      func request(_ spec: PodSpec) -> Int64 {
        (spec.request(of: resource) + (spec.overhead[resource]?.milliValue ?? 0)) / unit
      }
      let requested = request(pod)
      let used = others.reduce(0) { $0 + request($1.spec) }
      let whole = (capacity[resource]?.milliValue ?? 0) / unit
      if requested > 0 && requested > whole - used { return refusal(resource, requested, used, whole) }
    }
    return nil
  }

  /// Settings of the kernel that are a pod's own, and harm nobody else. Others would be allowed on the kubelet's command
  /// line.
  private static let safeSysctls: Set<String> = [
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
  ]

  private static func refusal(of pod: PodSpec) -> Refusal? {
    for sysctl in pod.securityContext?.sysctls ?? [] {
      guard let problem = problem(with: sysctl.name ?? "", of: pod) else { continue }
      return Refusal("SysctlForbidden", "forbidden sysctl: \(problem)")
    }
    return nil
  }

  private static func problem(with sysctl: String, of pod: PodSpec) -> String? {
    // Names may be written with slashes, as the paths of files.
    let name = sysctl.contains("/") ? String(sysctl.map { $0 == "/" ? "." : $0 == "." ? "/" : $0 }) : sysctl
    if !safeSysctls.contains(name) { return "\"\(sysctl)\" not allowlisted" }
    if name.hasPrefix("kernel."), pod.hostIPC == true { return "\"\(sysctl)\" not allowed with host ipc enabled" }
    if name.hasPrefix("net."), pod.hostNetwork == true { return "\"\(sysctl)\" not allowed with host net enabled" }
    return nil
  }
}

extension PodSpec {
  /// Whether anything of the pod counts on a profile; a program that goes without would only seem to be confined.
  fileprivate var wantsAppArmor: Bool {
    let ephemeral = ephemeralContainers.map(Container.init)
    let profiles =
      [securityContext?.appArmorProfile]
      + (initContainers + containers + ephemeral).map { $0.securityContext?.appArmorProfile }
    return profiles.contains { $0 != nil && $0?.type != "Unconfined" }
  }
}
