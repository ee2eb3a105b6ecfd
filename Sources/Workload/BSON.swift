/// The little of BSON that a database with one kind of client needs: flat documents of texts and numbers.
struct BSONDocument {
  enum Value {
    case text(String)
    case int32(Int32)
    case bool(Bool)
    case double(Double)
    /// Documents one after the other, each with a number as its name.
    case array([BSONDocument])
    case document(BSONDocument)
  }

  var fields: [(name: String, value: Value)]

  init(_ fields: [(name: String, value: Value)]) { self.fields = fields }

  var bytes: [UInt8] {
    var content: [UInt8] = []
    for (name, value) in fields {
      let named = Array(name.utf8) + [0]
      switch value {
      case .double(let number): content += [0x01] + named + littleEndian(number.bitPattern)
      case .text(let text):
        content += [0x02] + named + littleEndian(UInt32(text.utf8.count + 1)) + Array(text.utf8) + [0]
      case .document(let document): content += [0x03] + named + document.bytes
      case .array(let documents):
        let numbered = documents.enumerated().map { ("\($0.offset)", Value.document($0.element)) }
        content += [0x04] + named + BSONDocument(numbered).bytes
      case .bool(let flag): content += [0x08] + named + [flag ? 1 : 0]
      case .int32(let number): content += [0x10] + named + littleEndian(UInt32(bitPattern: number))
      }
    }
    return littleEndian(UInt32(content.count + 5)) + content + [0]
  }

  /// The length that the bytes claim, when they are long enough to hold a document of that length.
  static func length(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let claimed = uint32(bytes), claimed >= 5, Int(claimed) <= bytes.count else { return nil }
    return Int(claimed)
  }

  /// The name and the raw bytes (type, name, value) of the leading fields of a document, up to a type not known here.
  static func leadingFields(_ document: ArraySlice<UInt8>) -> [(name: String, raw: ArraySlice<UInt8>)] {
    var fields: [(name: String, raw: ArraySlice<UInt8>)] = []
    var rest = document.dropFirst(4)
    while let type = rest.first, type != 0, let nameEnd = rest.dropFirst().firstIndex(of: 0) {
      let value = rest[(nameEnd + 1)...]
      let size: Int? =
        switch type {
        case 0x01, 0x09, 0x11, 0x12: 8
        case 0x02: uint32(value).map { Int($0) + 4 }
        case 0x03, 0x04: length(value)
        case 0x07: 12
        case 0x08: 1
        case 0x0A: 0
        case 0x10: 4
        default: nil
        }
      guard let size, size <= value.count else { break }
      let end = nameEnd + 1 + size
      fields.append(
        (String(decoding: rest[(rest.startIndex + 1)..<nameEnd], as: UTF8.self), rest[rest.startIndex..<end]))
      rest = rest[end...]
    }
    return fields
  }

  /// The text of a field, when the document has one of that name.
  static func text(_ name: String, in document: ArraySlice<UInt8>) -> String? {
    for field in leadingFields(document) where field.name == name && field.raw.first == 0x02 {
      let value = field.raw.dropFirst(1 + name.utf8.count + 1 + 4).dropLast()
      return String(decoding: value, as: UTF8.self)
    }
    return nil
  }
}

func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

func uint32(_ bytes: ArraySlice<UInt8>) -> UInt32? {
  guard bytes.count >= 4 else { return nil }
  return bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
}
