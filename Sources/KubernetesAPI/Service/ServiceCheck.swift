internal import Documents
internal import ObjectSchema

/// Rules across the fields of a service, in the words of Kubernetes.
enum ServiceCheck {
  private static let spec = FieldPath("spec")

  static func check(_ service: Service) -> [FieldError] {
    var errors = annotations(service)
    if service.spec.ports.isEmpty && !service.isHeadless && service.spec.type != "ExternalName" {
      errors.append(FieldError(spec.field("ports"), .required))
    }
    errors += type(service) + ports(service)
    errors += MetadataRules.checkLabels(service.spec.selector, at: spec.field("selector"))
    if service.spec.sessionAffinity == "ClientIP" { errors += affinity(service) }
    errors += ServiceAddressCheck.check(service)
    for (index, address) in service.spec.externalIPs.enumerated() {
      let path = spec.field("externalIPs").index(index)
      let problems = AddressCheck.address(address, at: path)
      errors += problems.isEmpty ? AddressCheck.ordinary(address, at: path) : problems
    }
    return errors + balancer(service) + traffic(service) + LoadBalancerCheck.check(service)
  }

  /// Two annotations for the same setting must agree.
  private static func annotations(_ service: Service) -> [FieldError] {
    let (newKey, oldKey) = ("service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints")
    guard let new = service.metadata.annotations[newKey], let old = service.metadata.annotations[oldKey], new != old
    else { return [] }
    return [
      FieldError(
        FieldPath("metadata", "annotations").key(newKey),
        .invalid("must match annotations[\(oldKey)] when both are specified"), value: .string(new))
    ]
  }

  private static func type(_ service: Service) -> [FieldError] {
    let type = service.spec.type ?? ""
    switch type {
    case "LoadBalancer", "NodePort":
      if !service.isHeadless { return [] }
      return [
        FieldError(
          spec.field("clusterIPs").index(0), .invalid("may not be set to 'None' for \(type) services"), value: "None")
      ]
    case "ExternalName":
      let given = [
        ("clusterIPs", !service.spec.clusterIPs.isEmpty), ("ipFamilies", !service.spec.ipFamilies.isEmpty),
        ("ipFamilyPolicy", service.spec.ipFamilyPolicy != nil),
      ]
      let forbidden = given.filter(\.1).map {
        FieldError(spec.field($0.0), .forbidden("may not be set for ExternalName services"))
      }
      let path = spec.field("externalName")
      // A dot at the end says that the name is complete.
      var name = service.spec.externalName ?? ""
      if name.hasSuffix(".") { name.removeLast() }
      if name.isEmpty { return forbidden + [FieldError(path, .required)] }
      return forbidden
        + Names.subdomainProblems(name).map { FieldError(path, .invalid($0), value: .string(name)) }
    default: return []
    }
  }

  // MARK: Ports

  private static func ports(_ service: Service) -> [FieldError] {
    var errors: [FieldError] = []
    var names: Set<String> = []
    var numbers: Set<String> = []
    var nodePorts: Set<String> = []
    for (index, port) in service.spec.ports.enumerated() {
      let path = spec.field("ports").index(index)
      errors += Self.port(port, needsName: service.spec.ports.count > 1, &names, at: path)
      let transport = port.protocol ?? ""
      if !numbers.insert("\(port.port ?? 0)/\(transport)").inserted {
        errors.append(FieldError(path, .duplicate, shown: Self.goText(port)))
      }
      guard let nodePort = port.nodePort else { continue }
      if service.spec.type == "ClusterIP" {
        errors.append(
          FieldError(path.field("nodePort"), .forbidden("may not be used when `type` is 'ClusterIP'")))
      }
      if !nodePorts.insert("\(nodePort)/\(transport)").inserted {
        errors.append(FieldError(path.field("nodePort"), .duplicate, value: .integer(nodePort)))
      }
    }
    return errors
  }

