/// Numbers as they are on the wire.
enum BigEndian {
  static func bytes(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
  }
}

/// Takes numbers and texts off the front of a packet, and refuses to read beyond its end.
struct BigEndianReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func number() throws(SPDYError) -> UInt32 { try take(4).reduce(0) { $0 << 8 | UInt32($1) } }

  mutating func text() throws(SPDYError) -> String {
    let count = try number()
    return String(decoding: try take(Int(count)), as: UTF8.self)
  }

  private mutating func take(_ count: Int) throws(SPDYError) -> ArraySlice<UInt8> {
    guard rest.count >= count else { throw SPDYError("a frame that ends too early") }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}

/// How the other side broke the protocol.
public struct SPDYError: Error, Equatable, CustomStringConvertible {
  let what: String

  init(_ what: String) { self.what = what }

  public var description: String { "the other side of the connection sent \(what)" }
}
