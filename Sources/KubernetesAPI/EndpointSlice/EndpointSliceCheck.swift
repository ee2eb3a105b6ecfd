internal import Documents
internal import ObjectSchema

/// Rules across the fields of a slice, in the words of Kubernetes.
enum EndpointSliceCheck {
  private static let endpointLimit = 1000
  private static let addressLimit = 100
  private static let portLimit = 20_000
  private static let hintLimit = 8

  static func check(_ slice: EndpointSlice) -> [FieldError] { endpoints(slice) + ports(slice) }

  private static func tooMany(_ count: Int, _ limit: Int, at path: FieldPath) -> [FieldError] {
    count > limit ? [FieldError(path, .tooMany(count, limit: limit))] : []
  }

  private static func endpoints(_ slice: EndpointSlice) -> [FieldError] {
    let path = FieldPath("endpoints")
    let excess = tooMany(slice.endpoints.count, endpointLimit, at: path)
    if !excess.isEmpty { return excess }
    return slice.endpoints.enumerated().flatMap { index, endpoint in
      check(endpoint, slice.addressType ?? "", at: path.index(index))
    }
  }

  private static func check(_ endpoint: Endpoint, _ type: String, at path: FieldPath) -> [FieldError] {
    var errors = tooMany(endpoint.addresses.count, addressLimit, at: path.field("addresses"))
    if endpoint.addresses.isEmpty {
      errors.append(FieldError(path.field("addresses"), .requiredBecause("must contain at least 1 address")))
    }
    for (index, address) in endpoint.addresses.enumerated() {
      errors += check(address, type, at: path.field("addresses").index(index))
    }
    if let name = endpoint.hostname {
      errors += Names.labelProblems(name).map { FieldError(path.field("hostname"), .invalid($0), value: .string(name)) }
    }
    if let name = endpoint.nodeName {
      errors += Names.subdomainProblems(name).map {
        FieldError(path.field("nodeName"), .invalid($0), value: .string(name))
      }
    }
    let zones = path.field("hints").field("forZones")
    let names = (endpoint.hints?.forZones ?? []).map { $0.name ?? "" }
    errors += tooMany(names.count, hintLimit, at: zones)
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      errors.append(FieldError(zones.index(index).field("name"), .duplicate, value: .string(name)))
    }
    return errors
  }

  private static func check(_ address: String, _ type: String, at path: FieldPath) -> [FieldError] {
    func invalid(_ why: String) -> [FieldError] { [FieldError(path, .invalid(why), value: .string(address))] }
    let family = IPAddress(address)?.family
    switch type {
    case "IPv4":
      let problems = family == .version4 ? [] : invalid("must be a valid IPv4 address")
      return problems + AddressCheck.ordinary(address, at: path)
    case "IPv6":
      let problems = family == .version6 ? [] : invalid("must be a valid IPv6 address")
      return problems + AddressCheck.ordinary(address, at: path)
    case "FQDN":
      if address.isEmpty { return [FieldError(path, .required)] }
      let name = address.hasSuffix(".") ? String(address.dropLast()) : address
      let problems = Names.subdomainProblems(name)
      if !problems.isEmpty { return problems.map { FieldError(path, .invalid($0), value: .string(name)) } }
      if !name.contains(".") {
        return [
          FieldError(
            path, .invalid("should be a domain with at least two segments separated by dots"), value: .string(name))
        ]
      }
      return []
    default: return []
    }
  }

  private static func ports(_ slice: EndpointSlice) -> [FieldError] {
    let path = FieldPath("ports")
    let excess = tooMany(slice.ports.count, portLimit, at: path)
    if !excess.isEmpty { return excess }
    var errors: [FieldError] = []
    var names: Set<String> = []
    for (index, port) in slice.ports.enumerated() {
      let place = path.index(index)
      let name = port.name ?? ""
      if !name.isEmpty {
        errors += Names.labelProblems(name).map { FieldError(place.field("name"), .invalid($0), value: .string(name)) }
      }
      if !names.insert(name).inserted {
        errors.append(FieldError(place.field("name"), .duplicate, value: .string(name)))
      }
      errors += PortCheck.appProtocol(port.appProtocol, at: place)
    }
    return errors
  }
}
