/// A port of the node that a container takes for itself.
public struct HostPort: Sendable, Hashable {
  var address: String
  var networkProtocol: String
  var number: Int32

  public static func all(of spec: PodSpec) -> [HostPort] {
    spec.containers.flatMap(\.ports).compactMap { port in
      guard let number = port.hostPort, number > 0 else { return nil }
      let address = port.hostIP.flatMap { $0.isEmpty ? nil : $0 } ?? "0.0.0.0"
      return HostPort(address: address, networkProtocol: port.protocol ?? "TCP", number: number)
    }
  }

  public func clashes(with other: HostPort) -> Bool {
    number == other.number && networkProtocol == other.networkProtocol
      && (address == other.address || address == "0.0.0.0" || other.address == "0.0.0.0")
  }
}
