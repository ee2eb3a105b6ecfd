/// A template of texts and paths into a document, in the dialect that kubectl speaks: `{.items[*].metadata.name}`.
public struct JSONPath: Sendable {
  /// A template that cannot be read, or a path that leads nowhere.
  public struct Problem: Error, Equatable, CustomStringConvertible {
    public var description: String
  }

  indirect enum Node: Sendable {
    case text(String)
    case path([Step])
    case range([Step], body: [Node])
  }

  indirect enum Step: Sendable {
    case field(String)
    case everyField
    case everythingBelow
    case slice(Slice)
    case union([[Step]])
    case filter(left: [Step], Comparison?, right: [Step])
    case literal(Document)
  }

  struct Slice: Sendable {
    var start: Int?
    var end: Int?
    var stride = 1
    /// One position was named, so it must exist.
    var isSinglePosition = false
  }

  enum Comparison: String, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
  }

  /// The template as it was written.
  public let source: String
  let nodes: [Node]

  /// Reads a template: text with paths in braces.
  public init(template: String) throws(Problem) {
    source = template
    var parser = JSONPathParser(template)
    nodes = try parser.parseTemplate()
  }

  /// Reads one path, with or without braces, with or without the leading dot: as people write it behind `--sort-by`.
  public init(relaxed path: String) throws(Problem) {
    var inner = path
    if inner.hasPrefix("{") {
      guard inner.hasSuffix("}") else {
        throw Problem(
          description:
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"
        )
      }
      inner = String(inner.dropFirst().dropLast())
    }
    if inner.hasPrefix("$") || inner.hasPrefix("@") { inner.removeFirst() }
    if !inner.hasPrefix(".") && !inner.hasPrefix("[") { inner = "." + inner }
    try self.init(template: "{\(inner)}")
  }

  /// What the template's paths find, a list for each path. Missing fields find nothing, or are an error.
  public func find(in document: Document, missingKeysAllowed: Bool = true) throws(Problem) -> [[Document]] {
    var evaluation = JSONPathEvaluation(missingKeysAllowed: missingKeysAllowed)
    try evaluation.run(nodes, on: document)
    return evaluation.results
  }

  /// The template filled in: plain values as they are, lists and maps as JSON, several values with spaces between.
  public func text(for document: Document, missingKeysAllowed: Bool = true) throws(Problem) -> String {
    try find(in: document, missingKeysAllowed: missingKeysAllowed)
      .map { $0.map(\.plainText).joined(separator: " ") }.joined()
  }
}

extension Document {
  /// A plain value as it is, a list or map as JSON with its keys in order.
  public var plainText: String {
    switch content {
    case .string(let text): text
    case .list, .map: sortedByKeys().jsonText()
    default: jsonText()
    }
  }

  /// The same value with the keys of every map in alphabetical order.
  public func sortedByKeys() -> Document {
    switch content {
    case .list(let list): return Document(.list(list.map { $0.sortedByKeys() }), line: line)
    case .map(let map):
      let pairs = map.sorted().entries.map { ($0.key, $0.value.sortedByKeys()) }
      return Document(.map(DocumentMap(pairs)), line: line)
    default: return self
    }
  }
}

// MARK: Reading

private struct JSONPathParser {
  private let characters: [Character]
  private var position = 0

  init(_ template: String) { characters = Array(template) }

  mutating func parseTemplate() throws(JSONPath.Problem) -> [JSONPath.Node] {
    let (nodes, endedByWord) = try parseNodes(isInsideRange: false)
    if endedByWord { throw JSONPath.Problem(description: "not in range, nothing to end") }
    return nodes
  }

