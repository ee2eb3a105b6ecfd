internal import Documents

/// A fenced block of a lesson.
struct BlockReader {
  enum Word: String, CaseIterable {
    case ask, check, console, debrief, diagram, explore, hint, next, quiz, run, setup, solution, wrong

    /// It is only shown, so it may stand in the introduction as well.
    var isForReading: Bool {
      switch self {
      case .console, .debrief, .diagram, .explore, .run: true
      default: false
      }
    }

    /// What may stand behind it: words, and keys with a value.
    var attributes: (words: [String], keys: [String]) {
      switch self {
      case .ask, .quiz: ([], ["id"])
      case .check: (["yaml", "json"], ["within", "for"])
      case .console: (["unordered"], ["exit", "only", "skip"])
      case .diagram: ([], ["alt", "only"])
      case .debrief, .explore, .run: ([], ["only"])
      case .solution: ([], ["title", "free"])
      case .wrong: ([], ["fails", "hint"])
      case .hint, .next, .setup: ([], [])
      }
    }
  }

  let word: Word
  private let file: String
  private let line: Int
  private let lines: [String]
  private let rest: String
  private let attributes: Markdown.Attributes
  private let checks: SharedChecks
  private var text: String { lines.joined(separator: "\n").trimmed() }

  init(
    file: String, info: String, lines: [String], line: Int, sharing checks: SharedChecks
  ) throws(LessonError) {
    let name = String(info.prefix { $0 != " " && $0 != "{" })
    guard let word = Word(rawValue: name) else {
      let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw LessonError(file: file, line: line, "unknown block \"\(name)\": expected one of \(known)")
    }
    self.word = word
    self.file = file
    self.line = line
    self.lines = lines
    self.checks = checks
    rest = info.dropFirst(name.count).trimmed()
    attributes =
      [.hint, .next].contains(word) && rest.hasPrefix("when ")
      ? Markdown.Attributes()
      : try Markdown.attributes(rest.filter { $0 != "{" && $0 != "}" }, file, line)
    if text.isEmpty { throw error("this \(name) block is empty") }
    try checkAttributes()
  }

  private func error(_ message: String, at line: Int? = nil) -> LessonError {
    LessonError(file: file, line: line ?? self.line, message)
  }

  private func checkAttributes() throws(LessonError) {
    let (words, keys) = word.attributes
    let expected = (words + keys.map { "\($0)=…" }).joined(separator: ", ")
    let given = attributes.id.map { ["#\($0)"] } ?? []
    for unknown in given + attributes.words.filter({ !words.contains($0) })
      + attributes.values.keys.filter({ !keys.contains($0) }).sorted()
    {
      throw error(
        "unknown word \"\(unknown)\" behind \(word.rawValue): \(expected.isEmpty ? "nothing is expected there" : "expected \(expected)")"
      )
    }
    for (key, targets) in [("only", Target.allCases), ("skip", [.real])] {
      guard let value = attributes.values[key], !targets.contains(where: { $0.rawValue == value }) else { continue }
      throw error(
        "\(key)=\(value) is no kind of cluster: expected \(targets.map(\.rawValue).joined(separator: " or "))")
    }
  }

  /// The kinds of clusters between which texts may differ; goals and checks may not.
  private enum Target: String, CaseIterable {
    /// The one that comes with the program, which is where lessons take place.
    case embedded
    case real
  }

  // MARK: What is shown

  func shown() throws(LessonError) -> LessonBlock? {
    let block = try readShown()
    return attributes.values["only"] == Target.real.rawValue ? nil : block
  }

  private func readShown() throws(LessonError) -> LessonBlock? {
    switch word {
    case .console:
      var block = ConsoleBlock(lines: lines, line: line)
      block.isUnordered = attributes.words.contains("unordered")
      if let text = attributes.values["exit"] {
        guard let code = Int32(text) else { throw error("exit=\(text) is no exit code") }
        block.exitCode = code
      }
      return .console(block)
    case .run: return .run(commands)
    case .explore: return .explore(text)
    case .debrief: return .debrief(text)
    case .diagram:
      guard let alternative = attributes.values["alt"], !alternative.isEmpty else {
        throw error("a diagram needs alt=\"the same in words\" for those who do not see it")
      }
      return .diagram(lines, alternative: alternative)
    case .ask, .quiz: return .question(id: try questionID())
    case .check, .hint, .next, .setup, .solution, .wrong: return nil
    }
  }

