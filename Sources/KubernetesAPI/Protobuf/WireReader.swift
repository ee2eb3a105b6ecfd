/// Reads protobuf's wire form from a stretch of bytes, and never beyond its end.
struct WireReader {
  /// What a field's number is followed by.
  enum WireType: UInt64 {
    case varint = 0
    case eightBytes = 1
    /// A length, and as many bytes: texts, bytes and messages.
    case content = 2
    case fourBytes = 5
  }

  struct Tag {
    let number: Int
    let type: WireType
    let offset: Int
  }

  private let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  init(_ bytes: [UInt8], from position: Int = 0) {
    self.init(bytes, position, bytes.count)
  }

  private init(_ bytes: [UInt8], _ position: Int, _ end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  /// The bytes that are left.
  var rest: ArraySlice<UInt8> { bytes[position..<end] }

  /// What the next field is, or nil at the end of the message.
  mutating func nextTag() throws(ProtobufError) -> Tag? {
    if position == end { return nil }
    let offset = position
    let key = try varint()
    guard let number = Int32(exactly: key >> 3), number > 0 else {
      throw ProtobufError(at: offset, "\(key >> 3) is not the number of a field")
    }
    guard let type = WireType(rawValue: key & 7) else {
      throw ProtobufError(at: offset, "field \(number) has the unknown wire type \(key & 7)")
    }
    return Tag(number: Int(number), type: type, offset: offset)
  }

  mutating func varint() throws(ProtobufError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = bytes[position]
      position += 1
      // The tenth byte has room for the highest bit alone.
      if shift == 63 && byte > 1 { throw ProtobufError(at: start, "a number has more than 64 bits") }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw ProtobufError(at: start, "a number runs past the end")
  }

  mutating func eightBytes() throws(ProtobufError) -> UInt64 {
    try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A reader of the bytes that the length in front of them spans.
  mutating func content() throws(ProtobufError) -> WireReader {
    let offset = position
    let length = try varint()
    guard length <= UInt64(end - position) else {
      throw ProtobufError(at: offset, "a length of \(length) runs past the end, where \(end - position) bytes are left")
    }
    let start = position
    position += Int(length)
    return WireReader(bytes, start, position)
  }

  /// Passes over the value of a field that nobody asks for.
  mutating func skip(_ tag: Tag) throws(ProtobufError) {
    switch tag.type {
    case .varint: _ = try varint()
    case .eightBytes: _ = try take(8)
    case .content: _ = try content()
    case .fourBytes: _ = try take(4)
    }
  }

  private mutating func take(_ count: Int) throws(ProtobufError) -> ArraySlice<UInt8> {
    guard count <= end - position else { throw ProtobufError(at: position, "a number runs past the end") }
    defer { position += count }
    return bytes[position..<position + count]
  }
}
