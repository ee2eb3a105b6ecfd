internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// `kubectl explain`: what the fields of a kind mean, from the same tables that read and check them.
enum Explain {
  static let apiVersion = Flag.text("api-version", "The version that is meant, such as apps/v1.")
  static let output = Flag.text(
    "output", short: "o", default: "plaintext", values: .oneOf(["plaintext", "plaintext-openapiv2"]),
    "plaintext is the only form.")
  static let recursive = Flag.boolean("recursive", "Only the names and types of all fields, at any depth.")

  static let command = Command(
    name: "explain", group: .intermediate,
    summary: "Get documentation for a resource",
    details: ["A field is named by its path: TYPE.FIELD.FIELD; lists and maps are passed through."],
    examples: [
      Example("What a pod has", "kubectl explain pods"),
      Example("One field", "kubectl explain pods.spec.restartPolicy"),
      Example("All fields of containers", "kubectl explain pods.spec.containers --recursive"),
    ],
    usage: "explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [options]",
    flags: [apiVersion.row, output.row, recursive.row],
    arguments: .fieldPath,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    guard let argument = invocation.arguments.first else {
      throw Failure(
        "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources."
      )
    }
    if invocation.arguments.count > 1 { throw Failure("We accept only this format: explain RESOURCE") }
    let (kind, fields) = try await resolve(argument, invocation)
    let form = invocation[output]
    guard ["plaintext", "plaintext-openapiv2"].contains(form) else { throw Failure("unrecognized format: \(form)") }
    guard let schema = kind.schema else {
      throw Failure("the fields of \(kind.qualifiedName) are not known here")
    }
    let groupLine = kind.group.isEmpty ? "" : "GROUP:      \(kind.group)\n"
    try await invocation.io.print("\(groupLine)KIND:       \(kind.kind)\nVERSION:    \(kind.version)\n\n")
    let explanation = try Explanation(root: schema, path: fields)
    try await invocation.io.print(explanation.text(isRecursive: invocation[recursive]))
    return 0
  }

  /// The kind is everything in front of the first dot, unless its group is named as well: `deployments.apps.spec`.
  private static func resolve(
    _ argument: String, _ invocation: Invocation
  ) async throws -> (kind: ResourceKind, fields: [String]) {
    let words = argument.split(separator: ".").map(String.init)
    guard let first = words.first else { throw Failure("We accept only this format: explain RESOURCE") }
    let version = invocation[apiVersion]
    if !version.isEmpty {
      let found = try await invocation.discovery.everyKind().first { $0.apiVersion == version && $0.isCalled(first) }
      guard let found else {
        let group = version.contains("/") ? version : "/" + version
        throw Failure("couldn't find resource for \"\(group), Resource=\(first)\"")
      }
      return (found, Array(words.dropFirst()))
    }
    let kind: ResourceKind
    do {
      kind = try await invocation.discovery.find(first)
    } catch let failure as Failure {
      // Here the remark stands alone.
      throw Failure(whole: String(failure.text.dropFirst("error: ".count)), exitCode: failure.exitCode)
    }
    let group = kind.group.split(separator: ".").map(String.init)
    let rest = Array(words.dropFirst())
    return (kind, !group.isEmpty && rest.starts(with: group) ? Array(rest.dropFirst(group.count)) : rest)
  }
}

/// One field, or a whole kind, told from its table.
struct Explanation {
  private static let width = 76
  private let schema: AnySchema?
  private let field: FieldDescription?
  private let summary: String

  init(root: AnySchema, path: [String]) throws {
    var schema: AnySchema? = root
    var field: FieldDescription?
    for name in path {
      guard let next = schema?.field(name) else { throw Failure("field \"\(name)\" does not exist") }
      field = next
      schema = Self.schema(next.type)
    }
    self.schema = schema
    self.field = field
    summary = field?.summary ?? root.summary
  }

  static func schema(_ type: TypeDescription) -> AnySchema? {
    switch type {
    case .object(let schema): schema
    case .list(let element), .map(let element): schema(element)
    default: nil
    }
  }

  func text(isRecursive: Bool) -> String {
    var text = ""
    if let field {
      text += "FIELD: \(field.name) <\(field.type.explainName)>"
      if !field.allowed.isEmpty {
        text += "\nENUM:\n" + field.allowed.sorted().map { "    \($0)\n" }.joined()
      } else {
        text += "\n\n"
      }
      text += "\n"
    }
    text += "DESCRIPTION:\n" + Self.paragraph(summary, indentation: 4) + Self.values(field?.allowed ?? [])
    if let kind = field?.type.summary { text += Self.paragraph(kind, indentation: 4) }
    text += "    \n"
    if let schema {
      text += "FIELDS:\n"
      text +=
        isRecursive
        ? Self.tree(schema, level: 1, above: []) : schema.fields.sorted(by: Self.isBefore).map(Self.entry).joined()
    }
    return text + "\n"
  }

  private static func isBefore(_ left: FieldDescription, _ right: FieldDescription) -> Bool { left.name < right.name }

  private static func entry(_ field: FieldDescription) -> String {
    var text = "  \(field.name)\t<\(field.type.explainName)>\(field.isRequired ? " -required-" : "")\n"
    if !field.allowed.isEmpty {
      let shown = field.allowed.sorted()
      text += "  enum: \(shown.prefix(4).joined(separator: ", "))\(shown.count > 4 ? ", ...." : "")\n"
    }
    return text + paragraph(field.summary, indentation: 4) + values(field.allowed) + "\n"
  }

  /// What a field may hold, as the end of its description.
  private static func values(_ allowed: [String]) -> String {
    if allowed.isEmpty { return "" }
    return "    \n    Possible enum values:\n" + allowed.sorted().map { "     - `\"\($0)\"`\n" }.joined()
  }

  /// Types that hold themselves are opened only once.
  private static func tree(_ schema: AnySchema, level: Int, above: [String]) -> String {
    schema.fields.sorted(by: isBefore).map { field in
      let indentation = String(repeating: "  ", count: level)
      var text = "\(indentation)\(field.name)\t<\(field.type.explainName)>\(field.isRequired ? " -required-" : "")\n"
      if !field.allowed.isEmpty {
        let shown = field.allowed.sorted()
        text += "\(indentation)enum: \(shown.prefix(4).joined(separator: ", "))\(shown.count > 4 ? ", ...." : "")\n"
      }
      if let inner = Self.schema(field.type), !above.contains(inner.name) {
        text += tree(inner, level: level + 1, above: above + [inner.name])
      }
      return text
    }.joined()
  }

  /// Broken into lines of a readable width.
  static func paragraph(_ text: String, indentation: Int) -> String {
    let start = String(repeating: " ", count: indentation)
    var lines: [String] = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      if !last.isEmpty, last.count + 1 + word.count > width {
        lines.append(String(word))
      } else {
        lines[lines.count - 1] += (last.isEmpty ? "" : " ") + word
      }
    }
    return lines.map { start + $0 + "\n" }.joined()
  }
}
