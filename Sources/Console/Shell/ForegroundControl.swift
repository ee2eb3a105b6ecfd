internal import Glibc
internal import Synchronization

/// Lends the terminal to programs of the machine, a group of processes at a time, and takes it back as it was.
final class ForegroundControl: Sendable {
  private struct State {
    var borrower: pid_t?
    var modeBefore: termios?
  }

  private let terminal: Int32
  private let state = Mutex<State>(State())

  /// Nil where there is nobody to share a terminal with.
  init?(terminal: Int32) {
    guard isatty(terminal) == 1, tcgetpgrp(terminal) == getpgrp() else { return nil }
    self.terminal = terminal
    // Whoever is behind must be able to take the terminal back.
    signal(SIGTTOU, SIG_IGN)
  }

  /// Before a program starts that may change the terminal at once.
  func rememberMode() { state.withLock { remember(&$0) } }

  private func remember(_ state: inout State) {
    if state.borrower != nil || state.modeBefore != nil { return }
    var before = termios()
    if tcgetattr(terminal, &before) == 0 { state.modeBefore = before }
  }

  /// The terminal's keys go to the group, with the terminal as the group left it the last time.
  func lend(to group: pid_t, mode: termios? = nil) {
    state.withLock { state in
      remember(&state)
      state.borrower = group
      tcsetpgrp(terminal, group)
      if var mode { tcsetattr(terminal, TCSADRAIN, &mode) }
    }
  }

  /// The keys are ours again; the result is how the borrower left the terminal.
  @discardableResult
  func takeBack() -> termios? {
    state.withLock { state in
      guard state.borrower != nil else { return nil }
      var left = termios()
      let isKnown = tcgetattr(terminal, &left) == 0
      tcsetpgrp(terminal, getpgrp())
      if var before = state.modeBefore { tcsetattr(terminal, TCSADRAIN, &before) }
      state = State()
      return isKnown ? left : nil
    }
  }

  func isLent(to group: pid_t) -> Bool { state.withLock { $0.borrower == group } }
}
