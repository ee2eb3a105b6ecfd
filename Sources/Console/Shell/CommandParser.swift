/// Takes a command line apart as a POSIX shell does.
struct CommandParser {
  enum Failure: Error, Equatable, CustomStringConvertible {
    /// More lines would make it whole; the text says what is missing.
    case unfinished(String)
    case unexpected(String)

    var description: String {
      switch self {
      case .unfinished(let missing): "the command ends too early: \(missing)"
      case .unexpected(let text): "syntax error near \"\(text)\""
      }
    }
  }

  private var text: [Character]
  private var place = 0
  private let aliases: [String: String]
  /// Here-documents whose bodies begin on the next line, by where their words will go.
  private var pendingDocuments: [PendingDocument] = []
  private var documents: [CommandWord] = []

  private struct PendingDocument {
    var marker: String
    var stripsTabs: Bool
    var isLiteral: Bool
    var index: Int
  }

  static func parse(_ text: String, aliases: [String: String] = [:]) throws(Failure) -> CommandText {
    var parser = CommandParser(text: Array(text), aliases: aliases)
    return try parser.commandText()
  }

  private init(text: [Character], aliases: [String: String] = [:]) {
    self.text = text
    self.aliases = aliases
  }

  // MARK: Lists

  private mutating func commandText() throws(Failure) -> CommandText {
    var result = CommandText()
    while true {
      try skipBlankLines()
      guard place < text.count else { break }
      result.lists.append(try commandList())
    }
    if !documents.isEmpty { fillDocuments(&result) }
    return result
  }

  private mutating func commandList() throws(Failure) -> CommandList {
    let start = place
    var list = CommandList(entries: [])
    var joint = CommandList.Joint.first
    while true {
      list.entries.append(.init(joint: joint, pipeline: try pipeline()))
      list.source = String(text[start..<place]).trimmed
      skipBlanks()
      if take("&&") {
        joint = .ifSucceeded
      } else if take("||") {
        joint = .ifFailed
      } else {
        break
      }
      try expectCommand(after: joint == .ifSucceeded ? "&&" : "||")
    }
    if take(";") { return list }
    if take("&") {
      list.isBackground = true
      return list
    }
    if place < text.count, !isAtLineEnd { throw .unexpected(String(text[place])) }
    // The bodies of here-documents follow the line.
    try endLine()
    return list
  }

  private mutating func expectCommand(after word: String) throws(Failure) {
    try skipBlankLines()
    if place >= text.count { throw .unfinished("nothing follows the last \(word)") }
  }

  private mutating func pipeline() throws(Failure) -> PipelineText {
    var pipeline = PipelineText(commands: [])
    skipBlanks()
    if place + 1 < text.count, text[place] == "!", text[place + 1] == " " {
      place += 2
      pipeline.isNegated = true
    }
    while true {
      pipeline.commands.append(try command())
      skipBlanks()
      guard place < text.count, text[place] == "|", !next(is: "||") else { return pipeline }
      place += 1
      // `|&` takes errors along.
      if place < text.count, text[place] == "&",
        case .simple(var simple) = pipeline.commands[pipeline.commands.count - 1]
      {
        place += 1
        simple.redirections.append(Redirection(descriptor: 2, target: .same(1)))
        pipeline.commands[pipeline.commands.count - 1] = .simple(simple)
      }
      try expectCommand(after: "|")
    }
  }

  // MARK: Commands

  private mutating func command() throws(Failure) -> CommandForm {
    skipBlanks()
    replaceAliases()
    if let script = try machineScript() { return script }
    var command = SimpleCommand()
    while true {
      skipBlanks()
      guard place < text.count, !isAtOperator else { break }
      if let redirection = try redirection() {
        command.redirections += redirection
        continue
      }
      let word = try self.word()
      if command.words.isEmpty, let assignment = Self.assignment(word) {
        command.assignments.append(assignment)
      } else {
        command.words.append(word)
      }
    }
    if command == SimpleCommand() {
      throw place < text.count ? .unexpected(String(text[place])) : .unfinished("a command is missing")
    }
    return .simple(command)
  }

