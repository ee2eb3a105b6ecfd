/// A JSON or YAML value that keeps the order of its keys and the line it was read from.
public struct Document: Sendable {
  public enum Content: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case decimal(Double)
    case string(String)
    case list([Document])
    case map(DocumentMap)
  }

  public var content: Content
  /// Counted from 1; 0 for a value that was not read from a text.
  public var line: Int

  public init(_ content: Content, line: Int = 0) {
    self.content = content
    self.line = line
  }
}

/// Where a value was written does not make it another value.
extension Document: Equatable {
  public static func == (left: Document, right: Document) -> Bool { left.content == right.content }
}

extension Document {
  public static let null = Document(.null)
  public static func bool(_ value: Bool) -> Document { Document(.bool(value)) }
  public static func integer(_ value: some BinaryInteger) -> Document { Document(.integer(Int64(value))) }
  public static func string(_ value: String) -> Document { Document(.string(value)) }
  public static func list(_ value: [Document]) -> Document { Document(.list(value)) }
  public static func map(_ value: DocumentMap) -> Document { Document(.map(value)) }

  public var isNull: Bool { content == .null }

  // Never inlined: the optimizer of Swift 6.3 fails on callers in other modules that it has put these into.
  @inline(never)
  public var boolValue: Bool? { if case .bool(let value) = content { value } else { nil } }
  @inline(never)
  public var integerValue: Int64? { if case .integer(let value) = content { value } else { nil } }
  @inline(never)
  public var stringValue: String? { if case .string(let value) = content { value } else { nil } }
  @inline(never)
  public var listValue: [Document]? { if case .list(let value) = content { value } else { nil } }
  @inline(never)
  public var mapValue: DocumentMap? { if case .map(let value) = content { value } else { nil } }

  /// The field of a map; writing to anything else makes it a map.
  public subscript(key: String) -> Document? {
    get { mapValue?[key] }
    set {
      var map = mapValue ?? DocumentMap()
      map[key] = newValue
      content = .map(map)
    }
  }

  /// What JSON calls this kind of value, as Kubernetes' decoding errors name it.
  public var kindName: String {
    switch content {
    case .null: "null"
    case .bool: "bool"
    case .integer, .decimal: "number"
    case .string: "string"
    case .list: "array"
    case .map: "object"
    }
  }
}

extension Document: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(arrayLiteral elements: Document...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, Document)...) { self = .map(DocumentMap(elements)) }
}
