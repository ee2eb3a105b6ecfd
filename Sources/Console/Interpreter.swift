/// What the console is given: the language that is typed into it.
public protocol Interpreter: Sendable {
  /// Called once before the first line that somebody types.
  func begin(in session: ConsoleSession) async

  /// Asked before every line, so it may show what has changed.
  func prompt() async -> Prompt

  /// Candidates for the word that ends at `cursor`, which counts characters of `line`.
  func complete(_ line: String, cursor: Int) async -> [Completion]

  /// False while a quote or a here-document is open or the last line ends in a backslash: the next line belongs to it.
  func isComplete(_ text: String) -> Bool

  /// Runs what was typed; the task is cancelled when the user presses ^C.
  func run(_ line: String, in session: ConsoleSession) async -> Outcome
}

extension Interpreter {
  public func begin(in session: ConsoleSession) async {}
}

/// What stands before the cursor.
public struct Prompt: Sendable, ExpressibleByStringInterpolation {
  public var text: StyledText
  /// Stands before every further line of an unfinished command.
  public var continuation: StyledText

  public init(_ text: StyledText, continuation: StyledText = "> ") {
    self.text = text
    self.continuation = continuation
  }

  public init(stringLiteral text: String) { self.init(StyledText(text)) }
}

/// One way to finish the word at the cursor.
public struct Completion: Sendable, Equatable {
  /// The whole word, not only its missing end.
  public var text: String
  /// One line for the list that a second Tab shows.
  public var description: String
  /// Whether the word is finished: a folder or `--flag=` is not.
  public var addsSpace: Bool
  /// How many characters before the cursor the text takes the place of; nil means back to the last blank.
  public var replacing: Int?

  public init(_ text: String, description: String = "", addsSpace: Bool = true, replacing: Int? = nil) {
    self.text = text
    self.description = description
    self.addsSpace = addsSpace
    self.replacing = replacing
  }
}

/// How a line ended, and whether the console goes on.
public struct Outcome: Sendable, Equatable {
  public var exitCode: Int32
  public var quits: Bool

  /// The line did what it should.
  public static let `continue` = Outcome(exitCode: 0, quits: false)

  /// The line ended with this exit code; the next one is read.
  public static func `continue`(exitCode: Int32) -> Outcome { Outcome(exitCode: exitCode, quits: false) }

  /// Nothing more is read.
  public static func quit(_ exitCode: Int32) -> Outcome { Outcome(exitCode: exitCode, quits: true) }
}
