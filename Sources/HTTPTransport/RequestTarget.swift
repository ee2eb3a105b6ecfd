internal import KubernetesAPI

/// The path and query of a request, between their form on the wire and their meaning.
struct RequestTarget: Equatable {
  var path: String
  var query: [QueryItem]

  /// Reads `/path?name=value`; nil when an escape is cut short or the result is not text.
  init?(_ text: String) {
    var rest = text.utf8[...]
    // A client that takes the server for a proxy writes the address as well.
    for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
      rest = rest.dropFirst(scheme.utf8.count)
      rest = rest[(rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex)...]
    }
    guard rest.first == UInt8(ascii: "/") else { return nil }
    let parts = rest.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = Self.decode(parts[0], plusIsSpace: false) else { return nil }
    self.path = path
    query = []
    for item in parts.count > 1 ? parts[1].split(separator: UInt8(ascii: "&")) : [] {
      let halves = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decode(halves[0], plusIsSpace: true),
        let value = Self.decode(halves.count > 1 ? halves[1] : "".utf8[...], plusIsSpace: true)
      else { return nil }
      query.append(QueryItem(name, value))
    }
  }

  init(path: String, query: [QueryItem]) {
    self.path = path
    self.query = query
  }

  /// The form on the wire.
  var text: String {
    let path = Self.encode(path, keeping: Self.pathCharacters)
    if query.isEmpty { return path }
    return path + "?"
      + query.map { item in
        Self.encode(item.name, keeping: Self.queryCharacters) + "="
          + Self.encode(item.value, keeping: Self.queryCharacters)
      }.joined(separator: "&")
  }

  private static let queryCharacters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
  private static let pathCharacters = queryCharacters.union("/:@!$&'()*+,;=".utf8)

  private static func decode(_ text: Substring.UTF8View, plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var rest = text
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
          return nil
        }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func encode(_ text: String, keeping kept: Set<UInt8>) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if kept.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
