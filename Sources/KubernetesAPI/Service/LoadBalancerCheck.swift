internal import Documents
internal import ObjectSchema

/// Rules for what is said of the balancer in front of a service, in the words of Kubernetes.
enum LoadBalancerCheck {
  static func check(_ service: Service) -> [FieldError] {
    let points = service.status.loadBalancer.ingress
    let path = FieldPath("status", "loadBalancer", "ingress")
    if points.isEmpty { return [] }
    if service.spec.type != "LoadBalancer" {
      return [FieldError(path, .forbidden("may only be used when `spec.type` is 'LoadBalancer'"))]
    }
    return points.enumerated().flatMap { index, point in check(point, at: path.index(index)) }
  }

  private static func check(_ point: LoadBalancerIngress, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if let address = point.ip.nonEmpty { errors += AddressCheck.address(address, at: path.field("ip")) }
    let modes = ["Proxy", "VIP"]
    if let mode = point.ipMode {
      if point.ip.nonEmpty == nil {
        errors.append(FieldError(path.field("ipMode"), .forbidden("may not be specified when `ip` is not set")))
      } else if !modes.contains(mode) {
        errors.append(FieldError(path.field("ipMode"), .notSupported(modes), value: .string(mode)))
      }
    }
    if let name = point.hostname.nonEmpty {
      var problems = Names.subdomainProblems(name)
      if IPAddress(name) != nil { problems.append("must be a DNS name, not an IP address") }
      errors += problems.map { FieldError(path.field("hostname"), .invalid($0), value: .string(name)) }
    }
    return errors
  }
}
