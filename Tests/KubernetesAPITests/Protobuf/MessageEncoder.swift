import Documents
import ObjectSchema

@testable import KubernetesAPI

/// Writes documents as protobuf from the same tables that the decoder reads.
struct MessageEncoder {
  let tables: [MessageTable]

  /// A whole request body.
  static func body(_ document: Document, as schema: AnySchema, apiVersion: String, kind: String) -> [UInt8] {
    let group = apiVersion.split(separator: "/").dropLast().joined()
    let object = MessageEncoder(tables: MessageTable.tables(of: group)).object(document, schema)
    return envelope(object, apiVersion: apiVersion, kind: kind)
  }

  static func envelope(_ object: [UInt8], apiVersion: String, kind: String) -> [UInt8] {
    let type = content(1, Array(apiVersion.utf8)) + content(2, Array(kind.utf8))
    return Array("k8s\0".utf8) + content(1, type) + content(2, object) + content(3, []) + content(4, [])
  }

  func object(_ document: Document, _ schema: AnySchema) -> [UInt8] {
    object(document, schema, message: schema.name)
  }

  private func object(_ document: Document, _ schema: AnySchema, message name: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for (number, row) in (tables.message(name) ?? [:]).sorted(by: { $0.key < $1.key }) {
      if row.isInlined {
        bytes += Self.content(number, object(document, schema, message: row.name))
      } else if let value = document[row.name], let type = schema.field(row.name)?.type {
        bytes += field(number, value, type)
      }
    }
    return bytes
  }

  private func field(_ number: Int, _ value: Document, _ type: TypeDescription) -> [UInt8] {
    switch type {
    case .list(let element): return (value.listValue ?? []).flatMap { field(number, $0, element) }
    case .map(let element):
      return (value.mapValue?.entries ?? []).flatMap { entry in
        var bytes = field(1, .string(entry.key), .string)
        if case .list(let item) = element {
          bytes += Self.content(2, field(1, entry.value, .list(item)))
        } else {
          bytes += field(2, entry.value, element)
        }
        return Self.content(number, bytes)
      }
    case .boolean: return Self.varint(number, value.boolValue == true ? 1 : 0)
    case .integer32, .integer64: return Self.varint(number, value.integerValue ?? 0)
    case .number: return Self.varint(number << 3 | 1) + [UInt8](repeating: 0, count: 8)
    case .string: return Self.content(number, Array((value.stringValue ?? "").utf8))
    case .bytes: return Self.content(number, Base64.decode(value.stringValue ?? "") ?? [])
    case .quantity: return Self.content(number, Self.content(1, Array((value.stringValue ?? "").utf8)))
    case .intOrString:
      let text = value.stringValue
      return Self.content(
        number,
        Self.varint(1, text == nil ? 0 : 1) + Self.varint(2, value.integerValue ?? 0)
          + Self.content(3, Array((text ?? "").utf8)))
    case .time, .microTime:
      guard let time = value.stringValue.flatMap(Timestamp.init) else { return Self.content(number, []) }
      return Self.content(number, Self.varint(1, time.seconds) + Self.varint(2, Int64(time.nanoseconds)))
    case .any: return Self.content(number, Self.content(1, value.json()))
    case .object(let schema): return Self.content(number, object(value, schema))
    }
  }

  // MARK: The wire form

  static func content(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(bytes.count) + bytes
  }

  static func varint(_ number: Int, _ value: Int64) -> [UInt8] {
    varint(number << 3) + varint(Int(value))
  }

  static func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
