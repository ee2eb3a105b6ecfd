internal import Documents
internal import ObjectSchema

/// Turns protobuf messages into the documents that the same values have as JSON.
///
/// Go writes every field that is not a pointer, zero or not. What JSON would have left out is left out here, so that
/// defaults see the same object whichever way it came.
struct MessageDecoder {
  /// More than the kinds are nested, since types may contain themselves.
  private static let depthLimit = 64

  private let tables: [MessageTable]

  init(tables: [MessageTable]) { self.tables = tables }

  func decode(_ reader: WireReader, as schema: AnySchema) throws(ProtobufError) -> Document {
    try object(reader, schema, depth: 0)
  }

  // MARK: Messages

  private func object(
    _ reader: WireReader, _ schema: AnySchema, depth: Int
  ) throws(ProtobufError) -> Document {
    var values = FieldValues()
    try read(reader, message: schema.name, of: schema, into: &values, depth: depth)
    return values.document
  }

  private func read(
    _ reader: WireReader, message name: String, of schema: AnySchema, into values: inout FieldValues, depth: Int
  ) throws(ProtobufError) {
    guard let message = tables.message(name) else {
      throw ProtobufError(at: reader.position, "\(name) has no protobuf form here; send it as JSON")
    }
    if depth > Self.depthLimit { throw ProtobufError(at: reader.position, "messages are nested too deeply") }
    var reader = reader
    while let tag = try reader.nextTag() {
      guard let row = message[tag.number] else {
        try reader.skip(tag)
        continue
      }
      if row.isInlined {
        try read(
          Self.content(tag, &reader), message: row.name, of: schema, into: &values, depth: depth + 1)
      } else if let field = schema.field(row.name) {
        try read(tag, &reader, row, field.type, into: &values, depth: depth)
      } else {
        try reader.skip(tag)
      }
    }
  }

  private func read(
    _ tag: WireReader.Tag, _ reader: inout WireReader, _ row: MessageTable.Field, _ type: TypeDescription,
    into values: inout FieldValues, depth: Int
  ) throws(ProtobufError) {
    switch type {
    case .list(let element):
      if tag.type == .content, element.isVarint {
        // Numbers may come packed, one after the other without their tags.
        var packed = try reader.content()
        while !packed.rest.isEmpty { values.append(try varint(&packed, element), to: row.name) }
      } else if let value = try value(tag, &reader, element, depth: depth) {
        values.append(value, to: row.name)
      }
    case .map(let element):
      let (key, value) = try entry(Self.content(tag, &reader), element, depth: depth)
      values.set(value, for: key, in: row.name)
    default:
      let value = try value(tag, &reader, type, depth: depth)
      values.set(value.flatMap { row.keepsZero || !type.isZero($0) ? $0 : nil }, in: row.name)
    }
  }

  /// A map is a list of messages with a key and a value.
  private func entry(
    _ reader: WireReader, _ type: TypeDescription, depth: Int
  ) throws(ProtobufError) -> (key: String, value: Document) {
    var reader = reader
    var key = ""
    var value: Document?
    while let tag = try reader.nextTag() {
      switch (tag.number, type) {
      case (1, _): key = try Self.text(tag, &reader)
      // A list in a map is a message of its own, with the list as its first field.
      case (2, .list(let element)): value = .list(try list(Self.content(tag, &reader), element, depth: depth))
      case (2, _): value = try self.value(tag, &reader, type, depth: depth)
      default: try reader.skip(tag)
      }
    }
    return (key, value ?? type.zero)
  }

  private func list(
    _ reader: WireReader, _ element: TypeDescription, depth: Int
  ) throws(ProtobufError) -> [Document] {
    var reader = reader
    var list: [Document] = []
    while let tag = try reader.nextTag() {
      if tag.number == 1 {
        if let value = try value(tag, &reader, element, depth: depth) { list.append(value) }
      } else {
        try reader.skip(tag)
      }
    }
    return list
  }

  // MARK: Values

  /// One value, or nil for a time that is not set.
  private func value(
    _ tag: WireReader.Tag, _ reader: inout WireReader, _ type: TypeDescription, depth: Int
  ) throws(ProtobufError) -> Document? {
    switch type {
    case .string: return .string(try Self.text(tag, &reader))
    case .bytes: return .string(Base64.encode(Array(try Self.content(tag, &reader).rest)))
    case .boolean, .integer32, .integer64:
      try Self.expect(.varint, tag)
      return try varint(&reader, type)
    case .number:
      try Self.expect(.eightBytes, tag)
      return Document(.decimal(Double(bitPattern: try reader.eightBytes())))
    case .quantity: return try Self.quantity(Self.content(tag, &reader))
    case .intOrString: return try Self.intOrString(Self.content(tag, &reader))
    case .time: return try Self.time(Self.content(tag, &reader)).map { .string($0.text) }
    case .microTime: return try Self.time(Self.content(tag, &reader)).map { .string($0.microText) }
    case .any: return try Self.embeddedJSON(Self.content(tag, &reader))
    case .object(let schema): return try object(Self.content(tag, &reader), schema, depth: depth + 1)
    case .list, .map: throw ProtobufError(at: tag.offset, "field \(tag.number) is nested in a way that no kind is")
    }
  }