  /// Puts the text of an alias where its name stands, once each.
  private mutating func replaceAliases() {
    var replaced: Set<String> = []
    while true {
      var end = place
      while end < text.count, !text[end].isWhitespace, !";&|<>()'\"\\$`".contains(text[end]) { end += 1 }
      let word = String(text[place..<end])
      guard let alias = aliases[word], replaced.insert(word).inserted else { return }
      text.replaceSubrange(place..<end, with: alias)
    }
  }

  private static func assignment(_ word: CommandWord) -> SimpleCommand.Assignment? {
    guard case .text(let text, isQuoted: false)? = word.parts.first, let sign = text.firstIndex(of: "=") else {
      return nil
    }
    let name = String(text[..<sign])
    guard name.isVariableName else { return nil }
    let rest = String(text[text.index(after: sign)...])
    let parts = (rest.isEmpty ? [] : [CommandWord.Part.text(rest, isQuoted: false)]) + word.parts.dropFirst()
    return .init(name: name, value: CommandWord(parts: parts))
  }

  /// What only a whole shell understands goes to one, up to its end.
  private mutating func machineScript() throws(Failure) -> CommandForm? {
    var end = place
    while end < text.count, text[end].isLetter || "{([!".contains(text[end]) { end += 1 }
    let word = String(text[place..<end])
    let isGroup = word.hasPrefix("(") || word == "{"
    guard isGroup || ["for", "while", "until", "if", "case", "[["].contains(word) else { return nil }
    let start = place
    switch ScriptBalance.end(of: text[start...]) {
    case .missing(let word): throw .unfinished("\(word) is missing")
    case .found(let end): place = end
    }
    let script = String(text[start..<place])
    var redirections: [Redirection] = []
    skipBlanks()
    while let more = try redirection() {
      redirections += more
      skipBlanks()
    }
    return .script(script, redirections)
  }

  // MARK: Redirections

  private mutating func redirection() throws(Failure) -> [Redirection]? {
    let start = place
    var number = ""
    while place < text.count, text[place].isASCII, text[place].isNumber {
      number.append(text[place])
      place += 1
    }
    let takesBoth = number.isEmpty && next(is: "&>")
    if takesBoth { place += 1 }
    guard place < text.count, text[place] == "<" || text[place] == ">" else {
      place = start
      return nil
    }
    let descriptor = Int32(number)
    if take("<<<") {
      var word = try target(of: "<<<")
      word.parts.append(.text("\n", isQuoted: true))
      return [Redirection(descriptor: descriptor ?? 0, target: .text(word))]
    }
    if take("<<") { return [try document(descriptor ?? 0)] }
    if take("<&") { return [Redirection(descriptor: descriptor ?? 0, target: .same(try descriptorNumber()))] }
    if take("<") {
      return [Redirection(descriptor: descriptor ?? 0, target: .reading(try target(of: "<")))]
    }
    if take(">&") { return [Redirection(descriptor: descriptor ?? 1, target: .same(try descriptorNumber()))] }
    let appends = take(">>")
    if !appends { place += take(">|") ? 0 : 1 }
    let file = Redirection.Target.writing(try target(of: appends ? ">>" : ">"), appends: appends)
    if takesBoth { return [.init(descriptor: 1, target: file), .init(descriptor: 2, target: .same(1))] }
    return [Redirection(descriptor: descriptor ?? 1, target: file)]
  }

  private mutating func descriptorNumber() throws(Failure) -> Int32 {
    guard place < text.count, let number = text[place].wholeNumberValue else {
      throw place < text.count ? .unexpected(String(text[place])) : .unfinished("the number of a descriptor is missing")
    }
    place += 1
    return Int32(number)
  }

  private mutating func target(of sign: String) throws(Failure) -> CommandWord {
    skipBlanks()
    guard place < text.count, !isAtOperator, !isAtLineEnd else { throw .unexpected("\(sign) without a file") }
    return try word()
  }

  // MARK: Here-documents

  private mutating func document(_ descriptor: Int32) throws(Failure) -> Redirection {
    let stripsTabs = take("-")
    let marker = try target(of: "<<")
    let name = marker.parts.map { part in
      if case .text(let text, _) = part { text } else { "" }
    }.joined()
    let isLiteral = marker.parts.contains { part in
      if case .text(_, isQuoted: true) = part { true } else { false }
    }
    let index = documents.count
    documents.append(CommandWord())
    pendingDocuments.append(
      PendingDocument(marker: name, stripsTabs: stripsTabs, isLiteral: isLiteral, index: index))
    return Redirection(descriptor: descriptor, target: .text(Self.placeholder(index)))
  }