  private mutating func parseNodes(
    isInsideRange: Bool
  ) throws(JSONPath.Problem) -> (nodes: [JSONPath.Node], endedByWord: Bool) {
    var nodes: [JSONPath.Node] = []
    var text = ""
    func withText() -> [JSONPath.Node] { text.isEmpty ? nodes : nodes + [.text(text)] }
    while let character = peek() {
      guard character == "{" else {
        text.append(character)
        position += 1
        continue
      }
      nodes = withText()
      text = ""
      position += 1
      skipSpace()
      if takeWord("range") {
        skipSpace()
        let path = try parseSteps(until: "}")
        try expectClosing()
        let (body, ended) = try parseNodes(isInsideRange: true)
        if !ended { throw JSONPath.Problem(description: "unexpected end of template: {range} has no {end}") }
        nodes.append(.range(path, body: body))
      } else if takeWord("end") {
        skipSpace()
        try expectClosing()
        return (nodes, true)
      } else {
        try parseAction(into: &nodes)
      }
    }
    if isInsideRange { throw JSONPath.Problem(description: "unexpected end of template: {range} has no {end}") }
    return (withText(), false)
  }

  /// Paths and quoted texts up to the closing brace.
  private mutating func parseAction(into nodes: inout [JSONPath.Node]) throws(JSONPath.Problem) {
    while true {
      skipSpace()
      guard let character = peek() else { throw JSONPath.Problem(description: "unclosed action") }
      if character == "}" {
        position += 1
        return
      }
      let steps = try parseSteps(until: "}")
      if steps.isEmpty { nodes.append(.path([])) } else { nodes.append(.path(steps)) }
    }
  }

  private mutating func expectClosing() throws(JSONPath.Problem) {
    guard peek() == "}" else { throw JSONPath.Problem(description: "unclosed action") }
    position += 1
  }

  /// Steps up to a space or to one of the given characters, which is left standing.
  private mutating func parseSteps(until ends: String) throws(JSONPath.Problem) -> [JSONPath.Step] {
    var steps: [JSONPath.Step] = []
    while let character = peek(), !ends.contains(character), character != " " {
      switch character {
      case "$", "@":
        position += 1
      case ".":
        position += 1
        if peek() == "." {
          position += 1
          steps.append(.everythingBelow)
          if let next = peek(), next != "[", !ends.contains(next) { steps.append(fieldStep(takeName())) }
        } else if let next = peek(), next != "[", !ends.contains(next), next != " " {
          steps.append(fieldStep(takeName()))
        }
      case "[":
        position += 1
        steps.append(try parseBrackets())
      case "\"", "'":
        steps.append(.literal(.string(try takeQuoted())))
      case "-", "+", "0"..."9":
        steps.append(.literal(try takeNumber()))
      case "*":
        position += 1
        steps.append(.everyField)
      default:
        let name = takeName()
        switch name {
        case "true": steps.append(.literal(true))
        case "false": steps.append(.literal(false))
        case "": throw JSONPath.Problem(description: "unrecognized character in action: \(codePoint(character))")
        default: throw JSONPath.Problem(description: "unrecognized identifier \(name)")
        }
      }
    }
    if peek() == nil { throw JSONPath.Problem(description: "unclosed action") }
    return steps
  }

  private func codePoint(_ character: Character) -> String {
    let value = character.unicodeScalars.first?.value ?? 0
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + " '\(character)'"
  }

  private func fieldStep(_ name: String) -> JSONPath.Step { name == "*" ? .everyField : .field(name) }

  private mutating func parseBrackets() throws(JSONPath.Problem) -> JSONPath.Step {
    skipSpace()
    if peek() == "?" {
      position += 1
      return try parseFilter()
    }
    let content = try takeUntilClosingBracket()
    if content == "*" { return .slice(JSONPath.Slice()) }
    let parts = Self.splitOutsideQuotes(content)
    if parts.count > 1 {
      var branches: [[JSONPath.Step]] = []
      for part in parts { branches.append([try Self.bracketStep(part)]) }
      return .union(branches)
    }
    return try Self.bracketStep(content)
  }

