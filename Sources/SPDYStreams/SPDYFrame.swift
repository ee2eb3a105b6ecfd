/// A frame of SPDY/3.1, as far as streams need them.
enum SPDYFrame: Equatable {
  case open(UInt32, block: [UInt8], isLast: Bool)
  case reply(UInt32, block: [UInt8], isLast: Bool)
  case headers(UInt32, block: [UInt8], isLast: Bool)
  case data(UInt32, [UInt8], isLast: Bool)
  case reset(UInt32, ResetReason)
  case ping(UInt32)
  case goodbye
  /// Settings and windows, which nobody who speaks this protocol today looks at.
  case ignored

  enum ResetReason: UInt32, Equatable {
    case protocolError = 1
    case refused = 3
    case cancelled = 5
    case other = 0
  }

  static let version: UInt8 = 3
  static let lastFlag: UInt8 = 1

  /// The bytes on the wire.
  var encoded: [UInt8] {
    switch self {
    case .open(let stream, let block, let isLast):
      Self.control(1, isLast, BigEndian.bytes(stream) + BigEndian.bytes(0) + [0, 0] + block)
    case .reply(let stream, let block, let isLast): Self.control(2, isLast, BigEndian.bytes(stream) + block)
    case .headers(let stream, let block, let isLast): Self.control(8, isLast, BigEndian.bytes(stream) + block)
    case .data(let stream, let bytes, let isLast):
      BigEndian.bytes(stream & 0x7FFF_FFFF) + Self.tail(isLast, bytes.count) + bytes
    case .reset(let stream, let reason):
      Self.control(3, false, BigEndian.bytes(stream) + BigEndian.bytes(reason.rawValue))
    case .ping(let number): Self.control(6, false, BigEndian.bytes(number))
    case .goodbye: Self.control(7, false, BigEndian.bytes(0) + BigEndian.bytes(0))
    case .ignored: []
    }
  }

  private static func control(_ type: UInt8, _ isLast: Bool, _ body: [UInt8]) -> [UInt8] {
    [0x80, version, 0, type] + tail(isLast, body.count) + body
  }

  /// Flags and length.
  private static func tail(_ isLast: Bool, _ count: Int) -> [UInt8] {
    [isLast ? lastFlag : 0] + BigEndian.bytes(UInt32(count)).dropFirst()
  }
}

/// Cuts a stream of bytes into frames.
struct SPDYFrameParser {
  private var bytes: [UInt8] = []
  private var start = 0

  mutating func append(_ more: [UInt8]) {
    bytes.removeFirst(start)
    start = 0
    bytes += more
  }

  /// The next whole frame; nil when more bytes are needed.
  mutating func next() throws(SPDYError) -> SPDYFrame? {
    let head = bytes[start...].prefix(8)
    guard head.count == 8 else { return nil }
    let length = head.suffix(3).reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count - start >= 8 + length else { return nil }
    let body = bytes[(start + 8)..<(start + 8 + length)]
    start += 8 + length
    let isLast = head[head.startIndex + 4] & SPDYFrame.lastFlag != 0
    guard head[head.startIndex] & 0x80 != 0 else {
      return .data(head.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }, Array(body), isLast: isLast)
    }
    guard head[head.startIndex] == 0x80, head[head.startIndex + 1] == SPDYFrame.version else {
      throw SPDYError("a frame of another version than 3")
    }
    return try Self.control(head[head.startIndex + 3], body, isLast: isLast)
  }

  private static func control(
    _ type: UInt8, _ body: ArraySlice<UInt8>, isLast: Bool
  ) throws(SPDYError) -> SPDYFrame {
    var reader = BigEndianReader(body)
    func stream() throws(SPDYError) -> UInt32 { try reader.number() & 0x7FFF_FFFF }
    switch type {
    case 1:
      let id = try stream()
      // The stream that it belongs to, priority and credentials: of no meaning here.
      _ = try reader.number()
      guard reader.rest.count >= 2 else { throw SPDYError("a frame that ends too early") }
      return .open(id, block: Array(reader.rest.dropFirst(2)), isLast: isLast)
    case 2: return .reply(try stream(), block: Array(reader.rest), isLast: isLast)
    case 3: return .reset(try stream(), SPDYFrame.ResetReason(rawValue: try reader.number()) ?? .other)
    case 6: return .ping(try reader.number())
    case 7: return .goodbye
    case 8: return .headers(try stream(), block: Array(reader.rest), isLast: isLast)
    default: return .ignored
    }
  }
}