  /// Stands for a body that is not read yet.
  private static func placeholder(_ index: Int) -> CommandWord {
    CommandWord(parts: [.variable("document \(index)", otherwise: nil, isQuoted: true)])
  }

  /// At the end of a line: reads the bodies that belong to it.
  private mutating func endLine() throws(Failure) {
    if place < text.count, text[place] == "#" { skipComment() }
    if place < text.count, text[place].isNewline {
      place += 1
    } else if place < text.count {
      return
    }
    for pending in pendingDocuments { documents[pending.index] = try body(of: pending) }
    pendingDocuments = []
  }

  private mutating func body(of document: PendingDocument) throws(Failure) -> CommandWord {
    var body = ""
    while true {
      guard place < text.count else { throw .unfinished("the line \(document.marker) is missing") }
      let end = text[place...].firstIndex(where: \.isNewline) ?? text.count
      var line = String(text[place..<end])
      place = min(end + 1, text.count)
      if document.stripsTabs { line = String(line.drop { $0 == "\t" }) }
      if line == document.marker { break }
      if end == text.count { throw .unfinished("the line \(document.marker) is missing") }
      body += line + "\n"
    }
    if document.isLiteral { return CommandWord(quoted: body) }
    var inner = CommandParser(text: Array(body))
    return CommandWord(parts: try inner.doubleQuoted(until: nil))
  }

  private func fillDocuments(_ result: inout CommandText) {
    func filled(_ redirection: Redirection) -> Redirection {
      for (index, document) in documents.enumerated()
      where redirection.target == .text(Self.placeholder(index)) {
        return Redirection(descriptor: redirection.descriptor, target: .text(document))
      }
      return redirection
    }
    for list in result.lists.indices {
      for entry in result.lists[list].entries.indices {
        let commands = result.lists[list].entries[entry].pipeline.commands
        result.lists[list].entries[entry].pipeline.commands = commands.map { form in
          switch form {
          case .script(let text, let redirections): return .script(text, redirections.map(filled))
          case .simple(var command):
            command.redirections = command.redirections.map(filled)
            return .simple(command)
          }
        }
      }
    }
  }

  // MARK: Words

  private mutating func word() throws(Failure) -> CommandWord {
    var parts: [CommandWord.Part] = []
    func add(_ text: String, isQuoted: Bool) {
      if case .text(let before, isQuoted: isQuoted)? = parts.last {
        parts[parts.count - 1] = .text(before + text, isQuoted: isQuoted)
      } else {
        parts.append(.text(text, isQuoted: isQuoted))
      }
    }
    while place < text.count {
      let character = text[place]
      if character == " " || character == "\t" || character.isNewline || ";&|<>".contains(character) { break }
      switch character {
      case "'":
        guard let end = text[(place + 1)...].firstIndex(of: "'") else {
          throw .unfinished("the quote ' is not closed")
        }
        add(String(text[(place + 1)..<end]), isQuoted: true)
        place = end + 1
      case "\"":
        place += 1
        // Nothing between quotes is still a word.
        add("", isQuoted: true)
        parts += try doubleQuoted(until: "\"")
      case "\\":
        guard place + 1 < text.count else { throw .unfinished("nothing follows the last \\") }
        // A backslash at the end of a line joins it with the next one.
        if !text[place + 1].isNewline { add(String(text[place + 1]), isQuoted: true) }
        place += 2
      case "$", "`":
        if let part = try replacement(isQuoted: false) { parts.append(part) } else { add("$", isQuoted: false) }
      default:
        add(String(character), isQuoted: false)
        place += 1
      }
    }
    return CommandWord(parts: parts)
  }

  /// The parts up to the closing quote, or to the end of the text when there is none to come.
  private mutating func doubleQuoted(until quote: Character?) throws(Failure) -> [CommandWord.Part] {
    var parts: [CommandWord.Part] = []
    var plain = ""
    func flush() {
      if !plain.isEmpty { parts.append(.text(plain, isQuoted: true)) }
      plain = ""
    }
    while place < text.count {
      let character = text[place]
      if character == quote {
        place += 1
        flush()
        return parts
      }
      switch character {
      case "\\" where place + 1 < text.count:
        let escaped = text[place + 1]
        // Inside double quotes a backslash matters only in front of these.
        if "$`\\".contains(escaped) || escaped == quote {
          plain.append(escaped)
        } else if !escaped.isNewline {
          plain += "\\" + String(escaped)
        }
        place += 2
      case "$", "`":
        if let part = try replacement(isQuoted: true) {
          flush()
          parts.append(part)
        } else {
          plain.append("$")
        }
      default:
        plain.append(character)
        place += 1
      }
    }
    if quote != nil { throw .unfinished("the quote \" is not closed") }
    flush()
    return parts
  }

