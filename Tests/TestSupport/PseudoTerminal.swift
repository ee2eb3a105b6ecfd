internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemIO
public import Testing

/// A terminal as a person has it: keys go in, a screen comes out, and a program runs in it.
///
/// ```swift
/// try await PseudoTerminal.run(BuiltProgram.path("podium")) { terminal in
///   try await terminal.expect("podium>")
///   try await terminal.type("get pods\r")
///   try await terminal.expect("No resources found in default namespace.")
///   try await terminal.press(.controlD)
///   #expect(try await terminal.waitForEnd() == .exited(0))
/// }
/// ```
public final class PseudoTerminal: Sendable {
  /// The program in the terminal; nil when the test itself holds the program's side.
  public let program: ChildProgram?
  private let master: Descriptor
  /// The test's hold on the program's side; -1 when a program has it, so that its end is seen.
  private let programSide: Int32
  private let state = Mutex(State())

  private struct State: Sendable {
    var screen = TerminalScreen()
    var output: [UInt8] = []
    var mark = TerminalScreen.Position.start
    var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    var nextWatcher = 0
    var isClosed = false
  }

  /// A key or a chord that has no letter.
  public enum Key: String, Sendable, CaseIterable {
    case enter = "\r"
    case tab = "\t"
    case escape = "\u{1B}"
    case backspace = "\u{7F}"
    case up = "\u{1B}[A"
    case down = "\u{1B}[B"
    case right = "\u{1B}[C"
    case left = "\u{1B}[D"
    case home = "\u{1B}[H"
    case end = "\u{1B}[F"
    case controlA = "\u{01}"
    case controlC = "\u{03}"
    case controlD = "\u{04}"
    case controlE = "\u{05}"
    case controlL = "\u{0C}"
    case controlR = "\u{12}"
    case controlU = "\u{15}"
    case controlW = "\u{17}"
    case controlZ = "\u{1A}"
    case controlBackslash = "\u{1C}"
  }

