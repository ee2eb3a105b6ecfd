/// One command: what it is called, what it accepts, how it is explained, and what it does.
struct Command: Sendable {
  let name: String
  var aliases: [String] = []
  var group: CommandGroup = .other
  /// One line for lists of commands.
  let summary: String
  /// Paragraphs below the summary on the command's own page.
  var details: [String] = []
  var examples: [Example] = []
  /// What follows `kubectl` in the usage line.
  let usage: String
  var flags: [FlagRow] = []
  var subcommands: [Command] = []
  var arguments: ArgumentKind = .none
  /// Not listed in help, still understood.
  var isHidden = false
  /// Talks to no cluster, so that none has to be there.
  var isOffline = false
  /// A command that only holds others has nothing to run.
  var run: (@Sendable (Invocation) async throws -> Int32)?
}

struct Example: Sendable {
  let purpose: String
  let line: String

  init(_ purpose: String, _ line: String) {
    self.purpose = purpose
    self.line = line
  }
}

/// The headings of the overview.
enum CommandGroup: String, Sendable, CaseIterable {
  case beginner = "Basic Commands (Beginner)"
  case intermediate = "Basic Commands (Intermediate)"
  case deploy = "Deploy Commands"
  case cluster = "Cluster Management Commands"
  case debugging = "Troubleshooting and Debugging Commands"
  case advanced = "Advanced Commands"
  case settings = "Settings Commands"
  case other = "Other Commands"
}

/// What a command's arguments name, for completion.
enum ArgumentKind: Sendable {
  case none
  /// `TYPE NAME…` or `TYPE/NAME…`, of any kind or of some, and what may stand behind the names.
  case resources(of: [String] = [], then: Detail? = nil)
  /// `POD` or `TYPE/NAME`.
  case pods
  case nodes
  /// Two files, one of them in a pod.
  case copies
  /// A kind with a path of fields behind it.
  case fieldPath
  case command
  case contexts
  case shells

  static let resources = ArgumentKind.resources()

  /// What is said of the objects behind their names.
  enum Detail: Sendable {
    /// `KEY=VALUE` and `KEY-`.
    case labels, annotations
    /// `CONTAINER=IMAGE`.
    case images
  }
}

/// A command line that was understood.
struct Invocation: Sendable {
  let command: Command
  /// The words that led to the command: `["create", "namespace"]`.
  let path: [String]
  let arguments: [String]
  /// How many of the arguments stood before `--`; nil without it.
  let argumentsBeforeDashes: Int?
  let given: [String: [String]]
  var context: KubectlContext
  var io: any CommandIO

  subscript<Value>(flag: Flag<Value>) -> Value { flag.read(given[flag.row.name] ?? []) }

  func isGiven<Value>(_ flag: Flag<Value>) -> Bool { given[flag.row.name] != nil }

  /// `kubectl create namespace`.
  var commandText: String { (["kubectl"] + path).joined(separator: " ") }
}
