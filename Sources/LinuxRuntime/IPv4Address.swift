/// An address of the fourth version of the internet protocol.
struct IPv4Address: Sendable, Hashable, CustomStringConvertible {
  /// Its number, the first part highest.
  let number: UInt32

  init(_ number: UInt32) { self.number = number }

  init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    number = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
  }

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4, let a = parts[0], let b = parts[1], let c = parts[2], let d = parts[3] else { return nil }
    self.init(a, b, c, d)
  }

  /// In the order of the wire.
  var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }

  var description: String { bytes.map(String.init).joined(separator: ".") }
}