  private static func bracketStep(_ content: String) throws(JSONPath.Problem) -> JSONPath.Step {
    let text = trimmed(content)
    if let quote = text.first, quote == "'" || quote == "\"", text.count >= 2, text.last == quote {
      return .field(String(text.dropFirst().dropLast()))
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { trimmed(String($0)) }
    // No list is longer, and sums of such numbers stay in range.
    let numbers = parts.map { Int32($0).map { Int($0) } }
    guard parts.count <= 3, zip(parts, numbers).allSatisfy({ $0.0.isEmpty || $0.1 != nil }), !text.isEmpty else {
      throw JSONPath.Problem(description: "invalid array index \(text)")
    }
    if parts.count == 1 {
      let index = numbers[0] ?? 0
      return .slice(JSONPath.Slice(start: index, end: index == -1 ? nil : index + 1, isSinglePosition: true))
    }
    let stride = parts.count == 3 ? numbers[2] ?? 1 : 1
    if stride < 1 { throw JSONPath.Problem(description: "step must be > 0") }
    return .slice(JSONPath.Slice(start: numbers[0], end: numbers[1], stride: stride))
  }

  private mutating func parseFilter() throws(JSONPath.Problem) -> JSONPath.Step {
    guard peek() == "(" else { throw JSONPath.Problem(description: "unclosed array expect ]") }
    position += 1
    skipSpace()
    let left = try parseSteps(until: ")=!<>")
    skipSpace()
    var comparison: JSONPath.Comparison?
    var right: [JSONPath.Step] = []
    if peek() != ")" {
      comparison = JSONPath.Comparison.allCases.first { takeWord($0.rawValue) }
      if comparison == nil { throw JSONPath.Problem(description: "unrecognized filter operator") }
      skipSpace()
      right = try parseSteps(until: ")")
      skipSpace()
    }
    guard peek() == ")" else { throw JSONPath.Problem(description: "unterminated filter") }
    position += 1
    guard peek() == "]" else { throw JSONPath.Problem(description: "unclosed array expect ]") }
    position += 1
    return .filter(left: left, comparison, right: right)
  }

  private mutating func takeUntilClosingBracket() throws(JSONPath.Problem) -> String {
    var content = ""
    var quote: Character?
    while let character = peek() {
      position += 1
      if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
      } else if quote == nil, character == "]" {
        return content
      }
      content.append(character)
    }
    throw JSONPath.Problem(description: "unterminated array")
  }