  private static func port(
    _ port: ServicePort, needsName: Bool, _ names: inout Set<String>, at path: FieldPath
  ) -> [FieldError] {
    var errors: [FieldError] = []
    if let name = port.name {
      errors += Names.labelProblems(name).map { FieldError(path.field("name"), .invalid($0), value: .string(name)) }
      if !names.insert(name).inserted {
        errors.append(FieldError(path.field("name"), .duplicate, value: .string(name)))
      }
    } else if needsName {
      errors.append(FieldError(path.field("name"), .required))
    }
    errors += ContainerCheck.port(port.port ?? 0, at: path.field("port"))
    switch port.targetPort {
    case .int(let number)?: errors += ContainerCheck.port(number, at: path.field("targetPort"))
    case .string(let name)?:
      errors += Names.portNameProblems(name).map {
        FieldError(path.field("targetPort"), .invalid($0), value: .string(name))
      }
    case nil: break
    }
    return errors + PortCheck.appProtocol(port.appProtocol, at: path)
  }

  /// The number and protocol that appear twice, as Go prints the whole port with them.
  private static func goText(_ port: ServicePort) -> String {
    "core.ServicePort{Name:\"\", Protocol:\"\(port.protocol ?? "")\", AppProtocol:(*string)(nil), Port:\(port.port ?? 0), TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}"
  }

  // MARK: Traffic

  private static func affinity(_ service: Service) -> [FieldError] {
    let limit = 86_400
    guard let seconds = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds,
      !(1...limit).contains(Int(seconds))
    else { return [] }
    return [
      FieldError(
        spec.field("sessionAffinityConfig").field("clientIP").field("timeoutSeconds"),
        .invalid("must be greater than 0 and less than \(limit)"), value: .integer(seconds))
    ]
  }

  private static func balancer(_ service: Service) -> [FieldError] {
    let isBalanced = service.spec.type == "LoadBalancer"
    let misplaced = FieldError.Reason.forbidden("may only be used when `type` is 'LoadBalancer'")
    var errors: [FieldError] = []
    if !service.spec.loadBalancerSourceRanges.isEmpty {
      // Kubernetes names the field with a capital letter here.
      let path = spec.field("LoadBalancerSourceRanges")
      if !isBalanced { errors.append(FieldError(path, misplaced)) }
      for (index, range) in service.spec.loadBalancerSourceRanges.enumerated() {
        errors += AddressCheck.range(range.trimmingWhitespace(), at: path.index(index))
      }
    } else {
      let key = "service.beta.kubernetes.io/load-balancer-source-ranges"
      if let ranges = service.metadata.annotations[key] {
        let path = FieldPath("metadata", "annotations").key(key)
        if !isBalanced { errors.append(FieldError(path, misplaced)) }
        for range in ranges.trimmingWhitespace().split(separator: ",") {
          errors += AddressCheck.range(String(range).trimmingWhitespace(), at: path)
        }
      }
    }
    if !isBalanced && service.spec.allocateLoadBalancerNodePorts != nil {
      errors.append(FieldError(spec.field("allocateLoadBalancerNodePorts"), misplaced))
    }
    if let name = service.spec.loadBalancerClass {
      let path = spec.field("loadBalancerClass")
      errors +=
        isBalanced
        ? Names.qualifiedNameProblems(name).map { FieldError(path, .invalid($0), value: .string(name)) }
        : [FieldError(path, misplaced)]
    }
    return errors
  }

  private static func traffic(_ service: Service) -> [FieldError] {
    var errors: [FieldError] = []
    if let policy = service.spec.externalTrafficPolicy, !service.isExternallyAccessible {
      errors.append(
        FieldError(
          spec.field("externalTrafficPolicy"), .invalid("may only be set for externally-accessible services"),
          value: .string(policy)))
    }
    if let port = service.spec.healthCheckNodePort {
      let path = spec.field("healthCheckNodePort")
      if service.needsHealthCheckPort {
        errors += ContainerCheck.port(port, at: path)
      } else {
        errors.append(
          FieldError(
            path, .invalid("may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"),
            value: .integer(port)))
      }
    }
    if let preference = service.spec.trafficDistribution, preference != "PreferClose" {
      errors.append(
        FieldError(
          spec.field("trafficDistribution"), .notSupported(["PreferClose"]), value: .string(preference)))
    }
    return errors
  }
}

/// What is asked of ports in several kinds.
enum PortCheck {
  static func appProtocol(_ name: String?, at path: FieldPath) -> [FieldError] {
    guard let name else { return [] }
    return Names.qualifiedNameProblems(name).map {
      FieldError(path.field("appProtocol"), .invalid($0), value: .string(name))
    }
  }
}
