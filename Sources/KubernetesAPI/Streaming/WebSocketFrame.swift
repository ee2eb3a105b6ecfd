/// One frame of RFC 6455, unmasked.
struct WebSocketFrame: Sendable, Equatable {
  enum Opcode: UInt8, Sendable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    var isControl: Bool { rawValue >= 8 }
  }

  var opcode: Opcode
  var payload: [UInt8]
  /// Whether the message ends with this frame.
  var isFinal = true

  /// The bytes on the wire; clients give a mask, servers none.
  func encoded(mask: [UInt8]?) -> [UInt8] {
    var bytes: [UInt8] = [opcode.rawValue | (isFinal ? 0x80 : 0)]
    bytes.reserveCapacity(payload.count + 14)
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    switch payload.count {
    case 0..<126:
      bytes.append(maskBit | UInt8(payload.count))
    case 126..<0x1_0000:
      bytes.append(maskBit | 126)
      bytes.append(UInt8(payload.count >> 8))
      bytes.append(UInt8(payload.count & 0xFF))
    default:
      bytes.append(maskBit | 127)
      for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 0xFF)) }
    }
    guard let mask else { return bytes + payload }
    bytes += mask
    let start = bytes.count
    bytes += payload
    Self.toggle(mask, on: &bytes, from: start)
    return bytes
  }

  /// Masking and unmasking are the same operation.
  static func toggle(_ mask: [UInt8], on bytes: inout [UInt8], from start: Int) {
    bytes.withUnsafeMutableBufferPointer { bytes in
      for index in start..<bytes.count { bytes[index] ^= mask[(index - start) & 3] }
    }
  }
}

/// Cuts a stream of bytes into frames and refuses what the standard forbids.
struct WebSocketFrameParser {
  /// A server reads masked frames only, a client unmasked ones only.
  let expectsMask: Bool
  let payloadLimit: Int
  private var bytes: [UInt8] = []
  private var start = 0

  init(expectsMask: Bool, payloadLimit: Int) {
    self.expectsMask = expectsMask
    self.payloadLimit = payloadLimit
  }

  mutating func append(_ more: [UInt8]) {
    bytes.removeFirst(start)
    start = 0
    bytes += more
  }

  /// The next whole frame; nil when more bytes are needed.
  mutating func next() throws(WebSocketError) -> WebSocketFrame? {
    var reader = bytes[start...]
    guard let first = reader.popFirst(), let second = reader.popFirst() else { return nil }
    guard first & 0x70 == 0 else { throw .violation("a reserved bit is set") }
    guard let opcode = WebSocketFrame.Opcode(rawValue: first & 0x0F) else {
      throw .violation("the operation code \(first & 0x0F) is not defined")
    }
    let isFinal = first & 0x80 != 0
    guard (second & 0x80 != 0) == expectsMask else {
      throw .violation(expectsMask ? "a client's frame is not masked" : "a server's frame is masked")
    }
    var length = UInt64(second & 0x7F)
    if opcode.isControl {
      guard isFinal else { throw .violation("a control frame is cut in pieces") }
      guard length < 126 else { throw .violation("a control frame is longer than 125 bytes") }
    }
    if length >= 126 {
      let count = length == 126 ? 2 : 8
      guard reader.count >= count else { return nil }
      let least: UInt64 = length == 126 ? 126 : 0x1_0000
      length = reader.prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
      reader = reader.dropFirst(count)
      guard length >= least else { throw .violation("a length is not written in its shortest form") }
      guard length >> 63 == 0 else { throw .violation("a length has its highest bit set") }
    }
    guard length <= UInt64(payloadLimit) else { throw .tooLarge(limit: payloadLimit) }
    let total = Int(length) + (expectsMask ? 4 : 0)
    guard reader.count >= total else { return nil }
    let mask = Array(reader.prefix(expectsMask ? 4 : 0))
    var payload = Array(reader.dropFirst(mask.count).prefix(Int(length)))
    if expectsMask { WebSocketFrame.toggle(mask, on: &payload, from: 0) }
    start = reader.startIndex + total
    return WebSocketFrame(opcode: opcode, payload: payload, isFinal: isFinal)
  }
}

/// Why a WebSocket connection ended otherwise than by a clean close.
public enum WebSocketError: Error, Equatable, CustomStringConvertible {
  /// The other side broke the protocol.
  case violation(String)
  /// A text message or a closing reason is not UTF-8.
  case notText
  case tooLarge(limit: Int)
  /// The bytes ended without a closing frame.
  case cutOff
  /// Sending after a close.
  case closed

  /// What the other side is told.
  var closeCode: UInt16 {
    switch self {
    case .violation, .cutOff, .closed: 1002
    case .notText: 1007
    case .tooLarge: 1009
    }
  }

  public var description: String {
    switch self {
    case .violation(let what): "the other side of the WebSocket broke its protocol: \(what)"
    case .notText: "the other side of the WebSocket sent text that is not UTF-8"
    case .tooLarge(let limit): "the other side of the WebSocket sent a message of more than \(limit) bytes"
    case .cutOff: "the WebSocket connection was cut off"
    case .closed: "the WebSocket connection is closed"
    }
  }
}
