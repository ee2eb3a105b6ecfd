internal import Documents
internal import Glibc
internal import ObjectSchema

/// An address of the Internet Protocol, of either family.
public struct IPAddress: Sendable, Equatable {
  public enum Family: String, Sendable {
    case version4 = "IPv4"
    case version6 = "IPv6"
  }

  public let family: Family
  /// 4 or 16 of them, in the order of the network.
  public let bytes: [UInt8]

  public init?(_ text: String) {
    for (family, number, size) in [(Family.version4, AF_INET, 4), (.version6, AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: size)
      if inet_pton(number, text, &bytes) == 1 {
        self.family = family
        self.bytes = bytes
        return
      }
    }
    return nil
  }

  /// What the address means by itself, so that it can lead to no other machine; in the words of Kubernetes.
  var specialMeanings: [String] {
    var meanings: [String] = []
    switch family {
    case .version4:
      if bytes[0] == 127 { meanings.append("may not be in the loopback range (127.0.0.0/8, ::1/128)") }
      if bytes[0] == 169 && bytes[1] == 254 {
        meanings.append("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
      }
      if bytes.starts(with: [224, 0, 0]) {
        meanings.append("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
      }
    case .version6:
      if bytes.dropLast().allSatisfy({ $0 == 0 }) && bytes[15] == 1 {
        meanings.append("may not be in the loopback range (127.0.0.0/8, ::1/128)")
      }
      if bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 {
        meanings.append("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
      }
      if bytes[0] == 0xFF && bytes[1] & 0x0F == 2 {
        meanings.append("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
      }
    }
    return meanings
  }

  var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
}

/// What is asked of addresses in objects.
enum AddressCheck {
  /// Any address.
  static func address(_ text: String, at path: FieldPath) -> [FieldError] {
    IPAddress(text) == nil
      ? [invalid(text, at: path, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")] : []
  }

  /// An address that can lead to another machine.
  static func ordinary(_ text: String, at path: FieldPath) -> [FieldError] {
    guard let address = IPAddress(text) else { return [invalid(text, at: path, "must be a valid IP address")] }
    let unspecified = address.isUnspecified ? ["may not be unspecified (\(text))"] : []
    return (unspecified + address.specialMeanings).map { invalid(text, at: path, $0) }
  }

  /// A range of addresses: `10.9.8.0/24`.
  static func range(_ text: String, at path: FieldPath) -> [FieldError] {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2, let address = IPAddress(String(parts[0])), let length = Int(parts[1]),
      (0...address.bytes.count * 8).contains(length)
    {
      return []
    }
    return [invalid(text, at: path, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
  }

  private static func invalid(_ text: String, at path: FieldPath, _ why: String) -> FieldError {
    FieldError(path, .invalid(why), value: .string(text))
  }
}
