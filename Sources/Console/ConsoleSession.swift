internal import Glibc

/// What a running command has of the terminal.
public struct ConsoleSession: Sendable {
  public let appearance: Appearance
  let screen: Screen
  let thread: InputThread

  /// The descriptors, for a program that is started on them.
  public var input: Int32 { screen.input }
  public var output: Int32 { screen.output }
  public var error: Int32 { screen.error }

  /// Whether nobody reads any more what is written.
  var isBroken: Bool { screen.isBroken }

  public func write(_ text: some StringProtocol) { screen.write(Array(text.utf8)) }

  public func write(bytes: [UInt8]) { screen.write(bytes) }

  public func write(_ text: StyledText) { write(text.rendered(in: appearance)) }

  public func writeError(_ text: some StringProtocol) { screen.writeError(Array(text.utf8)) }

  public func writeError(bytes: [UInt8]) { screen.writeError(bytes) }

  /// Says something beside the command's own output; safe from any task, also after the command has ended.
  public func notify(_ text: String) { screen.notify(text) }

  /// Reads standard input for the command: a line, or a key in raw mode, at a time; empty at the end.
  public func readInput(upTo limit: Int = 65_536) async throws -> [UInt8] {
    try await thread.readBytes(upTo: limit)
  }

  /// Gives all keys to the body, ^C included, and keeps notices back meanwhile; for programs elsewhere that draw themselves.
  public func withRawTerminal<Result>(_ body: () async throws -> Result) async throws -> Result {
    screen.enter(.raw)
    defer { screen.enter(.running) }
    return try await TerminalMode.withRaw(input, body)
  }

  /// Keeps notices back while another program of this machine has the terminal, which is taken back as it was.
  func withoutDrawing<Result>(_ body: () async throws -> Result) async throws -> Result {
    screen.enter(.raw)
    defer { screen.enter(.running) }
    return try await TerminalMode.keeping(input, body)
  }

  /// The size of the terminal now and after every change.
  public func windowSizes() -> AsyncStream<WindowSize> { WindowSize.changes(of: output) }
}
