internal import Documents

/// A template in Go's language, as `-o go-template` takes it: texts, and actions in double braces.
struct GoTemplate: Sendable {
  /// What is wrong with a template, or with what it was to be filled with.
  struct Problem: Error, Equatable {
    var description: String
  }

  indirect enum Node: Sendable {
    case text(String)
    case output(Pipeline)
    case condition([(test: Pipeline, body: [Node])], otherwise: [Node])
    case range(Pipeline, body: [Node], otherwise: [Node])
    case with(Pipeline, body: [Node], otherwise: [Node])
    case leave(isBreak: Bool)
  }

  /// Commands whose results go on to the next one.
  struct Pipeline: Sendable {
    var variables: [String] = []
    /// `=` instead of `:=`.
    var assigns = false
    var commands: [[Operand]] = []
    /// As it was written, for what went wrong.
    var source = ""
  }

  indirect enum Operand: Sendable {
    case value(Document)
    /// `.`, `.a.b`
    case field([String])
    /// `$x.a.b`; `$` alone is the whole.
    case variable(String, [String])
    case function(String)
    /// `(…).a.b`
    case group(Pipeline, [String])
  }

  let nodes: [Node]

  init(_ text: String) throws(Problem) {
    var parser = GoTemplateParser(text)
    nodes = try parser.parse()
  }

  func text(for document: Document, missingKeysAllowed: Bool) throws(Problem) -> String {
    var execution = GoTemplateExecution(root: document, missingKeysAllowed: missingKeysAllowed)
    return try execution.run(nodes, document).text
  }

  /// Functions by their name, for the parser to know what a word may be.
  static let functions: Set<String> = [
    "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", "print", "printf", "println",
    "html", "js", "urlquery", "exists", "base64decode",
  ]
}

// MARK: Reading

private struct GoTemplateParser {
  private enum Token: Equatable {
    case word(String)
    case field(String)
    case variable(String)
    case string(String)
    case number(String)
    case sign(String)
    case space
  }

  private enum End: Equatable {
    case end, otherwise
    case otherwiseIf, otherwiseWith
  }

  private var rest: Substring
  private var line = 1
  private var tokens: [Token] = []
  private var position = 0
  private var source = ""
  private var variables: [String] = ["$"]

  init(_ text: String) { rest = text[...] }

  private func problem(_ text: String) -> GoTemplate.Problem {
    GoTemplate.Problem(description: "template: output:\(line): \(text)")
  }

  mutating func parse() throws(GoTemplate.Problem) -> [GoTemplate.Node] {
    let (nodes, end) = try parseNodes()
    if let end { throw problem("unexpected {{\(end == .end ? "end" : "else")}}") }
    return nodes
  }

  private mutating func parseNodes() throws(GoTemplate.Problem) -> ([GoTemplate.Node], End?) {
    var nodes: [GoTemplate.Node] = []
    while let open = rest.firstRange(of: "{{") {
      var text = rest[..<open.lowerBound]
      line += text.count { $0 == "\n" }
      rest = rest[open.upperBound...]
      if rest.hasPrefix("- ") || rest.hasPrefix("-\n") || rest.hasPrefix("-\t") {
        rest.removeFirst()
        while text.last?.isWhitespace == true { text.removeLast() }
      }
      if !text.isEmpty { nodes.append(.text(String(text))) }
      if rest.drop(while: \.isWhitespace).hasPrefix("/*") {
        try skipRemark()
        continue
      }
      try readAction()
      if let end = try parseAction(into: &nodes) { return (nodes, end) }
    }
    if !rest.isEmpty { nodes.append(.text(String(rest))) }
    rest = ""
    return (nodes, nil)
  }

  private mutating func skipRemark() throws(GoTemplate.Problem) {
    guard let close = rest.firstRange(of: "*/") else { throw problem("unclosed comment") }
    line += rest[..<close.lowerBound].count { $0 == "\n" }
    rest = rest[close.upperBound...]
    if rest.hasPrefix(" -}}") {
      rest = rest.dropFirst(4).drop(while: \.isWhitespace)
    } else if rest.hasPrefix("}}") {
      rest = rest.dropFirst(2)
    } else {
      throw problem("comment ends before closing delimiter")
    }
  }

