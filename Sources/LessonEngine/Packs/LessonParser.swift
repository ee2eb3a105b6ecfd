internal import Documents

/// Reads a lesson's Markdown file.
public struct LessonParser {
  private let file: String

  public static func parse(_ text: String, file: String) throws(LessonError) -> Lesson {
    try LessonParser(file: file).parse(text)
  }

  private func parse(_ text: String) throws(LessonError) -> Lesson {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
      throw LessonError(file: file, line: 1, "expected front matter: a line ---, the lesson's data, a line ---")
    }
    var lesson = try frontMatter(lines[1..<end].joined(separator: "\n"))
    var step: Step?
    for part in try Markdown.parts(lines[(end + 1)...], firstLine: end + 2, file: file) {
      switch part {
      case .heading(level: 2, let title, let attributes, let line):
        if let step { lesson.steps.append(step) }
        step = try newStep(title, attributes, line, in: lesson)
      case .heading(let level, let title, _, let line):
        guard level > 2 else {
          throw LessonError(file: file, line: line, "a step begins with ##; the lesson's title is in the front matter")
        }
        add(.prose(String(repeating: "#", count: level) + " " + title), &step, &lesson)
      case .prose(let text, line: _):
        add(.prose(text), &step, &lesson)
      case .fence(let info, let lines, let line):
        try read(info, lines, line, &step, &lesson)
      }
    }
    if let step { lesson.steps.append(step) }
    if lesson.steps.isEmpty {
      throw LessonError(
        file: file, line: lines.count, "the lesson has no step: expected a line such as ## Create the Pod {#create}")
    }
    return lesson
  }

  private func add(_ block: LessonBlock, _ step: inout Step?, _ lesson: inout Lesson) {
    if step == nil { lesson.introduction.append(block) } else { step?.text.append(block) }
  }

  // MARK: Front matter

  private func frontMatter(_ text: String) throws(LessonError) -> Lesson {
    let document: Document
    do {
      document = try Document.parse(yaml: text).first ?? .null
    } catch {
      throw LessonError(file: file, line: error.line + 1, error.message)
    }
    let known = ["lesson", "title", "needs", "uses", "files"]
    for entry in document.mapValue?.entries ?? [] where !known.contains(entry.key) {
      throw LessonError(
        file: file, line: entry.value.line + 1,
        "unknown field \"\(entry.key)\": expected one of \(known.joined(separator: ", "))")
    }
    func list(_ key: String) throws(LessonError) -> [String] {
      guard let value = document[key], !value.isNull else { return [] }
      guard let list = value.listValue, list.allSatisfy({ $0.stringValue != nil }) else {
        throw LessonError(file: file, line: value.line + 1, "\(key) must be a list of names, such as [a, b]")
      }
      return list.compactMap(\.stringValue)
    }
    guard let id = document["lesson"]?.stringValue, Identifier.isValid(id) else {
      throw LessonError(
        file: file, line: 1, "expected `lesson: ID` with an id of lower-case letters, digits and dashes")
    }
    guard let title = document["title"]?.stringValue, !title.isEmpty else {
      throw LessonError(file: file, line: 1, "expected `title: …`")
    }
    return Lesson(
      id: id, title: title, needs: try list("needs"), uses: try list("uses"), files: try list("files"), path: file,
      introduction: [], steps: [])
  }

  private func newStep(
    _ title: String, _ attributes: Markdown.Attributes, _ line: Int, in lesson: Lesson
  ) throws(LessonError) -> Step {
    guard let id = attributes.id, Identifier.isValid(id) else {
      throw LessonError(file: file, line: line, "the step needs an id of its own: ## \(title) {#some-id}")
    }
    if lesson.steps.contains(where: { $0.id == id }) {
      throw LessonError(file: file, line: line, "the step id \"\(id)\" is used twice")
    }
    for key in attributes.values.keys.sorted() where key != "time" {
      throw LessonError(file: file, line: line, "unknown word \"\(key)\" behind a step's title: expected time=4m")
    }
    var estimate: Duration?
    if let text = attributes.values["time"] {
      guard let duration = DurationText.parse(text) else {
        throw LessonError(file: file, line: line, "time=\(text) is not a duration: expected one like 90s or 4m")
      }
      estimate = duration
    }
    return Step(id: id, title: title, estimate: estimate, line: line, text: [])
  }

  // MARK: Blocks

  private func read(
    _ info: String, _ lines: [String], _ line: Int, _ step: inout Step?, _ lesson: inout Lesson
  ) throws(LessonError) {
    let word = String(info.prefix { $0 != " " })
    let rest = String(info.dropFirst(word.count)).trimmed()
    let text = lines.joined(separator: "\n").trimmed()
    switch word {
    case "console":
      add(.console(lines), &step, &lesson)
      return
    case "debrief":
      add(.debrief(text), &step, &lesson)
      return
    case "check", "hint", "setup", "solution", "wrong": break
    default:
      throw LessonError(
        file: file, line: line,
        "unknown block \"\(word)\": expected check, console, debrief, hint, setup, solution or wrong")
    }
    if text.isEmpty { throw LessonError(file: file, line: line, "this \(word) block is empty") }
    guard step != nil else {
      throw LessonError(file: file, line: line, "a \(word) block belongs to a step: put it below a line ## Title {#id}")
    }
    switch word {
    case "check": step?.conditions += try conditions(lines, line)
    case "hint": step?.hints.append(try hint(rest, text, line))
    case "setup": step?.setup += commands(lines, line)
    case "solution":
      let attributes = try Markdown.attributes(rest, file, line)
      step?.solutions.append(
        Solution(title: attributes.values["title"], commands: commands(lines, line), line: line))
    default:
      let attributes = try Markdown.attributes(rest, file, line)
      guard let fails = attributes.values["fails"], !fails.isEmpty else {
        throw LessonError(file: file, line: line, "expected wrong fails=\"words of the condition that must fail\"")
      }
      step?.wrongs.append(WrongAnswer(fails: fails, commands: commands(lines, line), line: line))
    }
  }

  /// A line each; lines that begin with `else:` below a condition say more about it.
  private func conditions(_ lines: [String], _ start: Int) throws(LessonError) -> [Condition] {
    var conditions: [Condition] = []
    for (index, line) in lines.enumerated() where !line.trimmed().isEmpty {
      let number = start + 1 + index
      let text = line.trimmed()
      if text.hasPrefix("else:") {
        guard !conditions.isEmpty else {
          throw LessonError(file: file, line: number, "else: belongs below a condition")
        }
        conditions[conditions.count - 1].advice = text.dropFirst(5).trimmed()
      } else {
        conditions.append(try condition(text, number))
      }
    }
    return conditions
  }

  private func condition(_ text: String, _ line: Int) throws(LessonError) -> Condition {
    do {
      return try Condition(text, line: line)
    } catch {
      throw LessonError(file: file, line: line, error.description)
    }
  }

  private func hint(_ rest: String, _ text: String, _ line: Int) throws(LessonError) -> Hint {
    if rest.isEmpty { return Hint(text: text, condition: nil, line: line) }
    guard rest.hasPrefix("when ") else {
      throw LessonError(
        file: file, line: line, "\"\(rest)\" is not understood: expected hint, or hint when <condition>")
    }
    return Hint(text: text, condition: try condition(rest.dropFirst(5).trimmed(), line), line: line)
  }

  /// A command a line; a backslash at its end goes on with the next.
  private func commands(_ lines: [String], _ start: Int) -> [LessonCommand] {
    var commands: [LessonCommand] = []
    var open: LessonCommand?
    for (index, line) in lines.enumerated() {
      if open == nil && line.trimmed().isEmpty { continue }
      var command = open ?? LessonCommand(text: "", line: start + 1 + index)
      command.text += open == nil ? line.trimmed() : "\n" + line
      open = nil
      if command.text.hasSuffix("\\") {
        command.text.removeLast()
        open = command
      } else {
        commands.append(command)
      }
    }
    if let open { commands.append(open) }
    return commands
  }
}

/// Ids of packs, lessons and steps.
enum Identifier {
  static func isValid(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 63
      && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
      && !text.hasPrefix("-") && !text.hasSuffix("-")
  }
}

/// `90s`, `4m`, `1h`.
enum DurationText {
  static func parse(_ text: String) -> Duration? {
    guard let unit = text.last, let number = Int(text.dropLast()), number >= 0 else { return nil }
    switch unit {
    case "s": return .seconds(number)
    case "m": return .seconds(number * 60)
    case "h": return .seconds(number * 3600)
    default: return nil
    }
  }
}
