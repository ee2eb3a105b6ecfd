internal import Glibc
internal import Synchronization

/// Decides when words may go to the terminal, so that nothing is written into a half-typed line.
final class Screen: Sendable {
  enum Phase: Sendable {
    /// A command has the screen.
    case running
    /// A line is being typed: notices wait for the editor, which puts them above the line.
    case editing
    /// A program elsewhere draws on the screen: notices wait until it is done.
    case raw
  }

  private struct State: Sendable {
    var phase = Phase.running
    /// Whether the cursor stands behind text that a command wrote without ending its line.
    var isMidLine = false
    var held: [String] = []
    /// Since when notices wait for the running command.
    var waitsSince: ContinuousClock.Instant?
    var isBroken = false

    mutating func takeHeld() -> [String] {
      defer {
        held = []
        waitsSince = nil
      }
      return held
    }
  }

  let input: Int32
  let output: Int32
  let error: Int32
  private let isTerminal: Bool
  private let attention: Attention
  private let whenBroken: @Sendable () -> Void
  private let state = Mutex(State())

  /// `whenBroken` is called once, when nobody takes the output any more.
  init(
    input: Int32, output: Int32, error: Int32, isTerminal: Bool, attention: Attention,
    whenBroken: @escaping @Sendable () -> Void
  ) {
    self.whenBroken = whenBroken
    self.input = input
    self.output = output
    self.error = error
    self.isTerminal = isTerminal
    self.attention = attention
  }

  /// Whether nobody reads any more what is written.
  var isBroken: Bool { state.withLock { $0.isBroken } }

  var isEditing: Bool { state.withLock { $0.phase == .editing } }

  /// Output of a command.
  func write(_ bytes: [UInt8]) {
    let hasJustBroken = state.withLock { state in
      if state.isBroken { return false }
      state.isBroken = !writeAll(bytes, to: output)
      if let last = bytes.last { state.isMidLine = last != UInt8(ascii: "\n") }
      return state.isBroken
    }
    if hasJustBroken { whenBroken() }
  }

  func writeError(_ bytes: [UInt8]) {
    state.withLock { state in
      _ = writeAll(bytes, to: error)
      if isTerminal, let last = bytes.last { state.isMidLine = last != UInt8(ascii: "\n") }
    }
  }

  /// Says something that no command asked for: at once, or above the line that is being typed.
  func notify(_ text: String) {
    let isHeld = state.withLock { state in
      switch state.phase {
      case .running:
        let start = isTerminal && state.isMidLine ? "\n" : ""
        // Somebody else reads standard output when it is no terminal: a notice is not part of the answer.
        _ = writeAll(Array((start + text + "\n").utf8), to: isTerminal ? output : error)
        state.isMidLine = false
        return false
      case .editing, .raw:
        state.held.append(text)
        return state.phase == .editing
      }
    }
    if isHeld { attention.call { $0.hasNotices = true } }
  }

  /// How long a notice waits for the end of a command that goes on and on.
  private static let patience = Duration.seconds(1)

  /// Says something that is not worth tearing a command's output apart: when the command has ended, or in its midst
  /// after a moment, for commands that follow what comes.
  func notifyBetweenCommands(_ text: String) {
    let waits = state.withLock { state in
      guard isTerminal, state.phase == .running else { return false }
      state.held.append(text)
      state.waitsSince = state.waitsSince ?? .now
      return true
    }
    guard waits else { return notify(text) }
    Task {
      try? await Task.sleep(for: Self.patience)
      sayWhatHasWaited()
    }
  }

  private func sayWhatHasWaited() {
    state.withLock { state in
      guard state.phase == .running, let since = state.waitsSince, .now - since >= Self.patience else { return }
      let start = state.isMidLine ? "\n" : ""
      _ = writeAll(Array((start + state.takeHeld().map { $0 + "\n" }.joined()).utf8), to: output)
      state.isMidLine = false
    }
  }

  /// The notices that wait for the editor.
  func takeNotices() -> [String] { state.withLock { $0.takeHeld() } }

  /// Hands the screen over. A new phase begins on a new line, below what had to wait.
  func enter(_ phase: Phase) {
    state.withLock { state in
      guard isTerminal else { return }
      if phase == .editing || !state.held.isEmpty, state.isMidLine, state.phase != .editing {
        _ = writeAll([UInt8(ascii: "\n")], to: output)
        state.isMidLine = false
      }
      if phase != .raw {
        _ = writeAll(Array(state.takeHeld().map { $0 + "\n" }.joined().utf8), to: output)
      }
      state.phase = phase
    }
  }

  /// The program elsewhere is done, unless somebody else has taken over the screen meanwhile.
  func leaveRaw() {
    if state.withLock({ $0.phase == .raw }) { enter(.running) }
  }

  /// The terminal has echoed ^C behind the output of the command.
  func noteEchoedInterrupt() {
    state.withLock { state in
      guard isTerminal, state.phase == .running else { return }
      _ = writeAll([UInt8(ascii: "\n")], to: output)
      state.isMidLine = false
    }
  }

  /// Draws for the editor, which knows what it does.
  func draw(_ text: String) { _ = writeAll(Array(text.utf8), to: output) }
}

/// Writes to a descriptor that may also be somebody else's; false when it takes nothing any more.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 {
      rest = rest.dropFirst(count)
    } else if errno == EAGAIN {
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&entry, 1, -1)
    } else if errno != EINTR {
      return false
    }
  }
  return true
}