  /// Takes the tokens up to the closing braces.
  private mutating func readAction() throws(GoTemplate.Problem) {
    tokens = []
    position = 0
    let start = rest
    while true {
      guard let character = rest.first else { throw problem("unclosed action") }
      if rest.hasPrefix("}}") || rest.hasPrefix(" -}}") {
        source = String(start[..<rest.startIndex])
        let trims = rest.hasPrefix(" -}}")
        rest = rest.dropFirst(trims ? 4 : 2)
        if trims { rest = rest.drop(while: \.isWhitespace) }
        return
      }
      switch character {
      case " ", "\t", "\n", "\r":
        if character == "\n" { line += 1 }
        rest.removeFirst()
        if tokens.last != .space { tokens.append(.space) }
      case "\"": tokens.append(.string(try takeQuoted()))
      case "`":
        rest.removeFirst()
        guard let close = rest.firstIndex(of: "`") else { throw problem("unterminated raw quoted string") }
        tokens.append(.string(String(rest[..<close])))
        rest = rest[rest.index(after: close)...]
      case ".":
        rest.removeFirst()
        let name = takeName()
        tokens.append(name.isEmpty ? .sign(".") : .field(name))
      case "$":
        rest.removeFirst()
        tokens.append(.variable("$" + takeName()))
      case ":" where rest.hasPrefix(":="):
        rest = rest.dropFirst(2)
        tokens.append(.sign(":="))
      case "|", "(", ")", ",", "=":
        rest.removeFirst()
        tokens.append(.sign(String(character)))
      case "0"..."9", "-", "+":
        let number = rest.prefix { $0.isASCII && ($0.isNumber || "+-.eExX_".contains($0) || $0.isHexDigit) }
        rest = rest[number.endIndex...]
        tokens.append(.number(String(number)))
      default:
        let name = takeName()
        if name.isEmpty { throw problem("unexpected \"\(character)\" in operand") }
        tokens.append(.word(name))
      }
    }
  }

  private mutating func takeName() -> String {
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    rest = rest[name.endIndex...]
    return String(name)
  }

  private mutating func takeQuoted() throws(GoTemplate.Problem) -> String {
    rest.removeFirst()
    var text = ""
    while let character = rest.popFirst() {
      if character == "\"" { return text }
      if character == "\n" { break }
      guard character == "\\" else {
        text.append(character)
        continue
      }
      switch rest.popFirst() {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "r": text.append("\r")
      case let other?: text.append(other)
      case nil: break
      }
    }
    throw problem("unterminated quoted string")
  }

  private mutating func skipSpace() { while peek == .space { position += 1 } }
  private var peek: Token? { position < tokens.count ? tokens[position] : nil }

  /// Tells when the action ends the block that it stands in.
  private mutating func parseAction(into nodes: inout [GoTemplate.Node]) throws(GoTemplate.Problem) -> End? {
    skipSpace()
    let known = variables.count
    guard case .word(let word)? = peek else {
      nodes.append(.output(try parseWholePipeline("command")))
      return nil
    }
    switch word {
    case "end": return .end
    case "else":
      position += 1
      skipSpace()
      if peek == nil { return .otherwise }
      if peek == .word("if") {
        position += 1
        return .otherwiseIf
      }
      if peek == .word("with") {
        position += 1
        return .otherwiseWith
      }
      throw problem("unexpected \(peek.map(Self.shown) ?? "") in else clause")
    case "if":
      position += 1
      nodes.append(try parseCondition())
    case "range", "with":
      position += 1
      let pipeline = try parseWholePipeline(word)
      let (body, otherwise) = try parseBlock()
      nodes.append(
        word == "range"
          ? .range(pipeline, body: body, otherwise: otherwise) : .with(pipeline, body: body, otherwise: otherwise))
    case "break", "continue": nodes.append(.leave(isBreak: word == "break"))
    case "define", "template", "block": throw problem("\(word) is of no use in a template of one piece")
    default:
      nodes.append(.output(try parseWholePipeline("command")))
      return nil
    }
    // What a block declares is not known behind it.
    variables.removeSubrange(known...)
    return nil
  }

