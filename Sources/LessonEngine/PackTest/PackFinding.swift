/// Something that is wrong with a pack.
public struct PackFinding: Sendable, Equatable, CustomStringConvertible {
  /// What was looked for; programs that read reports can rely on it.
  public enum Rule: String, Sendable, CaseIterable {
    case unreadable
    case noCheck = "no-check"
    case noSolution = "no-solution"
    case noHint = "no-hint"
    case noEstimate = "no-estimate"
    case noDebrief = "no-debrief"
    case hintGivesAway = "hint-gives-away"
    case wrongNamesNothing = "wrong-names-nothing"
    case command
    case wideCode = "wide-code"
    case bigDiagram = "big-diagram"
    case unmentioned
    case unusedFile = "unused-file"
    case needs
    case image
    case uses
    case neverUnproved = "never-unproved"
    case trueBefore = "true-before"
    case falseAfter = "false-after"
    case wrongPasses = "wrong-passes"
    case wrongElsewhere = "wrong-elsewhere"
    case unnecessary
    case output
    case slow
    case leftBehind = "left-behind"
    case unstable
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
}
