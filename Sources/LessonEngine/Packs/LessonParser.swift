internal import Documents

/// Reads a lesson's Markdown file.
public struct LessonParser {
  private let file: String

  public static func parse(_ text: String, file: String) throws(LessonError) -> Lesson {
    try LessonParser(file: file).parse(text)
  }

  private func parse(_ text: String) throws(LessonError) -> Lesson {
    // However the author's editor ends lines.
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    try checkSize(lines)
    guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
      throw LessonError(file: file, line: 1, "expected front matter: a line ---, the lesson's data, a line ---")
    }
    var lesson = try FrontMatter.read(lines[1..<end].joined(separator: "\n"), file: file)
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
        let block = try BlockReader(file: file, info: info, lines: lines, line: line)
        if let shown = try block.shown() { add(shown, &step, &lesson) }
        if !block.word.isForReading {
          guard var current = step else {
            throw LessonError(
              file: file, line: line,
              "a \(block.word.rawValue) block belongs to a step: put it below a line ## Title {#id}")
          }
          try block.add(to: &current)
          step = current
        }
      }
    }
    if let step { lesson.steps.append(step) }
    if lesson.steps.isEmpty {
      throw LessonError(
        file: file, line: lines.count, "the lesson has no step: expected a line such as ## Create the Pod {#create}")
    }
    try finish(&lesson, lines)
    return lesson
  }

  /// Nobody reads more in a quarter of an hour; it is data from anywhere.
  private static let mostLines = 10_000

  private func checkSize(_ lines: [String]) throws(LessonError) {
    guard lines.count <= Self.mostLines else {
      throw LessonError(
        file: file, line: Self.mostLines, "the lesson has \(lines.count) lines: at most \(Self.mostLines) are read")
    }
    for (index, line) in lines.enumerated() where line.unicodeScalars.contains(where: { $0 != "\t" && $0.isControl }) {
      throw LessonError(file: file, line: index + 1, "this line has a control character in it, which steers terminals")
    }
  }

  private func add(_ block: LessonBlock, _ step: inout Step?, _ lesson: inout Lesson) {
    if step == nil { lesson.introduction.append(block) } else { step?.text.append(block) }
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
    var step = Step(id: id, title: title, line: line)
    step.isOptional = attributes.words.contains("optional")
    for word in attributes.words + attributes.values.keys.sorted() where word != "time" && word != "optional" {
      throw LessonError(
        file: file, line: line, "unknown word \"\(word)\" behind a step's title: expected time=4m or optional")
    }
    if let text = attributes.values["time"] {
      guard let duration = DurationText.parse(text) else {
        throw LessonError(file: file, line: line, "time=\(text) is not a duration: expected one like 90s or 4m")
      }
      step.estimate = duration
    }
    return step
  }

  /// What can be said only when all steps are known.
  private func finish(_ lesson: inout Lesson, _ lines: [String]) throws(LessonError) {
    var questions: [String: Int] = [:]
    for index in lesson.steps.indices {
      let step = lesson.steps[index]
      let end = index + 1 < lesson.steps.count ? lesson.steps[index + 1].line - 1 : lines.count
      lesson.steps[index].digest = ContentDigest.of(lines[(step.line - 1)..<end].joined(separator: "\n"))
      for question in step.questions {
        if questions.updateValue(question.line, forKey: question.id) != nil {
          throw LessonError(file: file, line: question.line, "the question id \"\(question.id)\" is used twice")
        }
      }
      for branch in step.branches where lesson.step(branch.target) == nil {
        throw LessonError(file: file, line: branch.line, "there is no step \"\(branch.target)\" to go to")
      }
      for case .answer(let question, _) in step.branches.map(\.test)
      where !step.questions.contains(where: { $0.id == question }) {
        throw LessonError(
          file: file, line: step.branches[0].line, "the step \"\(step.id)\" has no question \"\(question)\"")
      }
      for condition in step.conditions {
        guard let other = (condition.statement as? AbsenceStatement)?.step else { continue }
        if lesson.step(other) == nil {
          throw LessonError(file: file, line: condition.line, "there is no step \"\(other)\" in this lesson")
        }
      }
    }
  }
}

/// Ids of packs, lessons, steps and questions.
enum Identifier {
  static func isValid(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 63
      && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
      && !text.hasPrefix("-") && !text.hasSuffix("-")
  }
}

/// Tells two versions of a text apart; nobody's safety depends on it.
enum ContentDigest {
  static func of(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
