extension Service: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.identity(metadata)
    description.field(0, "Selector", LabelText.list(spec.selector))
    description.field(0, "Type", spec.type ?? "")
    describeAddresses(&description)
    for port in spec.ports { describe(port, &description, related.endpointSlices) }
    description.field(0, "Session Affinity", spec.sessionAffinity ?? "")
    if let policy = spec.externalTrafficPolicy.nonEmpty { description.field(0, "External Traffic Policy", policy) }
    if let policy = spec.internalTrafficPolicy { description.field(0, "Internal Traffic Policy", policy) }
    if let port = spec.healthCheckNodePort { description.field(0, "HealthCheck NodePort", "\(port)") }
    if !spec.loadBalancerSourceRanges.isEmpty {
      description.field(0, "LoadBalancer Source Ranges", spec.loadBalancerSourceRanges.joined(separator: ","))
    }
    description.events(related.events, now: related.now)
  }

  private func describeAddresses(_ description: inout Description) {
    func list(_ texts: [String]) -> String { texts.isEmpty ? "<none>" : texts.joined(separator: ",") }
    if let policy = spec.ipFamilyPolicy { description.field(0, "IP Family Policy", policy) }
    description.field(0, "IP Families", list(spec.ipFamilies))
    description.field(0, "IP", spec.clusterIP ?? "")
    description.field(0, "IPs", list(spec.clusterIPs))
    if !spec.externalIPs.isEmpty { description.field(0, "External IPs", list(spec.externalIPs)) }
    if let address = spec.loadBalancerIP { description.field(0, "Desired LoadBalancer IP", address) }
    if let name = spec.externalName { description.field(0, "External Name", name) }
    if !status.loadBalancer.ingress.isEmpty {
      let points = status.loadBalancer.ingress.map { point in
        point.ip.nonEmpty.map { $0 + (point.ipMode.map { " (\($0))" } ?? "") } ?? point.hostname ?? ""
      }
      description.field(0, "LoadBalancer Ingress", points.joined(separator: ", "))
    }
  }

  private func describe(_ port: ServicePort, _ description: inout Description, _ slices: [EndpointSlice]) {
    let name = port.name ?? "<unset>"
    let transport = port.protocol ?? ""
    description.line(0, "Port:\t\(name)\t\(port.port ?? 0)/\(transport)")
    description.field(0, "TargetPort", "\(port.targetPort ?? .int(0))/\(transport)")
    if let number = port.nodePort { description.line(0, "NodePort:\t\(name)\t\(number)/\(transport)") }
    description.field(0, "Endpoints", Self.endpoints(of: port.name ?? "", in: slices))
  }

  /// The ready addresses of a port. How many there are beyond those shown is counted as stock kubectl counts.
  private static func endpoints(of port: String, in slices: [EndpointSlice]) -> String {
    if slices.isEmpty { return "<none>" }
    let limit = 3
    var shown: [String] = []
    var count = 0
    var isCut = false
    func add(_ endpoint: Endpoint, _ number: Int32?) {
      if shown.count == limit { isCut = true }
      guard endpoint.conditions.ready ?? true else { return }
      let address = endpoint.addresses.first ?? ""
      if !isCut { shown.append(number.map { AddressText.join(address, $0) } ?? address) }
      count += 1
    }
    for slice in slices {
      if slice.ports.isEmpty { for endpoint in slice.endpoints { add(endpoint, nil) } }
      for place in slice.ports where place.name ?? "" == port {
        for endpoint in slice.endpoints { add(endpoint, place.port ?? 0) }
      }
    }
    let list = shown.joined(separator: ",")
    return isCut ? "\(list) + \(count - limit) more..." : list
  }
}
