internal import Documents
internal import ObjectSchema

/// Rules for the addresses of a service and their families, in the words of Kubernetes.
enum ServiceAddressCheck {
  private static let addresses = FieldPath("spec", "clusterIPs")
  private static let families = FieldPath("spec", "ipFamilies")

  static func check(_ service: Service) -> [FieldError] {
    if service.spec.type == "ExternalName" { return [] }
    let errors = agreement(service) + checkFamilies(service.spec.ipFamilies)
    let (malformed, isReadable) = forms(service)
    return errors + malformed + (isReadable ? match(service) : [])
  }

  /// The single field and the list say the same.
  private static func agreement(_ service: Service) -> [FieldError] {
    let spec = service.spec
    switch (spec.clusterIP, spec.clusterIPs.first) {
    case (nil, .some): return [invalidList(spec, "must be empty when `clusterIP` is not specified")]
    case (.some, nil): return [FieldError(addresses, .required)]
    case (let single?, let first?) where single != first:
      return [invalidList(spec, "first value must match `clusterIP`")]
    default: return []
    }
  }

  private static func checkFamilies(_ list: [String]) -> [FieldError] {
    var errors: [FieldError] = []
    for (index, family) in list.enumerated() {
      if IPAddress.Family(rawValue: family) == nil {
        errors.append(
          FieldError(families.index(index), .notSupported(["IPv4", "IPv6"]), value: .string(family)))
      }
      if list[..<index].contains(family) {
        errors.append(FieldError(families.index(index), .duplicate, value: .string(family)))
      }
    }
    return errors
  }

  private static func forms(_ service: Service) -> (errors: [FieldError], isReadable: Bool) {
    let list = service.spec.clusterIPs
    var errors: [FieldError] = []
    for (index, address) in list.enumerated() {
      if index == 0 && address == "None" {
        if list.count > 1 { errors.append(invalidList(service.spec, "'None' must be the first and only value")) }
      } else {
        errors += AddressCheck.address(address, at: addresses.index(index))
      }
    }
    let isReadable = errors.isEmpty
    if list.count > 2 { errors.append(invalidList(service.spec, "may only hold up to 2 values")) }
    return (errors, isReadable)
  }

  private static func match(_ service: Service) -> [FieldError] {
    let list = service.spec.clusterIPs
    let found = list.map { IPAddress($0)?.family }
    var errors: [FieldError] = []
    if list.count > 1 && (list.count > 2 || found[0] == found[1]) {
      errors.append(invalidList(service.spec, "may specify no more than one IP for each IP family"))
    }
    if service.isHeadless { return errors }
    for (index, (address, family)) in zip(list, service.spec.ipFamilies).enumerated()
    where IPAddress.Family(rawValue: family) != nil && found[index]?.rawValue != family {
      errors.append(
        FieldError(
          addresses.index(index), .invalid("expected an \(family) value as indicated by `ipFamilies[\(index)]`"),
          value: .string(address)))
    }
    return errors
  }

  private static func invalidList(_ spec: ServiceSpec, _ why: String) -> FieldError {
    FieldError(addresses, .invalid(why), list: spec.clusterIPs)
  }
}
