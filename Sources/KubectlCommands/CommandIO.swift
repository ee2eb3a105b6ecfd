public import KubernetesAPI
public import SystemIO

/// Where a command's output goes and its input comes from: a terminal, a pipe, a test.
public protocol CommandIO: Sendable {
  /// Throws when nobody reads any more; the command ends then.
  func write(_ bytes: [UInt8]) async throws
  func writeError(_ bytes: [UInt8]) async
  /// The next piece of standard input; nil at its end.
  func read() async throws -> [UInt8]?
  /// Set when standard input is a terminal.
  var terminal: (any CommandTerminal)? { get }
}

/// The terminal that a command may take over, for `exec -it` and `attach -it`.
public protocol CommandTerminal: Sendable {
  var size: TerminalSize { get }
  /// The size now, and each time it changes.
  func sizes() -> AsyncStream<TerminalSize>
  /// Gives the terminal to a program until it ends, and takes it back as it was; the result is the exit code.
  func run(_ program: ProcessLaunch) async throws -> Int32
  /// While the body runs, keys go through as they are typed, unread by the terminal.
  func withRawMode(_ body: () async throws -> Int32) async throws -> Int32
}

extension CommandIO {
  public func print(_ text: String) async throws { try await write(Array(text.utf8)) }
  public func printError(_ text: String) async { await writeError(Array(text.utf8)) }
}
