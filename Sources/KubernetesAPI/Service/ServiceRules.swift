internal import ObjectSchema

/// What a service asks beyond its rows. Addresses and ports are given out by the server, which knows what is taken.
enum ServiceRules {
  static var all: Rules<Service> {
    var rules = Rules<Service>()
    rules.isMadeByUpdate = true
    rules.nameProblems = Names.serviceNameProblems
    rules.applyDefaults = applyDefaults
    rules.prepareForCreation = { service in
      service.status = ServiceStatus()
      if let address = service.spec.clusterIP, service.spec.clusterIPs.isEmpty { service.spec.clusterIPs = [address] }
    }
    rules.prepareForUpdate = { service, old, scope in
      switch scope {
      case .main:
        service.status = old.status
        service.keepWhatWasGivenOut(from: old)
        service.dropWhatItsTypeDoesNotNeed(from: old)
      case .status: service.spec = old.spec
      }
    }
    rules.check = { ServiceCheck.check($0) }
    rules.checkUpdate = { ServiceUpdateCheck.check($0, from: $1) }
    rules.warnings = { service in
      service.metadata.annotations["service.kubernetes.io/topology-aware-hints"] == nil
        ? []
        : [
          "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead"
        ]
    }
    rules.selectableFields = {
      ["spec.clusterIP": $0.spec.clusterIP ?? "", "spec.type": $0.spec.type ?? ""]
    }
    return rules
  }

  private static func applyDefaults(_ service: inout Service) {
    if service.spec.sessionAffinity == "None" { service.spec.sessionAffinityConfig = nil }
    if service.spec.sessionAffinity == "ClientIP",
      service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds == nil
    {
      var client = ClientIPConfig()
      client.timeoutSeconds = 10_800
      var config = SessionAffinityConfig()
      config.clientIP = client
      service.spec.sessionAffinityConfig = config
    }
    for index in service.spec.ports.indices {
      let port = service.spec.ports[index]
      if port.targetPort == nil || port.targetPort == .int(0) || port.targetPort == .string("") {
        service.spec.ports[index].targetPort = .int(port.port ?? 0)
      }
    }
    if service.isExternallyAccessible && service.spec.externalTrafficPolicy == nil {
      service.spec.externalTrafficPolicy = "Cluster"
    }
    if service.spec.internalTrafficPolicy == nil, ["ClusterIP", "NodePort", "LoadBalancer"].contains(service.spec.type)
    {
      service.spec.internalTrafficPolicy = "Cluster"
    }
    if service.spec.type == "LoadBalancer" {
      service.spec.allocateLoadBalancerNodePorts = service.spec.allocateLoadBalancerNodePorts ?? true
      for index in service.status.loadBalancer.ingress.indices
      where service.status.loadBalancer.ingress[index].ip.nonEmpty != nil {
        let mode = service.status.loadBalancer.ingress[index].ipMode
        service.status.loadBalancer.ingress[index].ipMode = mode ?? "VIP"
      }
    }
  }
}
