internal import ControlLoop
internal import KubernetesAPI

/// Whom a container asks for addresses: its resolv.conf, by the pod's policy and its own wishes.
struct Resolver {
  private var servers: [String] = []
  private var searches: [String] = []
  private var options: [String] = []

  /// What programs read of it at most.
  private static let mostServers = 3
  private static let mostSearches = 32

  /// - Parameter node: The node's own resolv.conf.
  init(_ pod: Pod, clusterDomain: String, clusterDNS: String?, node: String) {
    let policy = pod.spec.dnsPolicy ?? "ClusterFirst"
    let followsCluster =
      policy == "ClusterFirstWithHostNet" || policy == "ClusterFirst" && pod.spec.hostNetwork != true
    if followsCluster, let clusterDNS {
      servers = [clusterDNS]
      searches = ["\(pod.namespace).svc.\(clusterDomain)", "svc.\(clusterDomain)", clusterDomain]
      options = ["ndots:5"]
    } else if policy != "None" {
      for line in node.split(separator: "\n") {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        switch words.first {
        case "nameserver": servers += words.dropFirst().prefix(1)
        case "search": searches = Array(words.dropFirst())
        case "options": options = Array(words.dropFirst())
        default: break
        }
      }
    }
    if let own = pod.spec.dnsConfig {
      servers += own.nameservers.filter { !servers.contains($0) }
      searches += own.searches.filter { !searches.contains($0) }
      for option in own.options {
        let name = option.name ?? ""
        options.removeAll { $0 == name || $0.hasPrefix(name + ":") }
        options.append(option.value.map { "\(name):\($0)" } ?? name)
      }
    }
  }

  var text: String {
    var text = ""
    if !searches.isEmpty { text += "search \(appliedSearches.joined(separator: " "))\n" }
    for server in appliedServers { text += "nameserver \(server)\n" }
    if !options.isEmpty { text += "options \(options.joined(separator: " "))\n" }
    return text
  }

  private var appliedServers: ArraySlice<String> { servers.prefix(Self.mostServers) }
  private var appliedSearches: ArraySlice<String> { searches.prefix(Self.mostSearches) }

  /// What was left out is said.
  var notes: [EventNote] {
    var notes: [EventNote] = []
    if servers.count > Self.mostServers {
      notes.append(
        .warning(
          "DNSConfigForming",
          "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: "
            + appliedServers.joined(separator: " ")))
    }
    if searches.count > Self.mostSearches {
      notes.append(
        .warning(
          "DNSConfigForming",
          "Search Line limits were exceeded, some search paths have been omitted, the applied search line is: "
            + appliedSearches.joined(separator: " ")))
    }
    return notes
  }
}
