internal import Documents

/// The table of a type's fields.
public struct Schema<Root: Sendable>: Sendable {
  public let name: String
  public let summary: String
  public let fields: [Field<Root>]
  private let positions: [String: Int]

  public init(_ name: String, _ summary: String, _ fields: [Field<Root>]) {
    self.name = name
    self.summary = summary
    self.fields = fields
    positions = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name, $0) })
  }

  func position(of name: String) -> Int? { positions[name] }

  func decode(_ document: Document, _ report: inout DecodingReport) -> Root? where Root: Described {
    guard let map = document.mapValue else {
      if !document.isNull { report.mismatch(document, expected: .object(AnySchema(Root.self))) }
      return nil
    }
    guard report.enter(structure: name, line: document.line) else { return nil }
    defer { report.leaveStructure() }
    for key in map.duplicates { report.duplicate(key) }
    var root = Root()
    for entry in map.entries {
      report.path.append(.field(entry.key))
      if let position = positions[entry.key] {
        fields[position].decode(entry.value, &root, &report)
      } else {
        report.unknown(line: entry.value.line)
      }
      report.path.removeLast()
    }
    return root
  }

  func encode(_ root: Root) -> Document {
    var map = DocumentMap()
    for field in fields {
      if let value = field.encode(root) { map.append(field.name, value) }
    }
    return .map(map)
  }

  func check(_ root: Root, _ report: inout CheckReport) {
    for field in fields { field.check(root, &report) }
  }

  func applyDefaults(_ root: inout Root) {
    for field in fields { field.applyDefaults(&root) }
  }
}
