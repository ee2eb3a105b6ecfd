internal import Glibc

/// What a running command has of the terminal.
public struct ConsoleSession: Sendable {
  public let appearance: Appearance
  let screen: Screen
  let thread: InputThread
  /// Sees everything that the command writes.
  private var witness: (@Sendable ([UInt8]) -> Void)?

  init(appearance: Appearance, screen: Screen, thread: InputThread) {
    self.appearance = appearance
    self.screen = screen
    self.thread = thread
  }

  /// The same for a command whose words somebody else sees as well; programs of the machine write past it.
  public func witnessed(by witness: @escaping @Sendable ([UInt8]) -> Void) -> ConsoleSession {
    var session = self
    session.witness = witness
    return session
  }

  /// The descriptors, for a program that is started on them.
  public var input: Int32 { screen.input }
  public var output: Int32 { screen.output }
  public var error: Int32 { screen.error }

  /// Whether nobody reads any more what is written.
  var isBroken: Bool { screen.isBroken }

  public func write(_ text: some StringProtocol) { write(bytes: Array(text.utf8)) }

  public func write(bytes: [UInt8]) {
    witness?(bytes)
    screen.write(bytes)
  }

  public func write(_ text: StyledText) { write(text.rendered(in: appearance)) }

  public func writeError(_ text: some StringProtocol) { writeError(bytes: Array(text.utf8)) }

  public func writeError(bytes: [UInt8]) {
    witness?(bytes)
    screen.writeError(bytes)
  }

  /// Has the witness see what is going to be shown by `writePage`, or by a program.
  func bearWitness(to text: String) { witness?(Array(text.utf8)) }

  /// Shows what is to be wiped away again, and wipes it away.
  func draw(_ text: String) { screen.draw(text) }

  /// Shows a piece of what was witnessed as a whole.
  func writePage(_ text: String) { screen.write(Array(text.utf8)) }

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
