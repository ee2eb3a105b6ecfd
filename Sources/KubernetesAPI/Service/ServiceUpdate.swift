/// What an update of a service takes over from before, so that a manifest can be sent again as it was written.
extension Service {
  /// Addresses and ports that the server gave out stay, when the update says nothing of them.
  mutating func keepWhatWasGivenOut(from old: Service) {
    if needsClusterIP && old.needsClusterIP {
      if spec.clusterIP == nil { spec.clusterIP = old.spec.clusterIP }
      if spec.clusterIPs.isEmpty { spec.clusterIPs = old.spec.clusterIPs }
    }
    if needsNodePorts && old.needsNodePorts {
      let spoken = old.nodePorts.intersection(nodePorts)
      let byName = Dictionary(old.spec.ports.map { ($0.name, $0.nodePort) }, uniquingKeysWith: { $1 })
      for index in spec.ports.indices where spec.ports[index].nodePort == nil {
        guard let known = byName[spec.ports[index].name] ?? nil, !spoken.contains(known) else { continue }
        spec.ports[index].nodePort = known
      }
    }
    if needsHealthCheckPort && old.needsHealthCheckPort, spec.healthCheckNodePort == nil {
      spec.healthCheckNodePort = old.spec.healthCheckNodePort
    }
    matchAddresses(from: old)
  }

  /// The list follows its first element, when only that was changed.
  private mutating func matchAddresses(from old: Service) {
    if spec.clusterIPs.isEmpty && spec.clusterIP == old.spec.clusterIP { spec.clusterIPs = old.spec.clusterIPs }
    guard spec.clusterIP != old.spec.clusterIP, spec.clusterIPs == old.spec.clusterIPs else { return }
    spec.clusterIPs = spec.clusterIP.map { [$0] } ?? []
  }

  /// A change of type leaves behind what was given out or filled in for the old one, unless the update names it anew.
  mutating func dropWhatItsTypeDoesNotNeed(from old: Service) {
    if old.needsClusterIP && !needsClusterIP {
      if spec.clusterIP == old.spec.clusterIP && spec.clusterIPs == old.spec.clusterIPs {
        spec.clusterIP = nil
        spec.clusterIPs = []
      }
      if spec.ipFamilies == old.spec.ipFamilies { spec.ipFamilies = [] }
      if spec.ipFamilyPolicy == old.spec.ipFamilyPolicy { spec.ipFamilyPolicy = nil }
    }
    if old.needsNodePorts && !needsNodePorts && old.nodePorts.isSuperset(of: nodePorts) {
      for index in spec.ports.indices { spec.ports[index].nodePort = nil }
    }
    if old.needsHealthCheckPort && !needsHealthCheckPort && spec.healthCheckNodePort == old.spec.healthCheckNodePort {
      spec.healthCheckNodePort = nil
    }
    if old.spec.type == "LoadBalancer" && spec.type != "LoadBalancer" {
      if spec.allocateLoadBalancerNodePorts == old.spec.allocateLoadBalancerNodePorts {
        spec.allocateLoadBalancerNodePorts = nil
      }
      if spec.loadBalancerClass == old.spec.loadBalancerClass { spec.loadBalancerClass = nil }
    }
    if old.isExternallyAccessible && !isExternallyAccessible,
      spec.externalTrafficPolicy == old.spec.externalTrafficPolicy
    {
      spec.externalTrafficPolicy = nil
    }
    if spec.type != "LoadBalancer" { status.loadBalancer = LoadBalancerStatus() }
  }

  public var nodePorts: Set<Int32> { Set(spec.ports.compactMap(\.nodePort)) }
}