  // MARK: What belongs to a step

  func add(to step: inout Step) throws(LessonError) {
    switch word {
    case .check: step.conditions += try conditions(&step.sharedChecks)
    case .hint: step.hints.append(try hint())
    case .setup: step.setup += commands
    case .solution: step.solutions.append(try solution())
    case .wrong:
      guard let fails = attributes.values["fails"], !fails.isEmpty else {
        throw error("expected wrong fails=\"words of the condition that must fail\"")
      }
      step.wrongs.append(WrongAnswer(fails: fails, hint: attributes.values["hint"], commands: commands, line: line))
    case .ask: step.questions.append(try ask())
    case .quiz: step.questions.append(try quiz())
    case .next: step.branches.append(try branch())
    case .console, .run, .explore, .debrief, .diagram: break
    }
  }

  /// A command a line; a backslash at its end goes on with the next.
  private var commands: [LessonCommand] {
    var commands: [LessonCommand] = []
    var open: LessonCommand?
    for (index, text) in lines.enumerated() {
      if open == nil && text.trimmed().isEmpty { continue }
      var command = open ?? LessonCommand(text: "", line: line + 1 + index)
      command.text += open == nil ? text.trimmed() : " " + text.trimmed()
      open = nil
      if command.takeContinuation() { open = command } else { commands.append(command) }
    }
    if let open { commands.append(open) }
    return commands
  }

  private func solution() throws(LessonError) -> Solution {
    var solution = Solution(title: attributes.values["title"], commands: commands, line: line)
    for index in solution.commands.indices where solution.commands[index].text.hasPrefix("optional:") {
      solution.commands[index].text = solution.commands[index].text.dropFirst(9).trimmed()
      solution.commands[index].isOptional = true
    }
    for word in (attributes.values["free"] ?? "").split(whereSeparator: { $0 == "," || $0 == " " }) {
      guard let subject = Mutation.Subject(rawValue: String(word)) else {
        let known = Mutation.Subject.allCases.map(\.rawValue).joined(separator: ", ")
        throw error("\"\(word)\" cannot be free: expected some of \(known)")
      }
      solution.free.insert(subject)
    }
    return solution
  }

  // MARK: Conditions

  private func conditions(_ names: inout Set<String>) throws(LessonError) -> [Condition] {
    if attributes.words.contains("yaml") { return [try object()] }
    if let key = attributes.values.keys.sorted().first {
      throw error("\(key)= belongs to check yaml: other conditions have their time words themselves")
    }
    if attributes.words.contains("json") { return try tree() }
    return try sentences(&names)
  }

  /// A line each; lines that begin with `else:` below it say more about what it stands for.
  private func sentences(_ names: inout Set<String>) throws(LessonError) -> [Condition] {
    var conditions: [Condition] = []
    var last = 0..<0
    for (index, text) in lines.enumerated() where !text.trimmed().isEmpty {
      let number = line + 1 + index
      let text = text.trimmed()
      if text.hasPrefix("else:") {
        guard !last.isEmpty else { throw error("else: belongs below a condition", at: number) }
        for index in last { conditions[index].advice = text.dropFirst(5).trimmed() }
        continue
      }
      do throws(SentenceError) {
        let (own, name) = try checks.conditions(text, line: number)
        if let name { names.insert(name) }
        last = conditions.count..<(conditions.count + own.count)
        conditions += own
      } catch {
        throw self.error(error.description, at: number)
      }
    }
    return conditions
  }

  private func condition(_ text: String, _ line: Int) throws(LessonError) -> Condition {
    do {
      return try Condition(text, line: line)
    } catch {
      throw self.error(error.description, at: line)
    }
  }

  private func object() throws(LessonError) -> Condition {
    if attributes.values.count > 1 { throw error("a check yaml has within= or for=, not both") }
    let document: Document
    do {
      document = try Document.parse(yaml: lines.joined(separator: "\n")).first ?? .null
    } catch {
      throw self.error(error.message, at: line + error.line)
    }
    do {
      var timing = Timing.within(Timing.patience)
      if let text = attributes.values["within"] { timing = .within(try DurationText.read(text)) }
      if let text = attributes.values["for"] { timing = .stays(try DurationText.read(text)) }
      return try Condition(object: document, line: line, timing: timing)
    } catch {
      throw self.error(error.description)
    }
  }

