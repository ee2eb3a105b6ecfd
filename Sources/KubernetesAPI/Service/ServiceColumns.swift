internal import Documents

/// The columns of `kubectl get services`.
enum ServiceColumns {
  static let all: [Column<Service>] = [
    .name,
    Column("Type", "How far it is reached.") { service, _ in .string(service.spec.type ?? "") },
    Column("Cluster-IP", "Its address inside the cluster.") { service, _ in
      .string(service.spec.clusterIPs.first ?? "<none>")
    },
    Column("External-IP", "Where it is reached from outside.") { service, _ in .string(service.externalAddresses) },
    Column("Port(s)", "The ports that it answers on.") { service, _ in .string(service.portsText) },
    .age,
    Column("Selector", wide: true, "The labels of its pods.") { service, _ in
      .string(LabelText.list(service.spec.selector))
    },
  ]
}

/// Labels on one line.
enum LabelText {
  /// `a=b,c=d`, or `<none>`.
  static func list(_ labels: [String: String]) -> String {
    if labels.isEmpty { return "<none>" }
    return labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}

extension Service {
  fileprivate var externalAddresses: String {
    switch spec.type {
    case "ExternalName": return spec.externalName ?? ""
    case "LoadBalancer":
      let points = status.loadBalancer.ingress.compactMap { $0.ip.nonEmpty ?? $0.hostname.nonEmpty }
      let all = Set(points).sorted() + spec.externalIPs
      return all.isEmpty ? "<pending>" : all.joined(separator: ",")
    case "ClusterIP", "NodePort":
      return spec.externalIPs.isEmpty ? "<none>" : spec.externalIPs.joined(separator: ",")
    default: return "<unknown>"
    }
  }

  fileprivate var portsText: String {
    if spec.ports.isEmpty { return "<none>" }
    return spec.ports.map { port in
      "\(port.port ?? 0)\(port.nodePort.map { ":\($0)" } ?? "")/\(port.protocol ?? "")"
    }.joined(separator: ",")
  }
}

extension String? {
  /// Nil also for a text without letters.
  var nonEmpty: String? { self?.isEmpty ?? true ? nil : self }
}
