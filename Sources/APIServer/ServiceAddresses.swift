internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

/// The addresses and node ports that services have, and what is free for others.
///
/// What is taken is read from the services themselves, so nothing can be lost or left behind: a service that goes
/// frees what it had.
struct ServiceAddresses: Sendable {
  private var addresses: Set<String> = []
  private var nodePorts: Set<Int32> = []

  init(of services: some Sequence<Service>) {
    for service in services {
      if service.needsClusterIP { addresses.formUnion(service.spec.clusterIPs) }
      nodePorts.formUnion(Self.ports(of: service))
    }
  }

  private static func ports(of service: Service) -> Set<Int32> {
    service.nodePorts.union([service.spec.healthCheckNodePort].compactMap { $0 })
  }

  /// Whether nothing that the service says it has belongs to another one.
  func areFree(for service: Service) -> Bool {
    service.spec.clusterIPs.allSatisfy { $0 == "None" || !addresses.contains($0) }
      && nodePorts.isDisjoint(with: Self.ports(of: service))
  }

  // MARK: Giving out

  /// Completes a service: the families of its addresses, an address and ports of the nodes, where it needs them.
  func complete(_ service: inout Service, from old: Service?) throws(StatusError) {
    let problems = service.settleAddressFamilies(from: old)
    if !problems.isEmpty { throw Self.invalid(service, problems) }
    try giveAddress(&service, from: old)
    if service.needsNodePorts { try givePorts(&service, from: old) }
    if service.needsHealthCheckPort { try giveHealthCheckPort(&service, from: old) }
  }

  private func giveAddress(_ service: inout Service, from old: Service?) throws(StatusError) {
    // An address stays for as long as its service needs one.
    if !service.needsClusterIP || service.isHeadless || old?.needsClusterIP == true { return }
    if let wanted = service.spec.clusterIPs.first {
      guard let problem = AddressRange.problem(wanted, taken: addresses) else { return }
      throw Self.invalid(
        service,
        [
          FieldError(
            FieldPath("spec", "clusterIPs"), .invalid("failed to allocate IP \(wanted): \(problem)"),
            list: service.spec.clusterIPs)
        ])
    }
    guard let address = AddressRange.free(taken: addresses) else {
      throw StatusError.internalError("failed to allocate a serviceIP: range is full")
    }
    service.spec.clusterIP = address
    service.spec.clusterIPs = [address]
  }

  private func givePorts(_ service: inout Service, from old: Service?) throws(StatusError) {
    let allocates = service.spec.type != "LoadBalancer" || service.spec.allocateLoadBalancerNodePorts != false
    // In a new service, one port of the nodes serves the same number in several protocols.
    var shared: [Int32: Int32] = [:]
    if old == nil {
      for port in service.spec.ports.reversed() {
        if let nodePort = port.nodePort { shared[port.port ?? 0] = nodePort }
      }
    }
    var settled = old?.nodePorts ?? []
    for index in service.spec.ports.indices {
      let number = service.spec.ports[index].port ?? 0
      var given = service.spec.ports[index].nodePort
      if given == nil && allocates { given = shared[number] }
      if given == nil && allocates { given = try freePort(for: service, "a nodePort") }
      guard let nodePort = given else { continue }
      service.spec.ports[index].nodePort = nodePort
      if old == nil && shared[number] == nil { shared[number] = nodePort }
      if settled.insert(nodePort).inserted, let problem = NodePortRange.problem(nodePort, taken: nodePorts) {
        throw Self.invalid(
          service,
          [
            FieldError(
              FieldPath("spec", "ports").index(index).field("nodePort"), .invalid(problem),
              value: .integer(nodePort))
          ])
      }
    }
  }

  private func giveHealthCheckPort(_ service: inout Service, from old: Service?) throws(StatusError) {
    if old?.needsHealthCheckPort == true { return }
    guard let wanted = service.spec.healthCheckNodePort else {
      service.spec.healthCheckNodePort = try freePort(for: service, "a HealthCheck NodePort 0")
      return
    }
    if let problem = NodePortRange.problem(wanted, taken: nodePorts.union(service.nodePorts)) {
      throw StatusError.internalError("failed to allocate requested HealthCheck NodePort \(wanted): \(problem)")
    }
  }