  private func tree() throws(LessonError) -> [Condition] {
    let document: Document
    do {
      document = try Document.parse(json: lines.joined(separator: "\n"))
    } catch {
      throw self.error(error.message, at: line + error.line)
    }
    guard let nodes = document.listValue else { throw error("a check of json is a list of conditions") }
    var conditions: [Condition] = []
    for node in nodes {
      do {
        var condition = try CheckTree.condition(node)
        condition.line = line + node.line
        conditions.append(condition)
      } catch {
        throw self.error(error.description, at: line + node.line)
      }
    }
    return conditions
  }

  private func hint() throws(LessonError) -> Hint {
    if rest.isEmpty { return Hint(text: text, condition: nil, line: line) }
    guard rest.hasPrefix("when ") else {
      throw error("\"\(rest)\" is not understood: expected hint, or hint when <condition>")
    }
    return Hint(text: text, condition: try condition(rest.dropFirst(5).trimmed(), line), line: line)
  }

  private func branch() throws(LessonError) -> Branch {
    let start = "go to "
    guard lines.filter({ !$0.trimmed().isEmpty }).count == 1, text.hasPrefix(start) else {
      throw error("a next block has one line: go to STEP")
    }
    let target = text.dropFirst(start.count).trimmed()
    if rest.isEmpty { return Branch(test: .always, target: target, line: line) }
    guard rest.hasPrefix("when ") else {
      throw error("\"\(rest)\" is not understood: expected next, or next when <condition>")
    }
    let test = rest.dropFirst(5).trimmed()
    if let words = try? SentenceWord.split(test), words.count == 4, words[0].isKeyword("answer"),
      words[2].isKeyword("is")
    {
      return Branch(test: .answer(question: words[1].text, text: words[3].text), target: target, line: line)
    }
    return Branch(test: .condition(try condition(test, line)), target: target, line: line)
  }

  // MARK: Questions

  private func questionID() throws(LessonError) -> String {
    guard let id = attributes.values["id"], Identifier.isValid(id) else {
      throw error("a question needs an id of its own: \(word.rawValue) id=some-id")
    }
    return id
  }

  private func ask() throws(LessonError) -> Question {
    var answers: [ExpectedAnswer] = []
    var words: [String] = []
    for text in lines {
      if text.hasPrefix("answer:") {
        let answer = text.dropFirst(7).trimmed()
        if answer.isEmpty { throw error("answer: needs an answer, or what the cluster tells, such as ip of pod web") }
        answers.append(ExpectedAnswer(answer))
      } else if !answers.isEmpty, !text.trimmed().isEmpty {
        throw error("after an answer: only further ones may come")
      } else {
        words.append(text)
      }
    }
    let text = words.joined(separator: "\n").trimmed()
    if text.isEmpty { throw error("the question is missing") }
    if answers.isEmpty { throw error("a question needs a line answer: …") }
    return Question(id: try questionID(), text: text, kind: .ask(answers), line: line)
  }

  private func quiz() throws(LessonError) -> Question {
    var words: [String] = []
    var choices: [Question.Choice] = []
    for (index, text) in lines.enumerated() {
      let trimmed = text.trimmed()
      let isRight = trimmed.hasPrefix("- [x] ") || trimmed.hasPrefix("- [X] ")
      if isRight || trimmed.hasPrefix("- [ ] ") {
        choices.append(Question.Choice(text: trimmed.dropFirst(6).trimmed(), isRight: isRight))
      } else if choices.isEmpty {
        words.append(text)
      } else if trimmed.hasPrefix(">") {
        let remark = trimmed.dropFirst().trimmed()
        let known = choices[choices.count - 1].remark
        choices[choices.count - 1].remark = known.map { $0 + " " + remark } ?? remark
      } else if !trimmed.isEmpty {
        throw error("expected - [x], - [ ] or > below the choices", at: line + 1 + index)
      }
    }
    let text = words.joined(separator: "\n").trimmed()
    if text.isEmpty { throw error("the question is missing") }
    guard choices.count > 1 else { throw error("a quiz needs two choices or more: - [x] right, - [ ] wrong") }
    guard choices.contains(where: \.isRight) else { throw error("no choice of the quiz is right: mark it by - [x]") }
    return Question(id: try questionID(), text: text, kind: .quiz(choices), line: line)
  }
}