  private static func splitOutsideQuotes(_ text: String) -> [String] {
    var parts = [""]
    var quote: Character?
    for character in text {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
      }
      if character == ",", quote == nil { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// A field's name; a backslash takes the meaning from the dot behind it.
  private mutating func takeName() -> String {
    var name = ""
    while let character = peek() {
      if character == "\\", position + 1 < characters.count {
        name.append(characters[position + 1])
        position += 2
        continue
      }
      if " .[]{}()=!<>,|\"'".contains(character) { break }
      name.append(character)
      position += 1
    }
    return name
  }

  private mutating func takeQuoted() throws(JSONPath.Problem) -> String {
    let quote = characters[position]
    position += 1
    var text = ""
    while let character = peek() {
      position += 1
      if character == quote { return text }
      guard character == "\\", let escaped = peek() else {
        text.append(character)
        continue
      }
      position += 1
      switch escaped {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "r": text.append("\r")
      default: text.append(escaped)
      }
    }
    throw JSONPath.Problem(description: "unterminated quoted string")
  }

  private mutating func takeNumber() throws(JSONPath.Problem) -> Document {
    var text = ""
    while let character = peek(), "+-.0123456789eE".contains(character) {
      text.append(character)
      position += 1
    }
    if let whole = Int64(text) { return .integer(whole) }
    guard let decimal = Double(text) else { throw JSONPath.Problem(description: "cannot parse number \(text)") }
    return Document(.decimal(decimal))
  }

  private func peek() -> Character? { position < characters.count ? characters[position] : nil }

  private mutating func skipSpace() { while peek() == " " { position += 1 } }

  private mutating func takeWord(_ word: String) -> Bool {
    guard characters[position...].starts(with: word) else { return false }
    let after = position + word.count
    let isWord = word.first!.isLetter
    if isWord, after < characters.count, !" .,[]$@{}".contains(characters[after]) { return false }
    position = after
    return true
  }
}

// MARK: Finding

private struct JSONPathEvaluation {
  let missingKeysAllowed: Bool
  var results: [[Document]] = []

  init(missingKeysAllowed: Bool) { self.missingKeysAllowed = missingKeysAllowed }

  mutating func run(_ nodes: [JSONPath.Node], on document: Document) throws(JSONPath.Problem) {
    for node in nodes {
      switch node {
      case .text(let text): results.append([.string(text)])
      case .path(let steps): results.append(try follow(steps, from: [document]))
      case .range(let steps, let body):
        for element in try follow(steps, from: [document]) { try run(body, on: element) }
      }
    }
  }

  private func follow(_ steps: [JSONPath.Step], from start: [Document]) throws(JSONPath.Problem) -> [Document] {
    var values = start
    for step in steps {
      var next: [Document] = []
      if case .literal(let value) = step {
        values = [value]
        continue
      }
      for value in values { next += try take(step, from: value) }
      if case .field(let name) = step, next.isEmpty, !missingKeysAllowed, !values.isEmpty {
        throw JSONPath.Problem(description: "\(name) is not found")
      }
      values = next
    }
    return values
  }

  private func take(_ step: JSONPath.Step, from value: Document) throws(JSONPath.Problem) -> [Document] {
    switch step {
    case .literal(let literal): return [literal]
    case .field(let name): return value[name].map { [$0] } ?? []
    case .everyField: return children(of: value)
    case .everythingBelow: return withDescendants(value)
    case .union(let branches):
      var found: [Document] = []
      for branch in branches { found += try follow(branch, from: [value]) }
      return found
    case .slice(let slice): return try elements(slice, of: value)
    case .filter(let left, let comparison, let right):
      var kept: [Document] = []
      for element in value.listValue ?? [] where try passes(element, left, comparison, right) { kept.append(element) }
      return kept
    }
  }

  private func children(of value: Document) -> [Document] {
    switch value.content {
    case .list(let list): list
    case .map(let map): map.sorted().entries.map(\.value)
    default: []
    }
  }

  private func withDescendants(_ value: Document) -> [Document] {
    [value] + children(of: value).flatMap(withDescendants)
  }

  private func elements(_ slice: JSONPath.Slice, of value: Document) throws(JSONPath.Problem) -> [Document] {
    if case .map = value.content, slice.start == nil, slice.end == nil { return children(of: value) }
    guard let list = value.listValue else {
      if value.isNull { return [] }
      throw JSONPath.Problem(description: "\(value.jsonText()) is not array or slice")
    }
    func absolute(_ index: Int) -> Int { index < 0 ? index + list.count : index }
    let start = absolute(slice.start ?? 0)
    let end = slice.end.map { $0 == 0 && (slice.start ?? 0) < 0 ? list.count : absolute($0) } ?? list.count
    if slice.isSinglePosition, start < 0 || start >= list.count {
      throw JSONPath.Problem(
        description: "array index out of bounds: index \(slice.start ?? 0), length \(list.count)")
    }
    let range = max(0, start)..<max(max(0, start), min(end, list.count))
    return stride(from: range.lowerBound, to: range.upperBound, by: slice.stride).map { list[$0] }
  }

  private func passes(
    _ element: Document, _ left: [JSONPath.Step], _ comparison: JSONPath.Comparison?, _ right: [JSONPath.Step]
  ) throws(JSONPath.Problem) -> Bool {
    let evaluation = JSONPathEvaluation(missingKeysAllowed: true)
    let leftValues = try evaluation.follow(left, from: [element])
    guard let comparison else { return !leftValues.isEmpty }
    let rightValues = try evaluation.follow(right, from: [element])
    guard let leftValue = leftValues.first, let rightValue = rightValues.first else { return false }
    return Self.compare(leftValue, comparison, rightValue)
  }

  private static func compare(_ left: Document, _ comparison: JSONPath.Comparison, _ right: Document) -> Bool {
    switch comparison {
    case .equal: left == right
    case .notEqual: left != right
    case .less: isLess(left, right)
    case .greater: isLess(right, left)
    case .lessOrEqual: left == right || isLess(left, right)
    case .greaterOrEqual: left == right || isLess(right, left)
    }
  }

  private static func isLess(_ left: Document, _ right: Document) -> Bool {
    switch (left.content, right.content) {
    case (.integer(let left), .integer(let right)): left < right
    case (.decimal(let left), .decimal(let right)): left < right
    case (.integer(let left), .decimal(let right)): Double(left) < right
    case (.decimal(let left), .integer(let right)): left < Double(right)
    case (.string(let left), .string(let right)): left < right
    default: false
    }
  }
}
