extension EndpointSlice: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.identity(metadata)
    description.field(0, "AddressType", addressType ?? "")
    if ports.isEmpty {
      description.line(0, "Ports: <unset>")
    } else {
      description.line(0, "Ports:")
      description.line(1, "Name\tPort\tProtocol")
      description.line(1, "----\t----\t--------")
      for port in ports {
        let number = port.port.map { String($0) } ?? "<unset>"
        description.line(1, "\(port.name.nonEmpty ?? "<unset>")\t\(number)\t\(port.protocol ?? "")")
      }
    }
    if endpoints.isEmpty {
      description.line(0, "Endpoints: <none>")
    } else {
      description.line(0, "Endpoints:")
      for endpoint in endpoints { endpoint.describe(into: &description) }
    }
    description.events(related.events, now: related.now)
  }
}

extension Endpoint {
  fileprivate func describe(into description: inout Description) {
    description.field(1, "- Addresses", addresses.isEmpty ? "<none>" : addresses.joined(separator: ", "))
    description.line(2, "Conditions:")
    description.field(3, "Ready", conditions.ready.map { "\($0)" } ?? "<unset>")
    description.field(2, "Hostname", hostname ?? "<unset>")
    if let targetRef { description.field(2, "TargetRef", "\(targetRef.kind ?? "")/\(targetRef.name ?? "")") }
    description.field(2, "NodeName", nodeName ?? "<unset>")
    description.field(2, "Zone", zone ?? "<unset>")
  }
}