  private mutating func parseCondition() throws(GoTemplate.Problem) -> GoTemplate.Node {
    var branches: [(test: GoTemplate.Pipeline, body: [GoTemplate.Node])] = []
    while true {
      let test = try parseWholePipeline("if")
      let (body, end) = try parseNodes()
      branches.append((test, body))
      switch end {
      case .otherwiseIf: continue
      case .otherwise:
        let (otherwise, end) = try parseNodes()
        if end != .end { throw problem("unexpected EOF") }
        return .condition(branches, otherwise: otherwise)
      case .end: return .condition(branches, otherwise: [])
      case .otherwiseWith, nil: throw problem("unexpected EOF")
      }
    }
  }

  private mutating func parseBlock() throws(GoTemplate.Problem) -> (
    body: [GoTemplate.Node], otherwise: [GoTemplate.Node]
  ) {
    let (body, end) = try parseNodes()
    if end == .end { return (body, []) }
    guard end == .otherwise else { throw problem("unexpected EOF") }
    let (otherwise, last) = try parseNodes()
    if last != .end { throw problem("unexpected EOF") }
    return (body, otherwise)
  }

  private mutating func parseWholePipeline(_ context: String) throws(GoTemplate.Problem) -> GoTemplate.Pipeline {
    let pipeline = try parsePipeline(context)
    skipSpace()
    if let token = peek { throw problem("unexpected \(Self.shown(token)) in \(context)") }
    return pipeline
  }

  private mutating func parsePipeline(_ context: String) throws(GoTemplate.Problem) -> GoTemplate.Pipeline {
    var pipeline = GoTemplate.Pipeline()
    pipeline.source = source.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    skipSpace()
    parseDeclaration(into: &pipeline)
    while true {
      let command = try parseCommand()
      if command.isEmpty { throw problem("missing value for \(context)") }
      pipeline.commands.append(command)
      skipSpace()
      if peek != .sign("|") { return pipeline }
      position += 1
    }
  }

  /// `$x :=`, `$i, $x :=`, `$x =`.
  private mutating func parseDeclaration(into pipeline: inout GoTemplate.Pipeline) {
    let start = position
    var names: [String] = []
    while case .variable(let name)? = peek {
      names.append(name)
      position += 1
      skipSpace()
      if peek != .sign(",") { break }
      position += 1
      skipSpace()
    }
    guard !names.isEmpty, peek == .sign(":=") || peek == .sign("=") else {
      position = start
      return
    }
    pipeline.assigns = peek == .sign("=")
    pipeline.variables = names
    variables += names
    position += 1
  }

  private mutating func parseCommand() throws(GoTemplate.Problem) -> [GoTemplate.Operand] {
    var operands: [GoTemplate.Operand] = []
    while true {
      skipSpace()
      guard let token = peek, token != .sign("|"), token != .sign(")") else { return operands }
      position += 1
      switch token {
      case .string(let text): operands.append(.value(.string(text)))
      case .number(let text):
        guard let number = Int64(text) else {
          guard let decimal = Double(text) else { throw problem("bad number syntax: \"\(text)\"") }
          operands.append(.value(Document(.decimal(decimal))))
          continue
        }
        operands.append(.value(.integer(number)))
      case .field(let name): operands.append(.field([name] + takeFields()))
      case .sign("."): operands.append(.field([]))
      case .variable(let name):
        if !variables.contains(name) { throw problem("undefined variable \"\(name)\"") }
        operands.append(.variable(name, takeFields()))
      case .sign("("):
        let inner = try parsePipeline("parenthesized pipeline")
        if peek != .sign(")") { throw problem("unclosed left paren") }
        position += 1
        operands.append(.group(inner, takeFields()))
      case .word("true"): operands.append(.value(true))
      case .word("false"): operands.append(.value(false))
      case .word("nil"): operands.append(.value(.null))
      case .word(let name):
        if !GoTemplate.functions.contains(name) { throw problem("function \"\(name)\" not defined") }
        operands.append(.function(name))
      default: throw problem("unexpected \(Self.shown(token)) in operand")
      }
    }
  }

