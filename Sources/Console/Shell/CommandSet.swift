/// What a shell is given: the commands that the program itself has.
public protocol CommandSet: Sendable {
  func prompt(_ standing: ShellStanding) async -> Prompt

  /// Whether a word begins one of its commands. In front of a pipeline they go before the machine's programs, behind
  /// a pipe after them.
  func owns(_ word: String) -> Bool

  /// Runs one command; the task is cancelled when the user presses ^C.
  func run(_ words: [String], _ streams: CommandStreams) async -> Outcome

  /// Whether the command only tells something and ends, so that a long answer may be shown page by page.
  func tells(_ words: [String]) -> Bool

  /// Whether what it tells is prose in sections, which are better pages than so many rows.
  func tellsInSections(_ words: [String]) -> Bool

  /// What is said about a first word that names nothing.
  func complaint(about word: String) -> String

  /// Candidates for the first word of a command.
  var firstWords: [Completion] { get }

  /// Candidates for a later word.
  func complete(_ words: [String], last: String) async -> [Completion]

  /// What programs of the machine find in their environment, besides the shell's own variables.
  var programVariables: [String: String] { get }

  /// A folder that stands before all others on their path.
  var programFolder: String? { get }
}

extension CommandSet {
  public func tells(_ words: [String]) -> Bool { false }
  public func tellsInSections(_ words: [String]) -> Bool { false }
}

/// What a prompt can tell of its shell.
public struct ShellStanding: Sendable, Equatable {
  /// Jobs behind the prompt.
  public var jobs: Int
}

/// A line could not be carried out.
struct ShellError: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