  private func freePort(for service: Service, _ what: String) throws(StatusError) -> Int32 {
    guard let free = NodePortRange.free(taken: nodePorts.union(Self.ports(of: service))) else {
      throw StatusError.internalError("failed to allocate \(what): range is full")
    }
    return free
  }

  private static func invalid(_ service: Service, _ errors: [FieldError]) -> StatusError {
    .invalid("Service", service.name, errors)
  }
}

/// The addresses that services can have. The lower ones are left to those who ask for one, as long as others are free.
private enum AddressRange {
  static let text = "10.96.0.0/16"
  private static let all: ClosedRange<UInt16> = 1...65_534
  private static let left: UInt16 = 256

  static func problem(_ text: String, taken: Set<String>) -> String? {
    if taken.contains(text) { return "provided IP is already allocated" }
    guard let bytes = IPAddress(text)?.bytes, bytes.count == 4, bytes.starts(with: [10, 96]),
      all.contains(UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
    else { return "the provided IP (\(text)) is not in the valid range. The range of valid IPs is \(self.text)" }
    return nil
  }

  static func free(taken: Set<String>) -> String? {
    let start = UInt16.random(in: (left + 1)...all.upperBound)
    let candidates = [start...all.upperBound, (left + 1)...start, all.lowerBound...left]
    return candidates.lazy.joined().lazy.map(address).first { !taken.contains($0) }
  }

  private static func address(_ number: UInt16) -> String { "10.96.\(number >> 8).\(number & 255)" }
}

/// The ports of nodes that lead to services; the lower ones are left as well.
private enum NodePortRange {
  private static let all: ClosedRange<Int32> = 30_000...32_767
  private static let left: Int32 = 86

  static func problem(_ port: Int32, taken: Set<Int32>) -> String? {
    if !all.contains(port) {
      return
        "provided port is not in the valid range. The range of valid ports is \(all.lowerBound)-\(all.upperBound)"
    }
    return taken.contains(port) ? "provided port is already allocated" : nil
  }

  static func free(taken: Set<Int32>) -> Int32? {
    let start = Int32.random(in: (all.lowerBound + left)...all.upperBound)
    let candidates = [start...all.upperBound, all.lowerBound + left...start, all.lowerBound...all.lowerBound + left]
    return candidates.lazy.joined().first { !taken.contains($0) }
  }
}

extension Server {
  /// Gives a service what it needs of what is free; answers the revision at which it was.
  func complete(
    _ object: inout any NamedObject, from old: (any NamedObject)?, _ call: Call
  ) async throws(StatusError) -> Revision? {
    guard var service = object as? Service else { return nil }
    let form = call.form
    let prefix = form.prefix(namespace: nil)
    let listing = try await read(call) { () throws(StoreError) in try await self.store.list(prefix: prefix) }
    let key = form.key(namespace: call.target.namespace, name: service.name)
    let others = listing.objects.lazy.filter { $0.key != key }
    let addresses = ServiceAddresses(of: others.compactMap { self.objects.object($0, form) as? Service })
    try addresses.complete(&service, from: old as? Service)
    object = service
    return listing.revision
  }
}

extension ServiceAddresses {
  /// Whether no other service has taken since a revision what this one was given; asked in the moment of writing.
  static func areStillFree(
    for object: any NamedObject, key: String, since seen: Revision?, _ transaction: borrowing Transaction
  ) -> Bool {
    guard let service = object as? Service, let seen else { return true }
    let form = StoredForm(Service.resource)
    let changed = transaction.list(prefix: form.prefix(namespace: nil)).filter { $0.modified > seen && $0.key != key }
    return ServiceAddresses(of: changed.compactMap { form.decode($0) as? Service }).areFree(for: service)
  }
}
