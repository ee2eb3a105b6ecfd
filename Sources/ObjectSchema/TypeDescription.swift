internal import Documents

/// What a field holds, for explanations, for OpenAPI and for the words of a decoding error.
public indirect enum TypeDescription: Sendable {
  case string, boolean, integer32, integer64, number, bytes
  case quantity, intOrString, time, microTime
  case any
  case object(AnySchema)
  case list(TypeDescription)
  case map(TypeDescription)

  /// The name under which Kubernetes' decoder knows the type.
  public var decoderName: String {
    switch self {
    case .string: "string"
    case .boolean: "bool"
    case .integer32: "int32"
    case .integer64: "int64"
    case .number: "float64"
    case .bytes: "[]uint8"
    case .quantity: "resource.Quantity"
    case .intOrString: "intstr.IntOrString"
    case .time: "v1.Time"
    case .microTime: "v1.MicroTime"
    case .any: "interface {}"
    case .object(let schema): "v1.\(schema.name)"
    case .list(let element): "[]\(element.decoderName)"
    case .map(let element): "map[string]\(element.decoderName)"
    }
  }

  /// What a value of this type is, for the types that have a name; of a list or map, what its elements are.
  public var summary: String? {
    switch self {
    case .object(let schema): schema.summary
    case .list(let element), .map(let element): element.summary
    case .quantity: "An amount, perhaps with a unit."
    case .intOrString: "A number or a text."
    case .time: "A moment, to the second."
    case .microTime: "A moment, to the microsecond."
    default: nil
    }
  }

  /// The name that `kubectl explain` prints between angle brackets.
  public var explainName: String {
    switch self {
    case .string, .bytes, .time, .microTime: "string"
    case .boolean: "boolean"
    case .integer32, .integer64: "integer"
    case .number: "number"
    case .quantity: "Quantity"
    case .intOrString: "IntOrString"
    case .any: "Object"
    case .object(let schema): schema.name
    case .list(let element): "[]\(element.explainName)"
    case .map(let element): "map[string]\(element.explainName)"
    }
  }
}

/// A table of fields without the type that it describes.
public struct AnySchema: Sendable {
  /// Two types of different groups may have the same name.
  public let identity: ObjectIdentifier
  private let words: @Sendable () -> (name: String, summary: String)
  private let makeFields: @Sendable () -> [FieldDescription]
  private let findField: @Sendable (String) -> FieldDescription?
  private let findPosition: @Sendable (String) -> Int?
  /// The stored properties of the type, which its rows are to cover.
  let properties: @Sendable () -> [String]
  private let readAndWrite: @Sendable (Document) -> (Document, [String])

  // All of it is made when asked for: types may contain themselves, and who needs one table should not wait for all.

  public var name: String { words().name }
  public var summary: String { words().summary }
  public var fields: [FieldDescription] { makeFields() }

  public init<Root: Described>(_ type: Root.Type) {
    words = { (Root.schema.name, Root.schema.summary) }
    identity = ObjectIdentifier(type)
    makeFields = { Root.schema.fields.map(FieldDescription.init) }
    findField = { name in Root.schema.position(of: name).map { FieldDescription(Root.schema.fields[$0]) } }
    findPosition = { Root.schema.position(of: $0) }
    readAndWrite = { document in
      let (value, report) = Root.decode(document)
      return (value.document(), report.mismatches.map(\.message) + report.strictProblems.map(\.message))
    }
    properties = {
      // A boxed property is stored under its name with an underscore in front.
      Mirror(reflecting: Root()).children.compactMap(\.label).map { $0.hasPrefix("_") ? String($0.dropFirst()) : $0 }
    }
  }

  public func field(_ name: String) -> FieldDescription? { findField(name) }

  /// Reads a document and writes what was read; with the words about what did not fit.
  func roundTrip(_ document: Document) -> (written: Document, problems: [String]) { readAndWrite(document) }

  /// Where the field stands in the table.
  func position(of name: String) -> Int? { findPosition(name) }
}

/// One row without the type that it belongs to.
public struct FieldDescription: Sendable {
  public let name: String
  public let summary: String
  public let isRequired: Bool
  public let type: TypeDescription
  public let mergeKey: String?
  public let retainsKeys: Bool
  public let allowed: [String]

  init<Root>(_ field: Field<Root>) {
    name = field.name
    summary = field.summary
    isRequired = field.isRequired
    type = field.type
    mergeKey = field.mergeKey
    retainsKeys = field.retainsKeys
    allowed = field.allowed
  }
}
