internal import Documents

/// What a learner did in a lesson, in its order: for the transcript and the card at its end. It has bounds.
public struct LessonRecord: Sendable {
  public struct Entry: Sendable, Equatable {
    /// Its place in the order; a command has the one at which it began.
    public var order: Int
    public var step: String
    public var act: Act
  }

  public enum Act: Sendable, Equatable {
    /// A line of the prompt, and what it showed.
    case command(String, output: String, exitCode: Int32)
    /// A command of the reference solution, run for the learner.
    case performed(String, output: String)
    case cameTrue(String)
    case answered(question: String, with: String)
    case hinted(String)
    case passed
    case skipped
    /// The step, or the whole lesson, was begun anew.
    case reset(wholeLesson: Bool)
  }

  public private(set) var entries: [Entry] = []
  /// Whether the oldest entries had to go.
  public private(set) var isCut = false
  private var size = 0

  static let mostOfOutput = 16 << 10
  static let mostOfAll = 1 << 20

  public init() {}

  /// The place of the next entry.
  var next: Int { (entries.map(\.order).max() ?? 0) + 1 }

  /// - Returns: Whether older entries had to make room.
  mutating func add(_ entry: Entry) -> Bool {
    let entry = entry.bounded
    let place = entries.lastIndex { $0.order <= entry.order }.map { $0 + 1 } ?? 0
    entries.insert(entry, at: place)
    size += entry.size
    if size <= Self.mostOfAll { return false }
    while size > Self.mostOfAll / 2, entries.count > 1 { size -= entries.removeFirst().size }
    isCut = true
    return true
  }

  /// The commands that the learner typed in the step since it was last begun anew, as far as they did what they should.
  func ownCommands(of step: String) -> [String] {
    var commands: [String] = []
    for entry in entries {
      switch entry.act {
      case .reset(let wholeLesson) where wholeLesson || entry.step == step: commands = []
      case .command(let text, output: _, exitCode: 0) where entry.step == step: commands.append(text)
      default: break
      }
    }
    return commands
  }

  /// The last answer to each question.
  var answers: [String: String] {
    var answers: [String: String] = [:]
    for entry in entries {
      if case .answered(let question, let text) = entry.act { answers[question] = text }
    }
    return answers
  }

  func wasSkipped(_ step: String) -> Bool {
    var isSkipped = false
    for entry in entries {
      switch entry.act {
      case .skipped where entry.step == step: isSkipped = true
      case .passed where entry.step == step: isSkipped = false
      case .reset(let wholeLesson) where wholeLesson || entry.step == step: isSkipped = false
      default: break
      }
    }
    return isSkipped
  }

  var hintCount: Int { entries.count { if case .hinted = $0.act { true } else { false } } }
}

extension LessonRecord.Entry {
  fileprivate var size: Int {
    switch act {
    case .command(let text, let output, _), .performed(let text, let output): text.utf8.count + output.utf8.count + 64
    case .cameTrue(let text), .hinted(let text), .answered(_, let text): text.utf8.count + 64
    case .passed, .skipped, .reset: 64
    }
  }

  /// With no more output than anybody reads in a transcript.
  fileprivate var bounded: LessonRecord.Entry {
    func cut(_ text: String) -> String {
      if text.utf8.count <= LessonRecord.mostOfOutput { return text }
      var kept = String(decoding: text.utf8.prefix(LessonRecord.mostOfOutput), as: UTF8.self)
      if let end = kept.lastIndex(of: "\n") { kept = String(kept[..<end]) }
      return kept + "\n... (\(text.utf8.count - kept.utf8.count) bytes more)\n"
    }
    var entry = self
    switch act {
    case .command(let text, let output, let code):
      entry.act = .command(cut(text), output: cut(output), exitCode: code)
    case .performed(let text, let output): entry.act = .performed(text, output: cut(output))
    default: break
    }
    return entry
  }
}

// MARK: As a file

/// Where records are kept, so that a lesson that goes on tomorrow remembers today.
public protocol RecordStore: Sendable {
  /// The lines of a lesson's record; empty when there is none.
  func load(_ lesson: String) -> [UInt8]
  func append(_ line: [UInt8], _ lesson: String)
  func replace(_ lines: [UInt8], _ lesson: String)
}

extension LessonRecord {
  init(lines: [UInt8]) {
    for line in lines.split(separator: 0x0A) {
      guard let document = try? Document.parse(json: Array(line)), let entry = Entry(document) else { continue }
      _ = add(entry)
    }
  }

  var lines: [UInt8] { entries.flatMap(\.line) }
}

extension LessonRecord.Entry {
  var line: [UInt8] {
    var document: Document = ["order": .integer(Int64(order)), "step": .string(step)]
    func set(_ act: String, _ text: String? = nil, output: String? = nil) {
      document["act"] = .string(act)
      if let text { document["text"] = .string(text) }
      if let output { document["output"] = .string(output) }
    }
    switch act {
    case .command(let text, let output, let code):
      set("command", text, output: output)
      document["exitCode"] = .integer(Int64(code))
    case .performed(let text, let output): set("performed", text, output: output)
    case .cameTrue(let text): set("cameTrue", text)
    case .answered(let question, let text): set("answered", question, output: text)
    case .hinted(let text): set("hinted", text)
    case .passed: set("passed")
    case .skipped: set("skipped")
    case .reset(let wholeLesson): set("reset", wholeLesson ? "lesson" : "step")
    }
    return document.json() + [0x0A]
  }

  fileprivate init?(_ document: Document) {
    guard let order = document["order"]?.integerValue, let step = document["step"]?.stringValue else { return nil }
    let text = document["text"]?.stringValue ?? ""
    let output = document["output"]?.stringValue ?? ""
    let act: LessonRecord.Act? =
      switch document["act"]?.stringValue {
      case "command":
        .command(text, output: output, exitCode: Int32(clamping: document["exitCode"]?.integerValue ?? 0))
      case "performed": .performed(text, output: output)
      case "cameTrue": .cameTrue(text)
      case "answered": .answered(question: text, with: output)
      case "hinted": .hinted(text)
      case "passed": .passed
      case "skipped": .skipped
      case "reset": .reset(wholeLesson: text == "lesson")
      default: nil
      }
    guard let act else { return nil }
    self.init(order: Int(order), step: step, act: act)
  }
}
