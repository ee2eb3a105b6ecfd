/// One lesson: an introduction and steps, read from a Markdown file.
public struct Lesson: Sendable {
  /// Permanent: progress is kept under it.
  public var id: String
  public var title: String
  /// Lessons that should come first.
  public var needs: [String]
  /// What the cluster must be able to tell.
  public var uses: [Capability]
  public var files: [String]
  /// Where it was read from.
  public var path: String
  public var introduction: [LessonBlock]
  public var steps: [Step]
  /// As its author wrote it, line by line.
  var lines: [String] = []
  /// With the pack's id in front where another pack has a lesson of the same id.
  var longName: String?

  /// By what it is started.
  public var name: String { longName ?? id }

  /// How long its author expects it to take.
  public var estimate: Duration { steps.compactMap(\.estimate).reduce(.zero, +) }

  public func step(_ id: String) -> Step? { steps.first { $0.id == id } }

  /// Where the front matter has a field, or where it would be.
  func line(of field: String) -> Int {
    (lines.dropFirst().prefix { $0 != "---" }.firstIndex { $0.hasPrefix(field + ":") } ?? 0) + 1
  }
}

/// A part of a lesson that ends in a checkpoint.
public struct Step: Sendable {
  /// Permanent, like the lesson's.
  public var id: String
  public var title: String
  public var estimate: Duration?
  /// It may be left out without a word.
  public var isOptional = false
  public var line: Int
  /// What is shown, in its order.
  public var text: [LessonBlock] = []
  public var setup: [LessonCommand] = []
  public var conditions: [Condition] = []
  /// The names of `checks.yaml` that its checks use.
  var sharedChecks: Set<String> = []
  public var questions: [Question] = []
  public var hints: [Hint] = []
  public var solutions: [Solution] = []
  public var wrongs: [WrongAnswer] = []
  public var branches: [Branch] = []
  /// Another one when the author has changed the step.
  public var digest = ""
}

/// A piece of a step that is shown to the learner.
public enum LessonBlock: Sendable, Equatable {
  /// A paragraph, a list or a heading, as written.
  case prose(String)
  /// Commands and what they print.
  case console(ConsoleBlock)
  /// Commands that Enter runs in a demonstration.
  case run([LessonCommand])
  /// Something to try without a check.
  case explore(String)
  /// What to take away; shown when the lesson is done.
  case debrief(String)
  /// A picture of text, and the same in words for those who do not see it.
  case diagram([String], alternative: String)
  /// The place of a question among the text.
  case question(id: String)
}

extension LessonBlock {
  /// What can be read in it.
  var words: String {
    switch self {
    case .prose(let text), .explore(let text), .debrief(let text): text
    case .console(let console): console.lines.joined(separator: "\n")
    case .run(let commands): commands.map(\.text).joined(separator: "\n")
    case .diagram(let lines, let alternative): lines.joined(separator: "\n") + "\n" + alternative
    case .question: ""
    }
  }
}

/// A line of the prompt's own language: never a host shell.
public struct LessonCommand: Sendable, Equatable {
  public var text: String
  public var line: Int
  /// Marked `optional:`: a solution may do without it.
  var isOptional = false

  /// Takes away the backslash by which a command goes on in the next line; false when there is none.
  mutating func takeContinuation() -> Bool {
    guard text.hasSuffix("\\") else { return false }
    text.removeLast()
    while text.last?.isWhitespace == true { text.removeLast() }
    return true
  }
}

/// `$ command` lines, each followed by what it prints.
public struct ConsoleBlock: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    public var command: LessonCommand
    public var output: [String] = []
    /// The number of the line behind the command.
    var outputLine: Int
  }

  public var lines: [String]
  public var line: Int
  /// The order of the lines of output is not the same each time.
  public var isUnordered = false
  public var exitCode: Int32?

  /// What stands before the first command belongs to none. A backslash at the end of a command goes on with the next line.
  public var entries: [Entry] {
    var entries: [Entry] = []
    var isOpen = false
    for (index, text) in lines.enumerated() {
      let number = line + 1 + index
      if isOpen {
        entries[entries.count - 1].command.text += " " + text.trimmed()
      } else if text.hasPrefix("$ ") {
        entries.append(
          Entry(command: LessonCommand(text: text.dropFirst(2).trimmed(), line: number), outputLine: number))
      } else if !entries.isEmpty {
        entries[entries.count - 1].output.append(text)
        continue
      } else {
        continue
      }
      isOpen = entries[entries.count - 1].command.takeContinuation()
      entries[entries.count - 1].outputLine = number + 1
    }
    return entries
  }

  /// As learners see it: a hole that keeps a word shows its name only.
  var shown: [String] {
    var kept: Set<String> = []
    return lines.map { line in
      OutputPiece.pieces(line, kept: &kept).map { piece in
        switch piece {
        case .text(let character): String(character)
        case .hole(let hole, let name): "<\(name ?? hole.rawValue)>"
        case .reused(let name): "<\(name)>"
        }
      }.joined()
    }
  }
}

public struct Hint: Sendable {
  public var text: String
  /// The hint is offered first while this holds.
  public var condition: Condition?
  public var line: Int
}

/// A way to do the step; the first one is the reference.
public struct Solution: Sendable {
  public var title: String?
  public var commands: [LessonCommand]
  public var line: Int
  /// What a learner may choose otherwise.
  var free: Set<Mutation.Subject> = []
}

/// Something that learners do and that must not pass.
public struct WrongAnswer: Sendable {
  /// Words of the condition that has to fail.
  public var fails: String
  /// Words of the hint that has to fit then.
  var hint: String?
  public var commands: [LessonCommand]
  public var line: Int
}

/// Where the lesson goes on after the step.
public struct Branch: Sendable {
  public enum Test: Sendable {
    case always
    case condition(Condition)
    case answer(question: String, text: String)
  }

  public var test: Test
  public var target: String
  public var line: Int
}
