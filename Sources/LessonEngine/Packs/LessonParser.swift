internal import Documents

/// Reads a lesson's Markdown file.
public struct LessonParser {
  private let file: String
  private let checks: SharedChecks
  private var lesson: Lesson
  private var step: Step?
  private var errors: [LessonError] = []

  public static func parse(_ text: String, file: String) throws(LessonError) -> Lesson {
    switch read(text, file: file, sharing: SharedChecks()) {
    case .lesson(let lesson): return lesson
    case .errors(let errors): throw errors[0]
    }
  }

  /// A lesson, or all that keeps it from being one: never nothing.
  enum Reading {
    case lesson(Lesson)
    case errors([LessonError])
  }

  /// Reads on behind a block that is not understood, so that an author sees all of them at once.
  static func read(_ text: String, file: String, sharing checks: SharedChecks) -> Reading {
    // However the author's editor ends lines.
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    do throws(LessonError) {
      try checkSize(lines, file)
      guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
        throw LessonError(file: file, line: 1, "expected front matter: a line ---, the lesson's data, a line ---")
      }
      var lesson = try FrontMatter.read(lines[1..<end].joined(separator: "\n"), file: file)
      lesson.lines = lines
      var parser = LessonParser(file: file, lesson: lesson, sharing: checks)
      for part in try Markdown.parts(lines[(end + 1)...], firstLine: end + 2, file: file)
      where parser.errors.count < mostErrors {
        parser.readOn(part)
      }
      parser.finish()
      return parser.errors.isEmpty ? .lesson(parser.lesson) : .errors(parser.errors)
    } catch {
      return .errors([error])
    }
  }

  private init(file: String, lesson: Lesson, sharing checks: SharedChecks) {
    self.file = file
    self.checks = checks
    self.lesson = lesson
  }

  private mutating func readOn(_ part: Markdown.Part) {
    do throws(LessonError) {
      try read(part)
    } catch {
      errors.append(error)
    }
  }

  private mutating func read(_ part: Markdown.Part) throws(LessonError) {
    switch part {
    case .heading(level: 2, let title, let attributes, let line):
      endStep()
      // What follows belongs to it, even if its title is not understood.
      step = Step(id: "", title: title, line: line)
      step = try newStep(title, attributes, line)
    case .heading(let level, let title, _, let line):
      guard level > 2 else {
        throw LessonError(file: file, line: line, "a step begins with ##; the lesson's title is in the front matter")
      }
      show(.prose(String(repeating: "#", count: level) + " " + title))
    case .prose(let text, line: _): show(.prose(text))
    case .fence(let info, let lines, let line):
      let block = try BlockReader(file: file, info: info, lines: lines, line: line, sharing: checks)
      if let shown = try block.shown() { show(shown) }
      if block.word.isForReading { return }
      guard var current = step else {
        throw LessonError(
          file: file, line: line,
          "a \(block.word.rawValue) block belongs to a step: put it below a line ## Title {#id}")
      }
      try block.add(to: &current)
      step = current
    }
  }

  private mutating func endStep() {
    if let step { lesson.steps.append(step) }
    step = nil
  }

  /// More are the consequence of something else.
  private static let mostErrors = 20

  /// Nobody reads more in a quarter of an hour; it is data from anywhere.
  private static let mostLines = 10_000

  private static func checkSize(_ lines: [String], _ file: String) throws(LessonError) {
    guard lines.count <= mostLines else {
      throw LessonError(
        file: file, line: mostLines, "the lesson has \(lines.count) lines: at most \(mostLines) are read")
    }
    for (index, line) in lines.enumerated() where line.unicodeScalars.contains(where: { $0 != "\t" && $0.isControl }) {
      throw LessonError(file: file, line: index + 1, "this line has a control character in it, which steers terminals")
    }
  }

  private mutating func show(_ block: LessonBlock) {
    if step == nil { lesson.introduction.append(block) } else { step?.text.append(block) }
  }

  private func newStep(
    _ title: String, _ attributes: Markdown.Attributes, _ line: Int
  ) throws(LessonError) -> Step {
    guard let id = attributes.id, Identifier.isValid(id) else {
      throw LessonError(file: file, line: line, "the step needs an id of its own: ## \(title) {#some-id}")
    }
    if lesson.steps.contains(where: { $0.id == id }) {
      throw LessonError(file: file, line: line, "the step id \"\(id)\" is used twice")
    }
    var step = Step(id: id, title: title, line: line)
    step.isOptional = attributes.words.contains("optional")
    for word in attributes.words.filter({ $0 != "optional" }) + attributes.values.keys.filter({ $0 != "time" }).sorted()
    {
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
  private mutating func finish() {
    endStep()
    let lines = lesson.lines
    if lesson.steps.isEmpty {
      refuse(lines.count, "the lesson has no step: expected a line such as ## Create the Pod {#create}")
    }
    var questions: Set<String> = []
    for index in lesson.steps.indices {
      let step = lesson.steps[index]
      let end = index + 1 < lesson.steps.count ? lesson.steps[index + 1].line - 1 : lines.count
      // What shared names stand for is as much a part of the step as what is written in it.
      let shared = step.sharedChecks.isEmpty ? [] : step.conditions.map(\.sentence)
      lesson.steps[index].digest = ContentDigest.of((lines[(step.line - 1)..<end] + shared).joined(separator: "\n"))
      for question in step.questions where !questions.insert(question.id).inserted {
        refuse(question.line, "the question id \"\(question.id)\" is used twice")
      }
      for branch in step.branches {
        if lesson.step(branch.target) == nil { refuse(branch.line, "there is no step \"\(branch.target)\" to go to") }
        if case .answer(let question, _) = branch.test, !step.questions.contains(where: { $0.id == question }) {
          refuse(branch.line, "the step \"\(step.id)\" has no question \"\(question)\"")
        }
      }
      for condition in step.conditions {
        guard let other = (condition.statement as? AbsenceStatement)?.step, lesson.step(other) == nil else { continue }
        refuse(condition.line, "there is no step \"\(other)\" in this lesson")
      }
    }
  }

  private mutating func refuse(_ line: Int, _ message: String) {
    errors.append(LessonError(file: file, line: line, message))
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