  private mutating func takeFields() -> [String] {
    var names: [String] = []
    while case .field(let name)? = peek {
      names.append(name)
      position += 1
    }
    return names
  }

  private static func shown(_ token: Token) -> String {
    switch token {
    case .word(let text), .variable(let text), .number(let text): "<\(text)>"
    case .field(let text): "<.\(text)>"
    case .string(let text): "\"\(text)\""
    case .sign(let text): "\"\(text)\""
    case .space: "\" \""
    }
  }
}

// MARK: Filling in

private struct GoTemplateExecution {
  let root: Document
  let missingKeysAllowed: Bool
  private var variables: [(name: String, value: Document)]

  init(root: Document, missingKeysAllowed: Bool) {
    self.root = root
    self.missingKeysAllowed = missingKeysAllowed
    variables = [("$", root)]
  }

  enum Leaving { case by(isBreak: Bool) }

  mutating func run(
    _ nodes: [GoTemplate.Node], _ dot: Document
  ) throws(GoTemplate.Problem) -> (text: String, leaving: Leaving?) {
    var text = ""
    for node in nodes {
      let (part, leaving) = try run(node, dot)
      text += part
      if leaving != nil { return (text, leaving) }
    }
    return (text, nil)
  }

  private mutating func run(
    _ node: GoTemplate.Node, _ dot: Document
  ) throws(GoTemplate.Problem) -> (text: String, leaving: Leaving?) {
    let known = variables.count
    switch node {
    case .text(let text): return (text, nil)
    case .leave(let isBreak): return ("", .by(isBreak: isBreak))
    case .output(let pipeline):
      let value = try evaluate(pipeline, dot)
      return (pipeline.variables.isEmpty ? GoText.shown(value) : "", nil)
    case .condition(let branches, let otherwise):
      defer { variables.removeSubrange(known...) }
      for (test, body) in branches where GoText.isTrue(try evaluate(test, dot)) { return try run(body, dot) }
      return try run(otherwise, dot)
    case .with(let pipeline, let body, let otherwise):
      defer { variables.removeSubrange(known...) }
      let value = try evaluate(pipeline, dot)
      return GoText.isTrue(value) ? try run(body, value ?? .null) : try run(otherwise, dot)
    case .range(let pipeline, let body, let otherwise):
      defer { variables.removeSubrange(known...) }
      return try range(pipeline, body, otherwise, dot)
    }
  }

  private mutating func range(
    _ pipeline: GoTemplate.Pipeline, _ body: [GoTemplate.Node], _ otherwise: [GoTemplate.Node], _ dot: Document
  ) throws(GoTemplate.Problem) -> (text: String, leaving: Leaving?) {
    var silent = pipeline
    silent.variables = []
    let value = try evaluate(silent, dot)
    let pairs: [(key: Document, value: Document)]
    switch value?.content {
    case .list(let list): pairs = list.enumerated().map { (.integer($0.offset), $0.element) }
    case .map(let map): pairs = map.sorted().entries.map { (.string($0.key), $0.value) }
    case .integer(let count): pairs = (0..<max(0, count)).map { (.integer($0), .integer($0)) }
    case nil, .null: pairs = []
    default:
      throw GoTemplate.Problem(
        description:
          "template: output:1: executing \"output\" at <\(pipeline.source)>: range can't iterate over \(GoText.shown(value))"
      )
    }
    if pairs.isEmpty { return try run(otherwise, dot) }
    var text = ""
    let known = variables.count
    for (key, value) in pairs {
      variables.removeSubrange(known...)
      switch pipeline.variables.count {
      case 1: variables.append((pipeline.variables[0], value))
      case 2: variables += [(pipeline.variables[0], key), (pipeline.variables[1], value)]
      default: break
      }
      let (part, leaving) = try run(body, value)
      text += part
      if case .by(isBreak: true)? = leaving { break }
    }
    return (text, nil)
  }

