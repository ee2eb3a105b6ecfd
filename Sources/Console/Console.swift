internal import Glibc
internal import Synchronization

/// The read-eval-print loop: reads lines from whatever standard input is, and has them run.
public final class Console: Sendable {
  private let interpreter: any Interpreter
  private let appearance: Appearance
  private let handlesSignals: Bool
  private let attention = Attention()
  private let desk = CompletionDesk()
  private let screen: Screen
  private let thread: InputThread
  private let history: HistoryKeeper?
  private let isInteractive: Bool
  private let command = RunningCommand()
  /// The signal that ended the session, or 0.
  private let endingSignal = Atomic<Int32>(0)
  /// Whether the first line of a command is being typed, behind the prompt and not behind its continuation.
  private let asksForCommand = AskingFlag()

  /// - Parameters:
  ///   - historyPath: Where commands are kept between sessions; nil keeps nothing.
  ///   - handlesSignals: False for a console that shares its process with others, as in tests.
  public init(
    interpreter: any Interpreter, historyPath: String?, appearance: Appearance, input: Int32 = 0, output: Int32 = 1,
    error: Int32 = 2, handlesSignals: Bool = true
  ) {
    self.interpreter = interpreter
    self.appearance = appearance
    self.handlesSignals = handlesSignals
    isInteractive = isatty(input) == 1 && appearance.isTerminal
    screen = Screen(input: input, output: output, error: error, isTerminal: isInteractive, attention: attention) {
      [command] in command.interrupt()
    }
    thread = InputThread(input: input, attention: attention)
    history = historyPath.map { [screen] in HistoryKeeper(file: HistoryFile(path: $0), screen: screen) }
  }

  /// Says something that no command asked for: above a half-typed line, which is drawn again, or below the output of
  /// the command that runs.
  public func notify(_ text: String) { screen.notifyBetweenCommands(text) }

  /// Draws the prompt anew where it has changed while a line is being typed.
  public func renewPrompt() {
    guard asksForCommand.isSet else { return }
    Task { [interpreter, attention, asksForCommand] in
      let prompt = await interpreter.prompt()
      if asksForCommand.isSet { attention.call { $0.prompt = prompt.text } }
    }
  }

  /// What ^C does: cancels the line that is being typed, or the command that runs.
  public func interrupt() {
    switch command.interrupt() {
    case .nothingRuns: attention.call { $0.isInterrupted = true }
    case .first: screen.noteEchoedInterrupt()
    case .again:
      screen.noteEchoedInterrupt()
      screen.notify("The command has been told to stop and has not ended yet.")
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
    // What waited for the last command is still worth saying.
    screen.enter(.running)
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
    // As in other shells: the key that ends a program at once is not for the one that started it.
    if isInteractive { signal(SIGQUIT, SIG_IGN) }
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
        self.endingSignal.store(signal, ordering: .relaxed)
        self.end()
      }
    }
  }

  /// Nothing more is read, and the running command is cancelled.
  private func end() {
    attention.call { $0.hasEnded = true }
    command.interrupt()
  }

  private func converse() async -> Int32 {
    let past = isInteractive ? await history?.load() ?? [] : []
    await thread.open { [screen, attention, appearance, desk, isInteractive] in
      if isInteractive, appearance.movesCursor,
        let lines = EditedLines(
          screen: screen, attention: attention, appearance: appearance, desk: desk, history: past)
      {
        return lines
      }
      return PlainLines(screen: screen, attention: attention, isTerminal: isInteractive)
    }
    if isInteractive {
      _ = await command.run { [interpreter, session] in
        await interpreter.begin(in: session())
        return .continue
      }
    }
    var lastExitCode: Int32 = 0
    while true {
      switch await readCommand() {
      case .endOfInput:
        if let code = codeOfEndingSignal { return code }
        return isInteractive ? 0 : lastExitCode
      case .hungUp: return 128 + SIGHUP
      case .interrupted:
        lastExitCode = 128 + SIGINT
        if !isInteractive { return lastExitCode }
      case .line(let line):
        if line.allSatisfy(\.isWhitespace) { continue }
        let (outcome, wasInterrupted) = await perform(line)
        lastExitCode = outcome.exitCode
        if let code = codeOfEndingSignal { return code }
        if screen.isBroken { return 128 + SIGPIPE }
        if outcome.quits || wasInterrupted && !isInteractive { return lastExitCode }
      }
    }
  }

  private var codeOfEndingSignal: Int32? {
    let signal = endingSignal.load(ordering: .relaxed)
    return signal == 0 ? nil : 128 + signal
  }

  /// Reads lines until they make a whole command.
  private func readCommand() async -> LineRead {
    let prompt = await interpreter.prompt()
    var command: String?
    while true {
      asksForCommand.isSet = command == nil
      let read = await thread.readLine(prompt: command == nil ? prompt.text : prompt.continuation)
      asksForCommand.isSet = false
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

  /// What the next command has of the terminal, whose width may have changed.
  private func session() -> ConsoleSession {
    var appearance = appearance
    if let size = WindowSize.of(screen.output) { appearance.width = size.columns }
    return ConsoleSession(appearance: appearance, screen: screen, thread: thread)
  }

  private func perform(_ line: String) async -> (outcome: Outcome, wasInterrupted: Bool) {
    let session = session()
    if isInteractive, HistoryFile.keeps(line) { await thread.remember(line) }
    return await command.run { [interpreter] in
      await interpreter.run(line, in: session)
    } meanwhile: { [history, isInteractive, command, attention] in
      // The end may have come between the line and its command.
      if attention.look().hasEnded { command.interrupt() }
      if isInteractive, HistoryFile.keeps(line) { await history?.append(line) }
    }
  }
}

private final class AskingFlag: Sendable {
  private let state = Atomic(false)

  var isSet: Bool {
    get { state.load(ordering: .relaxed) }
    set { state.store(newValue, ordering: .relaxed) }
  }
}
