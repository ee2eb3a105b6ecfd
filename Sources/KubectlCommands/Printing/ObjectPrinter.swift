internal import Documents
internal import KubernetesAPI

/// Prints whole objects: as YAML, JSON, names, paths or columns.
struct ObjectPrinter {
  let format: OutputFormat
  var showsManagedFields = false
  var missingKeysAllowed = true
  var noHeaders = false
  private var printed = 0
  private var columns = AlignedText.table

  init(
    _ format: OutputFormat, showsManagedFields: Bool = false, missingKeysAllowed: Bool = true, noHeaders: Bool = false
  ) {
    self.format = format
    self.showsManagedFields = showsManagedFields
    self.missingKeysAllowed = missingKeysAllowed
    self.noHeaders = noHeaders
  }

  /// The text for one more object, or for a list of them.
  mutating func text(_ object: Document) throws -> String {
    defer { printed += 1 }
    let object = showsManagedFields ? object : Self.withoutManagedFields(object)
    switch format {
    case .json: return object.sortedByKeys().jsonText(indentedBy: 4) + "\n"
    case .yaml: return (printed > 0 ? "---\n" : "") + object.yaml()
    case .name: return Self.members(of: object).map { Self.name($0) + "\n" }.joined()
    case .jsonPath(let path, let template, let asJSON):
      do {
        if !asJSON { return try path.text(for: object, missingKeysAllowed: missingKeysAllowed) }
        let found = try path.find(in: object, missingKeysAllowed: missingKeysAllowed).flatMap { $0 }
        return Document.list(found).sortedByKeys().jsonText(indentedBy: 4) + "\n"
      } catch {
        throw Failure("error executing jsonpath \"\(template)\": Error executing template: \(error)")
      }
    case .goTemplate(let template, let source):
      do throws(GoTemplate.Problem) {
        return try template.text(for: object, missingKeysAllowed: missingKeysAllowed)
      } catch {
        throw Failure("error executing template \"\(source)\": \(error.description)")
      }
    case .customColumns(let specification): return try table(specification, Self.members(of: object))
    case .table: preconditionFailure("tables are printed by the table printer")
    }
  }

  private mutating func table(_ specification: [CustomColumn], _ objects: [Document]) throws -> String {
    if printed == 0, !noHeaders { columns.write(specification.map(\.header).joined(separator: "\t") + "\n") }
    for object in objects {
      columns.write(try specification.map { try $0.cell(object) }.joined(separator: "\t") + "\n")
    }
    return columns.take()
  }

  private static func members(of object: Document) -> [Document] { object["items"]?.listValue ?? [object] }

  /// `pod/good`, `deployment.apps/web`.
  static func name(_ object: Document) -> String {
    let (group, _) = ResourceKind.split(apiVersion: object["apiVersion"]?.stringValue ?? "")
    let kind = (object["kind"]?.stringValue ?? "<unknown>").lowercased()
    let name = object["metadata"]?["name"]?.stringValue ?? ""
    return "\(group.isEmpty ? kind : "\(kind).\(group)")/\(name)"
  }

  private static func withoutManagedFields(_ object: Document) -> Document {
    var object = object
    if var metadata = object["metadata"], metadata["managedFields"] != nil {
      metadata["managedFields"] = nil
      object["metadata"] = metadata
    }
    if let items = object["items"]?.listValue { object["items"] = .list(items.map(withoutManagedFields)) }
    return object
  }

  /// Several objects as one, the way kubectl hands them out.
  static func list(_ items: [Document]) -> Document {
    ["apiVersion": "v1", "items": .list(items), "kind": "List", "metadata": ["resourceVersion": ""]]
  }
}
