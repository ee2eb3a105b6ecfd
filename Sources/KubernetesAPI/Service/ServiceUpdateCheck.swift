internal import Documents
internal import ObjectSchema

/// What may not change in a service, in the words of Kubernetes.
enum ServiceUpdateCheck {
  private static let spec = FieldPath("spec")

  static func check(_ service: Service, from old: Service) -> [FieldError] {
    addresses(service, from: old) + families(service, from: old) + balancer(service, from: old)
  }

  private static func addresses(_ service: Service, from old: Service) -> [FieldError] {
    if !service.needsClusterIP || !old.needsClusterIP || service.isHeadless && old.isHeadless { return [] }
    let (new, before) = (service.spec.clusterIPs, old.spec.clusterIPs)
    let path = spec.field("clusterIPs")
    func invalid(_ index: Int, _ why: String) -> FieldError {
      FieldError(path.index(index), .invalid(why), list: new)
    }
    if new.count == before.count {
      return new.indices.filter { new[$0] != before[$0] }.map { invalid($0, "may not change once set") }
    }
    var errors: [FieldError] = []
    if new.isEmpty { errors.append(invalid(0, "primary clusterIP can not be unset")) }
    if let first = new.first, let firstBefore = before.first, first != firstBefore {
      errors.append(invalid(0, "may not change once set"))
    }
    if new.count == 1 && before.count > 1 && service.spec.ipFamilyPolicy != "SingleStack" {
      errors.append(policy(service, "must be set to 'SingleStack' when releasing the secondary clusterIP"))
    }
    return errors
  }

  private static func families(_ service: Service, from old: Service) -> [FieldError] {
    // Without an address of its own a service may turn to other families.
    if !service.needsClusterIP || !old.needsClusterIP || service.isHeadless || old.isHeadless { return [] }
    let (new, before) = (service.spec.ipFamilies, old.spec.ipFamilies)
    func invalid(_ why: String) -> FieldError {
      FieldError(
        spec.field("ipFamilies").index(0), .invalid(why), list: new,
        type: "[]core.IPFamily")
    }
    if new.count == before.count {
      return zip(new, before).filter { $0 != $1 }.map { _ in invalid("may not change once set") }
    }
    var errors: [FieldError] = []
    if let first = new.first, let firstBefore = before.first, first != firstBefore {
      errors.append(invalid("may not change once set"))
    }
    if new.count == 1 && before.count > 1 && service.spec.ipFamilyPolicy != "SingleStack" {
      errors.append(policy(service, "must be set to 'SingleStack' when releasing the secondary ipFamily"))
    }
    return errors
  }

  private static func balancer(_ service: Service, from old: Service) -> [FieldError] {
    var errors: [FieldError] = []
    if service.spec.type == "LoadBalancer" && old.spec.type == "LoadBalancer",
      service.spec.loadBalancerClass != old.spec.loadBalancerClass
    {
      errors.append(
        FieldError(
          spec.field("loadBalancerClass"), .invalid("may not change once set"),
          value: service.spec.loadBalancerClass.map { .string($0) }))
    }
    if service.needsHealthCheckPort && old.needsHealthCheckPort,
      service.spec.healthCheckNodePort != old.spec.healthCheckNodePort
    {
      errors.append(FieldError(spec.field("healthCheckNodePort"), .forbidden("field is immutable")))
    }
    return errors
  }

  private static func policy(_ service: Service, _ why: String) -> FieldError {
    FieldError(
      spec.field("ipFamilyPolicy"), .invalid(why), value: service.spec.ipFamilyPolicy.map { .string($0) })
  }
}
