internal import Glibc
internal import Synchronization

/// One command as a whole program, without prompt and history: what `podium kubectl …` is.
public enum SingleCommand {
  /// Runs the body with the standard descriptors and returns the exit code of the program.
  ///
  /// ^C, SIGTERM and SIGHUP cancel the body's task; a second ^C ends the program at once.
  public static func run(
    appearance: Appearance, _ body: @escaping @Sendable (ConsoleSession) async -> Outcome
  ) async -> Int32 {
    let attention = Attention()
    let command = RunningCommand()
    let screen = Screen(input: 0, output: 1, error: 2, isTerminal: appearance.isTerminal, attention: attention) {
      command.interrupt()
    }
    let thread = InputThread(input: 0, attention: attention)
    let endingSignal = Atomic<Int32>(0)
    signal(SIGPIPE, SIG_IGN)
    CrashSignals.restoreTerminal()
    let signals = SignalRelay.shared.subscribe([SIGINT, SIGTERM, SIGHUP]) { signal in
      if signal != SIGINT { endingSignal.store(signal, ordering: .relaxed) }
      if command.interrupt() == .again, signal == SIGINT { SignalRelay.shared.obey(signal) }
    }
    defer { signals.cancel() }
    let session = ConsoleSession(appearance: appearance, screen: screen, thread: thread)
    let result = await command.run { await body(session) }
    thread.stop()
    TerminalMode.restoreAll()
    let signal = endingSignal.load(ordering: .relaxed)
    if signal != 0 { return 128 + signal }
    return screen.isBroken ? 128 + SIGPIPE : result.outcome.exitCode
  }
}
