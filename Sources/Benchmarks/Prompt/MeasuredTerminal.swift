internal import Glibc
internal import SystemIO

/// A terminal with a program in it, as a person has them: keys go in, and what comes out is looked through at once.
///
/// It does not know its size, which counts as 80 columns. It blocks its thread, because whoever polls sees a byte sooner
/// than whoever is told of it.
final class MeasuredTerminal {
  private let terminal: Int32
  private let program: Int32
  private var output: [UInt8] = []
  /// Where the next search begins.
  private var seen = 0
  private var hasEnded = false

  init(_ program: String, _ arguments: [String]) throws {
    let pair = try TerminalPair.open()
    terminal = pair.holder
    var launch = ProcessLaunch(
      program, arguments,
      environment: Environment.all(with: ["TERM": "xterm", "NO_COLOR": "1"]))
    launch.startsSession = true
    launch.sessionTerminal = pair.path
    do {
      self.program = try launch.start()
    } catch {
      close(pair.holder)
      throw error
    }
  }

  deinit {
    end()
    close(terminal)
  }

  func type(_ text: String) throws {
    let bytes = Array(text.utf8)
    let count = try systemCall("write") { write(terminal, bytes, bytes.count) }
    if count < bytes.count { throw BenchmarkProblem("the terminal takes no more keys") }
  }

  /// How long it takes from the keys to the text on the screen.
  func time(typing keys: String, until text: String) throws -> Duration {
    let clock = ContinuousClock()
    let start = clock.now
    try type(keys)
    try expect(text)
    return start.duration(to: clock.now)
  }

  /// Returns when the text has come, behind what was expected before.
  func expect(_ text: String, within limit: Duration = .seconds(30)) throws {
    if try !shows(text, within: limit) {
      throw BenchmarkProblem(
        "the prompt does not show \"\(text)\"; it shows:\n" + String(decoding: output.suffix(2_000), as: UTF8.self))
    }
  }

  /// Whether the text comes in time.
  func shows(_ text: String, within limit: Duration) throws -> Bool {
    let wanted = Array(text.utf8)
    let deadline = ContinuousClock.now + limit
    while !find(wanted) {
      let remaining = deadline - .now
      var entry = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      if remaining <= .zero || poll(&entry, 1, Int32(remaining.inMilliseconds) + 1) == 0 { return false }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(terminal, &buffer, buffer.count)
      if count <= 0 { throw BenchmarkProblem("the prompt has ended") }
      output += buffer[..<count]
    }
    return true
  }

  private func find(_ wanted: [UInt8]) -> Bool {
    var start = seen
    while start + wanted.count <= output.count {
      if output[start..<(start + wanted.count)].elementsEqual(wanted) {
        seen = start + wanted.count
        return true
      }
      start += 1
    }
    return false
  }

  /// Reads away what comes until nothing does for a while.
  func settle(_ quiet: Duration = .milliseconds(200)) throws {
    // No program writes this.
    while try shows("\u{0}", within: quiet) {}
    seen = output.count
  }

  /// Ends the program, whatever it does, and everything that it runs in the terminal.
  func end() {
    if hasEnded { return }
    hasEnded = true
    kill(-program, SIGKILL)
    kill(program, SIGKILL)
    while waitpid(program, nil, 0) < 0, errno == EINTR {}
  }
}