  /// Nil is what a missing key gives.
  private mutating func evaluate(
    _ pipeline: GoTemplate.Pipeline, _ dot: Document
  ) throws(GoTemplate.Problem) -> Document? {
    var value: Document?
    for (index, command) in pipeline.commands.enumerated() {
      value = try evaluate(command, dot, piped: index > 0 ? .some(value) : nil, pipeline.source)
    }
    for name in pipeline.variables {
      if pipeline.assigns, let index = variables.lastIndex(where: { $0.name == name }) {
        variables[index].value = value ?? .null
      } else {
        variables.append((name, value ?? .null))
      }
    }
    return value
  }

  private mutating func evaluate(
    _ command: [GoTemplate.Operand], _ dot: Document, piped: Document??, _ source: String
  ) throws(GoTemplate.Problem) -> Document? {
    guard case .function(let name) = command[0] else {
      if command.count > 1 || piped != nil {
        throw failure(source, "can't give argument to non-function \(shown(command[0]))")
      }
      return try evaluate(command[0], dot, source)
    }
    // These stop looking as soon as the answer is known.
    if name == "and" || name == "or" {
      var value: Document?
      for operand in command.dropFirst() {
        value = try evaluate(operand, dot, source)
        if GoText.isTrue(value) == (name == "or") { return value }
      }
      return piped ?? value
    }
    var arguments: [Document?] = []
    for operand in command.dropFirst() { arguments.append(try evaluate(operand, dot, source)) }
    if let piped { arguments.append(piped) }
    do throws(GoFunctions.Complaint) {
      return try GoFunctions.call(name, arguments)
    } catch {
      throw failure(source, "error calling \(name): \(error.text)")
    }
  }

  private mutating func evaluate(
    _ operand: GoTemplate.Operand, _ dot: Document, _ source: String
  ) throws(GoTemplate.Problem) -> Document? {
    switch operand {
    case .value(let value): return value
    case .field(let names): return try follow(names, from: dot, source)
    case .variable(let name, let names):
      return try follow(names, from: variables.last { $0.name == name }?.value ?? .null, source)
    case .group(let pipeline, let names):
      let value = try evaluate(pipeline, dot)
      return names.isEmpty ? value : try follow(names, from: value ?? .null, source)
    case .function: return try evaluate([operand], dot, piped: nil, source)
    }
  }

  private func follow(
    _ names: [String], from start: Document, _ source: String
  ) throws(GoTemplate.Problem) -> Document? {
    var value: Document? = start
    for name in names {
      switch value?.content {
      case .map(let map):
        value = map[name]
        if value == nil, !missingKeysAllowed { throw failure(source, "map has no entry for key \"\(name)\"") }
      case nil: throw failure(source, "nil pointer evaluating interface {}.\(name)")
      case .null: throw failure(source, "nil pointer evaluating interface {}.\(name)")
      default:
        throw failure(source, "can't evaluate field \(name) in type interface {}")
      }
    }
    return value
  }

  private func shown(_ operand: GoTemplate.Operand) -> String {
    switch operand {
    case .field(let names): "." + names.joined(separator: ".")
    case .variable(let name, let names): ([name] + names).joined(separator: ".")
    case .value(let value): GoText.shown(value)
    case .function(let name): name
    case .group: "(…)"
    }
  }

  private func failure(_ source: String, _ text: String) -> GoTemplate.Problem {
    GoTemplate.Problem(description: "template: output:1:2: executing \"output\" at <\(source)>: \(text)")
  }
}
