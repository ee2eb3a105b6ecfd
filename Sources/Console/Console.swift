internal import Glibc
internal import Synchronization

/// The read-eval-print loop: reads lines from whatever standard input is, and has them run.
public final class Console: Sendable {
  private let interpreter: any Interpreter
  private let historyPath: String?
  private let appearance: Appearance
  private let handlesSignals: Bool
  private let attention = Attention()
  private let desk = CompletionDesk()
  private let screen: Screen
  private let thread: InputThread
  private let isInteractive: Bool
  private let state = Mutex(State())

  private struct State: Sendable {
    /// Told when the user wants the running command to stop.
    var interrupts: AsyncStream<Void>.Continuation?
    var endingSignal: Int32?
  }

  /// - Parameters:
  ///   - historyPath: Where commands are kept between sessions; nil keeps nothing.
  ///   - handlesSignals: False for a console that shares its process with others, as in tests.
  public init(
    interpreter: any Interpreter, historyPath: String?, appearance: Appearance, input: Int32 = 0, output: Int32 = 1,
    error: Int32 = 2, handlesSignals: Bool = true
  ) {
    self.interpreter = interpreter
    self.historyPath = historyPath
    self.appearance = appearance
    self.handlesSignals = handlesSignals
    isInteractive = isatty(input) == 1 && appearance.isTerminal
    screen = Screen(input: input, output: output, error: error, isTerminal: isInteractive, attention: attention)
    thread = InputThread(input: input, attention: attention)
  }

  /// Says something that no command asked for: above a half-typed line, which is drawn again.
  public func notify(_ text: String) { screen.notify(text) }

  /// What ^C does: cancels the line that is being typed, or the command that runs.
  public func interrupt() {
    let running = state.withLock { $0.interrupts }
    if let running {
      screen.noteEchoedInterrupt()
      running.yield()
    } else {
      attention.call { $0.isInterrupted = true }
    }
  }

  /// Reads and runs until the input or the interpreter says that it is over; the result is the exit code of the program.
  public func run() async -> Int32 {
    let signals = handlesSignals ? subscribeToSignals() : nil
    defer { signals?.cancel() }
    let code = await withTaskCancellationHandler {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.desk.serve(self.interpreter) }
        let code = await converse()
        group.cancelAll()
        return code
      }
    } onCancel: {
      end()
    }
    await thread.finish()
    if isInteractive {
      TerminalMode.restoreAll()
      TerminalMode.forget(screen.input)
    }
    return code
  }

  private func subscribeToSignals() -> SignalRelay.Subscription {
    // A reader that went away is an error of the write, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    CrashSignals.restoreTerminal()
    return SignalRelay.shared.subscribe([SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT]) { signal in
      switch signal {
      case SIGINT: self.interrupt()
      case SIGWINCH: self.attention.call { $0.isResized = true }
      case SIGTSTP:
        // The editor gives the terminal back first; a command has it as the shell wants it.
        if self.screen.isEditing {
          self.attention.call { $0.isSuspended = true }
        } else {
          SignalRelay.shared.stopProcess()
        }
      case SIGCONT: self.attention.call { $0.isContinued = true }
      default:
        self.state.withLock { $0.endingSignal = signal }
        self.end()
      }
    }
  }

  /// Nothing more is read, and the running command is cancelled.
  private func end() {
    attention.call { $0.hasEnded = true }
    state.withLock { $0.interrupts }?.yield()
  }

  private func converse() async -> Int32 {
    await thread.open { [screen, attention, appearance, desk, historyPath, isInteractive] in
      if isInteractive, appearance.movesCursor,
        let lines = EditedLines(
          screen: screen, attention: attention, appearance: appearance, desk: desk,
          history: historyPath.map { HistoryFile(path: $0) })
      {
        return lines
      }
      return PlainLines(screen: screen, attention: attention, isTerminal: isInteractive)
    }
    var lastExitCode: Int32 = 0
    while true {
      switch await readCommand() {
      case .endOfInput:
        if let signal = state.withLock({ $0.endingSignal }) { return 128 + signal }
        return isInteractive ? 0 : lastExitCode
      case .hungUp: return 128 + SIGHUP
      case .interrupted:
        lastExitCode = 128 + SIGINT
        if !isInteractive { return lastExitCode }
      case .line(let command):
        if command.allSatisfy(\.isWhitespace) { continue }
        let (outcome, wasInterrupted) = await perform(command)
        lastExitCode = outcome.exitCode
        if let signal = state.withLock({ $0.endingSignal }) { return 128 + signal }
        if screen.isBroken { return 128 + SIGPIPE }
        if outcome.quits || wasInterrupted && !isInteractive { return lastExitCode }
      }
    }
  }

  /// Reads lines until they make a whole command.
  private func readCommand() async -> LineRead {
    let prompt = await interpreter.prompt()
    var command: String?
    while true {
      let read = await thread.readLine(prompt: command == nil ? prompt.text : prompt.continuation)
      switch read {
      case .interrupted, .hungUp: return read
      // What there is of an unfinished command goes to the interpreter, which knows what is missing.
      case .endOfInput: return command.map { .line($0) } ?? .endOfInput
      case .line(let line):
        let text = command.map { $0 + "\n" + line } ?? line
        if interpreter.isComplete(text) { return .line(text) }
        command = text
      }
    }
  }

  private func perform(_ command: String) async -> (outcome: Outcome, wasInterrupted: Bool) {
    var appearance = appearance
    if let size = WindowSize.of(screen.output) { appearance.width = size.columns }
    let session = ConsoleSession(appearance: appearance, screen: screen, thread: thread)
    let (interrupts, continuation) = AsyncStream<Void>.makeStream()
    state.withLock { $0.interrupts = continuation }
    defer { state.withLock { $0.interrupts = nil } }
    if attention.look().hasEnded { continuation.yield() }
    return await withTaskGroup(of: Progress.self) { group in
      group.addTask { [interpreter] in .finished(await interpreter.run(command, in: session)) }
      group.addTask {
        for await _ in interrupts { return .interrupted }
        return .undisturbed
      }
      // While the command already works: the disk may be slow.
      await thread.remember(command)
      var outcome = Outcome.continue
      var wasInterrupted = false
      for await progress in group {
        switch progress {
        case .finished(let result): outcome = result
        case .interrupted: wasInterrupted = true
        case .undisturbed: break
        }
        group.cancelAll()
      }
      // A command that ends because it was told to has not simply succeeded.
      if wasInterrupted, outcome.exitCode == 0 { outcome.exitCode = 128 + SIGINT }
      return (outcome, wasInterrupted)
    }
  }

  private enum Progress: Sendable {
    case finished(Outcome)
    case interrupted, undisturbed
  }
}
