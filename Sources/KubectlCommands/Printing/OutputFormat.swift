internal import Documents
internal import SystemIO

/// What `-o` asks for.
enum OutputFormat: Sendable {
  case table(isWide: Bool)
  case json
  case yaml
  case name
  case jsonPath(JSONPath, template: String, asJSON: Bool)
  case goTemplate(GoTemplate, source: String)
  case customColumns([CustomColumn])

  /// The formats for objects; those of tables come on top.
  static let objectFormats = [
    "go-template", "go-template-file", "json", "jsonpath", "jsonpath-as-json", "jsonpath-file", "name", "template",
    "templatefile", "yaml",
  ]
  static let tableFormats = (objectFormats + ["custom-columns", "custom-columns-file", "wide"]).sorted()

  /// - Parameter template: What `--template` gives, for forms that take one and bring none themselves.
  init(
    _ text: String, template: String = "", allowsTables: Bool, noHeaders: Bool = false, context: KubectlContext
  ) throws {
    var parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    // A template alone says what form is meant.
    if text.isEmpty, !template.isEmpty { parts = ["go-template"] }
    let argument = parts.count == 2 ? parts[1] : template
    func fileText() throws -> String {
      let path = try context.place(argument)
      do {
        return try Files.readText(path)
      } catch {
        throw Failure("error reading --template \(argument), \(error)")
      }
    }
    func jsonPath(_ template: String, asJSON: Bool = false) throws -> OutputFormat {
      if template.isEmpty { throw Failure("template format specified but no template given") }
      do {
        return .jsonPath(try JSONPath(template: template), template: template, asJSON: asJSON)
      } catch {
        throw Failure("error parsing jsonpath \(template), \(error)")
      }
    }
    func goTemplate(_ template: String) throws -> OutputFormat {
      if template.isEmpty { throw Failure("template format specified but no template given") }
      do throws(GoTemplate.Problem) {
        return .goTemplate(try GoTemplate(template), source: template)
      } catch {
        throw Failure("error parsing template \(template), \(error.description)")
      }
    }
    // Forms without a template take nothing behind an equals sign.
    let name = parts.count == 2 && ["json", "yaml", "name"].contains(parts[0]) ? text : parts[0]
    switch name {
    case "" where allowsTables: self = .table(isWide: false)
    case "wide" where allowsTables && parts.count == 1: self = .table(isWide: true)
    case "json": self = .json
    case "yaml": self = .yaml
    case "name": self = .name
    case "jsonpath": self = try jsonPath(argument)
    case "jsonpath-as-json": self = try jsonPath(argument, asJSON: true)
    case "jsonpath-file": self = try jsonPath(try fileText())
    case "custom-columns" where allowsTables: self = .customColumns(try CustomColumn.parse(argument))
    case "custom-columns-file" where allowsTables: self = .customColumns(try CustomColumn.parse(fileText: fileText()))
    case "go-template", "template": self = try goTemplate(argument)
    case "go-template-file", "templatefile": self = try goTemplate(try fileText())
    default:
      let formats = allowsTables ? Self.tableFormats : Self.objectFormats
      throw Failure(
        "unable to match a printer suitable for the output format \"\(text)\", allowed formats are: \(formats.joined(separator: ","))"
      )
    }
  }
}

/// One column of `-o custom-columns=NAME:.path,…`.
struct CustomColumn: Sendable {
  let header: String
  let path: JSONPath

  static func parse(_ specification: String) throws -> [CustomColumn] {
    if specification.isEmpty { throw Failure("custom-columns format specified but no custom columns given") }
    return try specification.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let pieces = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard pieces.count == 2 else {
        throw Failure("unexpected custom-columns spec: \(part), expected <header>:<json-path-expr>")
      }
      return try CustomColumn(header: pieces[0], pathText: pieces[1])
    }
  }

  /// The first line has the headers, the second the paths below them.
  static func parse(fileText: String) throws -> [CustomColumn] {
    let lines = fileText.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    guard lines.count >= 2, lines[0].count == lines[1].count else {
      throw Failure("number of headers and field specifications don't match")
    }
    return try zip(lines[0], lines[1]).map { try CustomColumn(header: $0, pathText: $1) }
  }

  private init(header: String, pathText: String) throws {
    self.header = header
    do {
      path = try JSONPath(relaxed: pathText)
    } catch {
      throw Failure("\(error)")
    }
  }

  func cell(_ object: Document) throws -> String {
    let values = try path.find(in: object).flatMap { $0 }
    return values.isEmpty ? "<none>" : values.map { $0.isNull ? "<nil>" : Self.text($0) }.joined(separator: ",")
  }

  /// Lists and maps look as Go prints them.
  private static func text(_ value: Document) -> String {
    switch value.content {
    case .list(let list): "[" + list.map(text).joined(separator: " ") + "]"
    case .map(let map):
      "map[" + map.sorted().entries.map { "\($0.key):\(text($0.value))" }.joined(separator: " ") + "]"
    default: value.plainText
    }
  }
}