  /// What a `$` or a backquote begins; nil, one character further, when it only stands for itself.
  private mutating func replacement(isQuoted: Bool) throws(Failure) -> CommandWord.Part? {
    if text[place] == "`" {
      guard let end = text[(place + 1)...].firstIndex(of: "`") else { throw .unfinished("the quote ` is not closed") }
      defer { place = end + 1 }
      return .output(String(text[(place + 1)..<end]), isQuoted: isQuoted)
    }
    place += 1
    guard place < text.count else { return nil }
    if text[place] == "(" { return .output(try inParentheses(), isQuoted: isQuoted) }
    if text[place] == "{" {
      guard let end = text[place...].firstIndex(of: "}") else { throw .unfinished("} is missing") }
      let inside = String(text[(place + 1)..<end])
      place = end + 1
      let name = String(inside.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "?" })
      let rest = inside.dropFirst(name.count)
      guard !name.isEmpty, rest.isEmpty || rest.hasPrefix(":-") || rest.hasPrefix("-") else {
        throw .unexpected("${\(inside)}")
      }
      let otherwise = rest.isEmpty ? nil : String(rest.drop { $0 == ":" }.dropFirst())
      return .variable(name, otherwise: otherwise, isQuoted: isQuoted)
    }
    if "?$!".contains(text[place]) || text[place].isNumber {
      defer { place += 1 }
      return .variable(String(text[place]), otherwise: nil, isQuoted: isQuoted)
    }
    let start = place
    while place < text.count, text[place].isASCII, text[place].isLetter || text[place].isNumber || text[place] == "_" {
      place += 1
    }
    return place == start ? nil : .variable(String(text[start..<place]), otherwise: nil, isQuoted: isQuoted)
  }

  /// The command in `$(…)`, whose own quotes and parentheses count.
  private mutating func inParentheses() throws(Failure) -> String {
    let start = place + 1
    var depth = 0
    var quote: Character?
    while place < text.count {
      let character = text[place]
      switch (quote, character) {
      case (nil, "("): depth += 1
      case (nil, ")"): depth -= 1
      case (nil, "'"), (nil, "\""): quote = character
      case (let open?, _) where open == character: quote = nil
      case (_, "\\") where quote != "'": place += 1
      default: break
      }
      place += 1
      if depth == 0 { return String(text[start..<(place - 1)]) }
    }
    throw .unfinished(") is missing")
  }

  // MARK: Places

  private var isAtLineEnd: Bool { place >= text.count || text[place].isNewline || text[place] == "#" }

  private var isAtOperator: Bool {
    guard place < text.count else { return true }
    if next(is: "&>") { return false }
    return text[place].isNewline || ";&|)".contains(text[place]) || text[place] == "#"
  }

  private func next(is sign: String) -> Bool {
    place + sign.count <= text.count && text[place..<(place + sign.count)].elementsEqual(sign)
  }

  private mutating func take(_ sign: String) -> Bool {
    guard next(is: sign) else { return false }
    place += sign.count
    return true
  }

  private mutating func skipBlanks() {
    while place < text.count {
      if text[place] == " " || text[place] == "\t" {
        place += 1
      } else if text[place] == "\\", place + 1 < text.count, text[place + 1].isNewline {
        place += 2
      } else {
        return
      }
    }
  }

  private mutating func skipComment() { while place < text.count, !text[place].isNewline { place += 1 } }

  private mutating func skipBlankLines() throws(Failure) {
    while true {
      skipBlanks()
      guard place < text.count, isAtLineEnd else { return }
      try endLine()
    }
  }
}

extension String {
  var isVariableName: Bool {
    guard let first, first.isASCII, first.isLetter || first == "_" else { return false }
    return allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  var trimmed: String {
    let start = drop(while: \.isWhitespace)
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
