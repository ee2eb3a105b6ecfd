internal import KubernetesAPI

/// The small files that give a container its names: hosts, resolv.conf, hostname.
enum NetworkFiles {
  static func hosts(_ pod: Pod, addresses: [String], clusterDomain: String) -> String {
    var text = """
      # Kubernetes-managed hosts file.
      127.0.0.1\tlocalhost
      ::1\tlocalhost ip6-localhost ip6-loopback
      fe00::0\tip6-localnet
      fe00::0\tip6-mcastprefix
      fe00::1\tip6-allnodes
      fe00::2\tip6-allrouters

      """
    let name = hostname(pod)
    for address in addresses {
      if let subdomain = pod.spec.subdomain, !subdomain.isEmpty {
        text += "\(address)\t\(name).\(subdomain).\(pod.namespace).svc.\(clusterDomain)\t\(name)\n"
      } else {
        text += "\(address)\t\(name)\n"
      }
    }
    return text + aliases(pod)
  }

  /// Of a pod in the network of its node.
  static func hosts(_ pod: Pod, node: String) -> String {
    "# Kubernetes-managed hosts file (host network).\n" + node + aliases(pod)
  }

  private static func aliases(_ pod: Pod) -> String {
    if pod.spec.hostAliases.isEmpty { return "" }
    let lines = pod.spec.hostAliases.map { "\($0.ip ?? "")\t\($0.hostnames.joined(separator: "\t"))\n" }
    return "\n# Entries added by HostAliases.\n" + lines.joined()
  }

  /// The name that the pod's processes see: the short one, or all of it if the pod wants that.
  static func hostname(_ pod: Pod, clusterDomain: String) -> String {
    let name = hostname(pod)
    guard pod.spec.setHostnameAsFQDN == true, let subdomain = pod.spec.subdomain, !subdomain.isEmpty else {
      return name
    }
    return "\(name).\(subdomain).\(pod.namespace).svc.\(clusterDomain)"
  }

  static func hostname(_ pod: Pod) -> String {
    let name = pod.spec.hostname.flatMap { $0.isEmpty ? nil : $0 } ?? pod.name
    // Linux allows no more, and a name may not end in a separator.
    var short = name.prefix(63)
    while let last = short.last, last == "-" || last == "." { short.removeLast() }
    return String(short)
  }
}
