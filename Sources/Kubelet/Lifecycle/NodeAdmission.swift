internal import KubernetesAPI

/// What a node looks at before it takes a pod that is bound to it.
enum NodeAdmission {
  /// Settings of the kernel that are a pod's own, and harm nobody else. Others would be allowed on the kubelet's command
  /// line.
  private static let safeSysctls: Set<String> = [
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
  ]

  /// Why the pod is not taken; nil when it is.
  static func refusal(of pod: PodSpec) -> (reason: String, message: String)? {
    for sysctl in pod.securityContext?.sysctls ?? [] {
      guard let problem = problem(with: sysctl.name ?? "", of: pod) else { continue }
      return ("SysctlForbidden", "forbidden sysctl: \(problem)")
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