  /// Runs a program with this as its controlling terminal; whatever happens, the program has ended afterwards.
  public static func run<Result: Sendable>(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], folder: String? = nil,
    columns: Int = 80, rows: Int = 24, _ body: @escaping @Sendable (PseudoTerminal) async throws -> Result
  ) async throws -> Result {
    let pair = try Pair.open(columns: columns, rows: rows)
    let child: ChildProgram
    do {
      let environment = ["TERM": "xterm"].merging(environment) { $1 }
      child = try ChildProgram(program, arguments, environment: environment, folder: folder, terminal: pair.path)
    } catch {
      pair.close()
      throw error
    }
    defer { child.kill() }
    return try await PseudoTerminal(pair, program: child, columns, rows).serve(body)
  }

  /// Opens a terminal whose other side the test gives to code in its own process; it sends no signals there.
  public static func open<Result: Sendable>(
    columns: Int = 80, rows: Int = 24,
    _ body: @escaping @Sendable (PseudoTerminal, _ programSide: Int32) async throws -> Result
  ) async throws -> Result {
    let pair = try Pair.open(columns: columns, rows: rows)
    return try await PseudoTerminal(pair, program: nil, columns, rows).serve { terminal in
      try await body(terminal, terminal.programSide)
    }
  }

  private struct Pair {
    var master: Int32
    var slave: Int32
    var path: String

    static func open(columns: Int, rows: Int) throws(SystemCallError) -> Pair {
      let master = try systemCall("posix_openpt") { posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) }
      do throws(SystemCallError) {
        try systemCall("unlockpt") { unlockpt(master) }
        var name = [CChar](repeating: 0, count: 128)
        try systemCall("ptsname") { ptsname_r(master, &name, name.count) == 0 ? 0 : -1 }
        let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        try systemCall("ioctl TIOCSWINSZ") { clinux_ioctl_pointer(master, UInt(TIOCSWINSZ), &size) }
        return Pair(master: master, slave: try Files.open(path, O_RDWR | O_NOCTTY), path: path)
      } catch {
        Glibc.close(master)
        throw error
      }
    }

    func close() {
      Glibc.close(master)
      Glibc.close(slave)
    }
  }

  private init(_ pair: Pair, program: ChildProgram?, _ columns: Int, _ rows: Int) {
    self.program = program
    programSide = program == nil ? pair.slave : -1
    if program != nil { Glibc.close(pair.slave) }
    master = Descriptor(adopting: pair.master, name: pair.path)
    state.withLock { $0.screen = TerminalScreen(columns: columns, rows: rows) }
  }

  deinit {
    if programSide >= 0 { Glibc.close(programSide) }
  }

  private func serve<Result: Sendable>(
    _ body: @escaping @Sendable (PseudoTerminal) async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.readEverything() }
      defer { group.cancelAll() }
      return try await body(self)
    }
  }

  private func readEverything() async {
    while let bytes = try? await master.read(), !bytes.isEmpty { take(bytes) }
    let watchers = state.withLock { state in
      state.isClosed = true
      return state.watchers.values
    }
    for watcher in watchers { watcher.finish() }
  }

  private func take(_ bytes: [UInt8]) {
    let watchers = state.withLock { state in
      state.screen.write(bytes)
      state.output += bytes
      return state.watchers.values
    }
    for watcher in watchers { watcher.yield() }
  }

  // MARK: Keys

  public func type(_ text: String) async throws { try await master.write(Array(text.utf8)) }

  public func type(bytes: [UInt8]) async throws { try await master.write(bytes) }

  public func press(_ keys: Key...) async throws {
    for key in keys { try await type(key.rawValue) }
  }

  /// Types the text the way a terminal hands over a clipboard.
  public func paste(_ text: String) async throws {
    let text = text.replacing("\n", with: "\r")
    try await type(screen.marksPastes ? "\u{1B}[200~\(text)\u{1B}[201~" : text)
  }

  public func resize(columns: Int, rows: Int) throws {
    state.withLock { $0.screen.resize(columns: columns, rows: rows) }
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    try systemCall("ioctl TIOCSWINSZ") { clinux_ioctl_pointer(master.number, UInt(TIOCSWINSZ), &size) }
  }

  /// Closes the window: the program's session is told by SIGHUP.
  public func hangUp() { master.close() }

  // MARK: Screen

  public var screen: TerminalScreen { state.withLock { $0.screen } }

  /// Every byte that the program wrote, control sequences included.
  public var output: [UInt8] { state.withLock { $0.output } }

  /// Waits until the pattern stands on the screen or in the scrollback, after the end of the match before.
  public func expect(_ pattern: TextPattern, within limit: Duration = .seconds(30)) async throws {
    try await wait(limit, "the text \"\(pattern)\" after what was expected before") { state in
      guard let end = state.screen.end(of: pattern, after: state.mark) else { return false }
      state.mark = end
      return true
    }
  }

  /// Waits until the screen as a whole is as the condition wants it.
  public func expectScreen(
    _ what: String, within limit: Duration = .seconds(30),
    _ condition: @escaping @Sendable (TerminalScreen) -> Bool
  ) async throws {
    try await wait(limit, what) { condition($0.screen) }
  }

  private func wait(
    _ limit: Duration, _ what: String, until condition: @escaping @Sendable (inout State) -> Bool
  ) async throws {
    let (changes, watcher) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    // A first look without waiting, which also sees what came before the watcher was there.
    watcher.yield()
    let (key, isClosed) = state.withLock { state in
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = watcher
      return (state.nextWatcher, state.isClosed)
    }
    defer { state.withLock { $0.watchers[key] = nil } }
    if isClosed { watcher.finish() }
    do {
      try await withTimeLimit(limit, "\(what); the terminal shows:\n\(self.screen.text)") {
        for await _ in changes {
          if self.state.withLock({ condition(&$0) }) { return }
        }
        try Task.checkCancellation()
        if self.state.withLock({ condition(&$0) }) { return }
        throw TimeLimitExceeded(description: "the terminal closed before \(what)")
      }
    } catch is CancellationError {
      throw TimeLimitExceeded(description: "not within \(limit): \(what); the terminal shows:\n\(screen.text)")
    }
  }

  // MARK: Program

  /// Waits for the end of the program; what it wrote last is on the screen then.
  public func waitForEnd(within limit: Duration = .seconds(30)) async throws -> ProgramEnd {
    guard let program else { preconditionFailure("no program runs in this terminal") }
    let end = try await withTimeLimit(limit, "end of the program; the terminal shows:\n\(self.screen.text)") {
      try await program.waitForEnd()
    }
    // Processes that it left behind may hold the terminal open; what it wrote itself is here in a moment.
    try? await Deadline.wait("the last output", within: .seconds(1)) { self.state.withLock { $0.isClosed } }
    return end
  }

  /// Whether typed lines are echoed and edited by the terminal itself, as a shell expects to find them.
  public var isCooked: Bool {
    var mode = termios()
    // Both sides of a pseudo-terminal tell the same.
    tcgetattr(master.number, &mode)
    let flags = tcflag_t(ICANON | ECHO | ISIG)
    return mode.c_lflag & flags == flags && mode.c_oflag & tcflag_t(OPOST) != 0
  }
}

extension PseudoTerminal: CustomTestStringConvertible {
  /// What failed expectations show: the screen, not the machinery.
  public var testDescription: String { "terminal showing:\n\(screen.text)" }
}

extension TerminalScreen: CustomTestStringConvertible {
  public var testDescription: String { "screen:\n\(text)" }
}
