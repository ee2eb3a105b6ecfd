/// Something that is wrong with a pack.
public struct PackFinding: Sendable, Equatable, CustomStringConvertible {
  /// What was looked for; programs that read reports can rely on it.
  public enum Rule: String, Sendable, CaseIterable {
    // What reading finds.
    case unreadable
    case noCheck = "no-check"
    case noSolution = "no-solution"
    case noHint = "no-hint"
    case noEstimate = "no-estimate"
    case noDebrief = "no-debrief"
    case hintGivesAway = "hint-gives-away"
    case wrongNamesNothing = "wrong-names-nothing"
    case command
    case hole
    case wideCode = "wide-code"
    case bigDiagram = "big-diagram"
    case unmentioned
    case positional
    case pointing
    case link
    case tone
    case unusedFile = "unused-file"
    case unusedCheck = "unused-check"
    case unreachable
    case needs
    case image
    case uses
    // What playing finds.
    case unproved
    case trueBefore = "true-before"
    case falseAfter = "false-after"
    case noAnswer = "no-answer"
    case wrongPasses = "wrong-passes"
    case wrongElsewhere = "wrong-elsewhere"
    case hintElsewhere = "hint-elsewhere"
    case unnecessary
    case unnoticed
    case output
    case slow
    case rebuilding
    case noNamespace = "no-namespace"
    case leftBehind = "left-behind"
    case unstable

    /// A matter of taste: it is said, and nothing fails by it.
    public var isAdvice: Bool { [.noEstimate, .noDebrief, .pointing, .tone, .uses].contains(self) }
  }

  public var rule: Rule
  public var file: String
  public var line: Int
  public var lesson: String
  public var step: String?
  public var message: String

  public init(rule: Rule, file: String, line: Int, lesson: String, step: String? = nil, message: String) {
    self.rule = rule
    self.file = file
    self.line = line
    self.lesson = lesson
    self.step = step
    self.message = message
  }

  public var description: String { line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)" }

  /// With its rule, as reports for people list it.
  public var text: String { "\(self) [\(rule.rawValue)\(rule.isAdvice ? ", advice" : "")]" }
}
