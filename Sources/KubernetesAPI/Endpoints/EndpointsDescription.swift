extension Endpoints: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.identity(metadata)
    description.line(0, "Subsets:")
    for subset in subsets {
      description.field(1, "Addresses", Self.list(subset.addresses))
      description.field(1, "NotReadyAddresses", Self.list(subset.notReadyAddresses))
      if !subset.ports.isEmpty {
        description.line(1, "Ports:")
        description.line(2, "Name\tPort\tProtocol")
        description.line(2, "----\t----\t--------")
        for port in subset.ports {
          description.line(2, "\(port.name.nonEmpty ?? "<unset>")\t\(port.port ?? 0)\t\(port.protocol ?? "")")
        }
      }
      description.line(0, "")
    }
    description.events(related.events, now: related.now)
  }

  private static func list(_ addresses: [EndpointAddress]) -> String {
    addresses.isEmpty ? "<none>" : addresses.map { $0.ip ?? "" }.joined(separator: ",")
  }
}
