internal import Documents
public import ObjectSchema

/// Addresses that answer on the same ports.
public struct EndpointSubset: Described {
  public var addresses: [EndpointAddress] = []
  public var notReadyAddresses: [EndpointAddress] = []
  public var ports: [EndpointPort] = []

  public init() {}

  public static let schema = Schema<EndpointSubset>(
    "EndpointSubset", "Addresses that answer on the same ports.",
    [
      Field("addresses", \.addresses, listOf: .object(EndpointAddress.self), "Those that are ready for traffic."),
      Field(
        "notReadyAddresses", \.notReadyAddresses, listOf: .object(EndpointAddress.self),
        "Those that are not, or not yet."
      ),
      Field("ports", \.ports, listOf: .object(EndpointPort.self), "The ports that they answer on."),
    ])
}

/// One address, with what stands behind it.
public struct EndpointAddress: Described {
  public var ip: String?
  public var hostname: String?
  public var nodeName: String?
  public var targetRef: ObjectReference?

  public init() {}

  public static let schema = Schema<EndpointAddress>(
    "EndpointAddress", "One address, with what stands behind it.",
    [
      Field("ip", \.ip, .string, required: true, "The address."),
      Field("hostname", \.hostname, .string, "Its name within the service."),
      Field("nodeName", \.nodeName, .string, "The node that it is on."),
      Field("targetRef", \.targetRef, .object(ObjectReference.self), "The object that answers, mostly a pod."),
    ])
}

/// A port of the addresses of a subset.
public struct EndpointPort: Described {
  public var name: String?
  public var port: Int32?
  public var `protocol`: String?
  public var appProtocol: String?

  public init() {}

  public static let schema = Schema<EndpointPort>(
    "EndpointPort", "A port of the addresses of a subset.",
    [
      Field("name", \.name, .string, "The name of the service's port that it belongs to."),
      Field("port", \.port, .int32, required: true, default: 0, "Its number."),
      Field("protocol", \.`protocol`, .string, allowed: ["SCTP", "TCP", "UDP"], default: "TCP", "TCP, UDP or SCTP."),
      Field("appProtocol", \.appProtocol, .string, "What is spoken over it, such as http."),
    ])
}

/// Rules across the fields of a subset, in the words of Kubernetes.
enum EndpointSubsetCheck {
  static func check(_ subset: EndpointSubset, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if subset.addresses.isEmpty && subset.notReadyAddresses.isEmpty {
      errors.append(FieldError(path, .requiredBecause("must specify `addresses` or `notReadyAddresses`")))
    }
    for (field, addresses) in [("addresses", subset.addresses), ("notReadyAddresses", subset.notReadyAddresses)] {
      for (index, address) in addresses.enumerated() {
        errors += check(address, at: path.field(field).index(index))
      }
    }
    for (index, port) in subset.ports.enumerated() {
      let place = path.field("ports").index(index)
      if let name = port.name.nonEmpty {
        errors += Names.labelProblems(name).map { FieldError(place.field("name"), .invalid($0), value: .string(name)) }
      } else if subset.ports.count > 1 {
        errors.append(FieldError(place.field("name"), .required))
      }
      errors += ContainerCheck.port(port.port ?? 0, at: place.field("port"))
      errors += PortCheck.appProtocol(port.appProtocol, at: place)
    }
    return errors
  }

  private static func check(_ address: EndpointAddress, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if let ip = address.ip.nonEmpty {
      errors += AddressCheck.address(ip, at: path.field("ip")) + AddressCheck.ordinary(ip, at: path.field("ip"))
    }
    if let name = address.hostname.nonEmpty {
      errors += Names.labelProblems(name).map { FieldError(path.field("hostname"), .invalid($0), value: .string(name)) }
    }
    if let name = address.nodeName {
      errors += Names.subdomainProblems(name).map {
        FieldError(path.field("nodeName"), .invalid($0), value: .string(name))
      }
    }
    return errors
  }
}