  private func varint(_ reader: inout WireReader, _ type: TypeDescription) throws(ProtobufError) -> Document {
    let number = try reader.varint()
    switch type {
    case .boolean: return .bool(number != 0)
    case .integer32: return .integer(Int32(truncatingIfNeeded: number))
    default: return .integer(Int64(bitPattern: number))
    }
  }

  private static func quantity(_ reader: WireReader) throws(ProtobufError) -> Document {
    var reader = reader
    var text = "0"
    while let tag = try reader.nextTag() {
      if tag.number == 1 { text = try Self.text(tag, &reader) } else { try reader.skip(tag) }
    }
    return .string(text)
  }

  private static func intOrString(_ reader: WireReader) throws(ProtobufError) -> Document {
    var reader = reader
    var isText = false
    var number: Int32 = 0
    var text = ""
    while let tag = try reader.nextTag() {
      switch (tag.number, tag.type) {
      case (1, .varint): isText = try reader.varint() == 1
      case (2, .varint): number = Int32(truncatingIfNeeded: try reader.varint())
      case (3, _): text = try Self.text(tag, &reader)
      default: try reader.skip(tag)
      }
    }
    return isText ? .string(text) : .integer(number)
  }

  /// Years that RFC 3339 can write.
  private static let secondsLimits: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  private static func time(_ reader: WireReader) throws(ProtobufError) -> Timestamp? {
    // Go's time zero is an empty message; 1970 is one with zeros in it.
    if reader.rest.isEmpty { return nil }
    let start = reader.position
    var reader = reader
    var seconds: Int64 = 0
    var nanoseconds: Int32 = 0
    while let tag = try reader.nextTag() {
      switch (tag.number, tag.type) {
      case (1, .varint): seconds = Int64(bitPattern: try reader.varint())
      case (2, .varint): nanoseconds = Int32(truncatingIfNeeded: try reader.varint())
      default: try reader.skip(tag)
      }
    }
    guard secondsLimits.contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else {
      throw ProtobufError(at: start, "a time is outside of the years 1 to 9999")
    }
    return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
  }

  /// What has no fixed fields travels as the text of its JSON.
  private static func embeddedJSON(_ reader: WireReader) throws(ProtobufError) -> Document {
    var reader = reader
    var document: Document = [:]
    while let tag = try reader.nextTag() {
      guard tag.number == 1 else {
        try reader.skip(tag)
        continue
      }
      let raw = try content(tag, &reader)
      do {
        document = try Document.parse(json: Array(raw.rest))
      } catch {
        throw ProtobufError(at: raw.position, "JSON was expected: \(error.message)")
      }
    }
    return document
  }

  private static func text(_ tag: WireReader.Tag, _ reader: inout WireReader) throws(ProtobufError) -> String {
    String(decoding: try content(tag, &reader).rest, as: UTF8.self)
  }

  private static func content(
    _ tag: WireReader.Tag, _ reader: inout WireReader
  ) throws(ProtobufError) -> WireReader {
    try expect(.content, tag)
    return try reader.content()
  }

  private static func expect(_ type: WireReader.WireType, _ tag: WireReader.Tag) throws(ProtobufError) {
    guard tag.type == type else {
      throw ProtobufError(
        at: tag.offset, "field \(tag.number) has the wire type \(tag.type.rawValue) instead of \(type.rawValue)")
    }
  }
}

/// The fields of one object while they arrive: those of lists and maps come one element at a time.
private struct FieldValues {
  private enum Value {
    case plain(Document)
    case list([Document])
    case map([String: Document])
  }

  private var values: [String: Value] = [:]

  mutating func set(_ value: Document?, in name: String) { values[name] = value.map { .plain($0) } }

  mutating func append(_ value: Document, to name: String) {
    // Taken out while it is changed, so that the list is not copied for each element.
    var list: [Document] = []
    if case .list(let present)? = values.removeValue(forKey: name) { list = present }
    list.append(value)
    values[name] = .list(list)
  }

  mutating func set(_ value: Document, for key: String, in name: String) {
    var map: [String: Document] = [:]
    if case .map(let present)? = values.removeValue(forKey: name) { map = present }
    map[key] = value
    values[name] = .map(map)
  }

  var document: Document {
    .map(
      DocumentMap(
        values.map { name, value in
          switch value {
          case .plain(let document): (name, document)
          case .list(let list): (name, .list(list))
          case .map(let map): (name, .map(DocumentMap(map.map { ($0.key, $0.value) })))
          }
        }))
  }
}

extension TypeDescription {
  fileprivate var isVarint: Bool {
    switch self {
    case .boolean, .integer32, .integer64: true
    default: false
    }
  }

  /// Whether the value is one that Go takes for none.
  fileprivate func isZero(_ value: Document) -> Bool {
    switch self {
    case .string, .bytes, .boolean, .integer32, .integer64, .number: value == zero
    default: false
    }
  }

  /// What a map's value is when the bytes do not tell it.
  fileprivate var zero: Document {
    switch self {
    case .string, .bytes: ""
    case .boolean: false
    case .integer32, .integer64, .intOrString: 0
    case .number: Document(.decimal(0))
    case .quantity: "0"
    case .time, .microTime: .null
    case .any, .object, .map: [:]
    case .list: []
    }
  }
}
