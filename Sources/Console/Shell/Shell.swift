internal import Glibc
internal import Synchronization
internal import SystemIO

/// A small shell around the commands of a program: pipes, redirection, variables, aliases and jobs, with the machine's
/// own programs among them.
public final class Shell: Interpreter {
  struct Variable: Sendable {
    var value: String
    var isExported: Bool
  }

  struct State {
    var variables: [String: Variable] = [:]
    var aliases: [String: String] = [:]
    var lastExitCode: Int32 = 0
    /// By number; the last one in `recent` is what `%%` means.
    var jobs: [Int: Job] = [:]
    var recent: [Int] = []
  }

  let commands: any CommandSet
  /// Where the history of the prompt is kept, for the word `history`.
  let historyPath: String?
  /// A file whose lines are run before the first prompt, if it is there.
  let startupPath: String?
  let state = Mutex(State())
  private let control: ForegroundControl?

  /// - Parameter isInteractive: Whether somebody types: only then programs get the terminal as a group of their own.
  public init(
    commands: any CommandSet, isInteractive: Bool, historyPath: String? = nil, startupPath: String? = nil
  ) {
    self.commands = commands
    self.historyPath = historyPath
    self.startupPath = startupPath
    control = isInteractive ? ForegroundControl(terminal: 0) : nil
  }

  /// The words that it understands itself.
  public static let words = ShellWord.all.map(\.name)

  var sharesTerminal: Bool { control != nil }

  // MARK: The console's questions

  public func begin(in session: ConsoleSession) async {
    guard let startupPath, Files.exists(startupPath) else { return }
    do {
      _ = await run(try Files.readText(startupPath), in: session)
    } catch {
      session.writeError("podium: \(error)\n")
    }
    state.withLock { $0.lastExitCode = 0 }
  }

  public func prompt() async -> Prompt {
    let standing = state.withLock { ShellStanding(jobs: $0.jobs.count) }
    return await commands.prompt(standing)
  }

  public func isComplete(_ text: String) -> Bool {
    if Self.isEscape(text) { return true }
    do {
      _ = try CommandParser.parse(text, aliases: aliases)
      return true
    } catch .unfinished {
      return false
    } catch {
      return true
    }
  }

  /// `!ls -l` is the machine's business as a whole.
  private static func isEscape(_ text: String) -> Bool {
    let text = text.drop(while: \.isWhitespace)
    return text.first == "!" && text.dropFirst().first.map { !$0.isWhitespace } == true
  }

  public func run(_ line: String, in session: ConsoleSession) async -> Outcome {
    let text: CommandText
    do {
      if Self.isEscape(line) {
        let rest = String(line.drop(while: \.isWhitespace).dropFirst())
        let script = PipelineText(commands: [.script(rest, [])])
        text = CommandText(lists: [
          CommandList(entries: [.init(joint: .first, pipeline: script)], source: line.trimmed)
        ])
      } else {
        text = try CommandParser.parse(line, aliases: aliases)
      }
    } catch {
      session.writeError("podium: \(error)\n")
      return remember(.continue(exitCode: 2))
    }
    var outcome = Outcome.continue
    for list in text.lists {
      outcome = remember(
        list.isBackground ? startBehind(list, session) : await runInFront(newJob(list, session), list, session))
      if outcome.quits || Task.isCancelled { break }
    }
    return outcome
  }

  private func remember(_ outcome: Outcome) -> Outcome {
    state.withLock { $0.lastExitCode = outcome.exitCode }
    return outcome
  }

  // MARK: Jobs

  private func newJob(_ list: CommandList, _ session: ConsoleSession) -> Job {
    Job(text: list.source, output: JobOutput(session))
  }

  private func runInFront(_ job: Job, _ list: CommandList, _ session: ConsoleSession) async -> Outcome {
    job.isInFront = true
    job.start { [self] in
      await perform(
        list, session, job, input: .keyboard, output: .screen, errors: .screenErrors, control: control)
    }
    return await watch(job, session)
  }

  /// Waits for a job in front; it may be stopped and go behind.
  func watch(_ job: Job, _ session: ConsoleSession) async -> Outcome {
    defer { job.isInFront = false }
    let standing = await withTaskCancellationHandler {
      await job.pause()
    } onCancel: {
      job.interrupt()
    }
    switch standing {
    case .ended(let outcome):
      forget(job)
      return outcome
    case .stopped(let signal):
      let number = list(job)
      session.write("\n[\(number)]+  Stopped   \(job.text)\n")
      return .continue(exitCode: 128 + signal)
    case .running: return .continue
    }
  }

  private func startBehind(_ list: CommandList, _ session: ConsoleSession) -> Outcome {
    let job = newJob(list, session)
    let number = self.list(job)
    let sink = Endpoint.sink(job.output)
    job.start { [self] in
      let outcome = await perform(list, session, job, input: .nothing, output: sink, errors: sink, control: nil)
      job.output.finish()
      if forget(job) {
        let end = outcome.exitCode == 0 ? "Done" : "Exit \(outcome.exitCode)"
        session.notify("[\(number)]+  \(end)   \(job.text)")
      }
      return outcome
    }
    if sharesTerminal { session.write("[\(number)] \(job.text)\n") }
    return .continue
  }

  /// Puts a job in front again.
  func bringToFront(_ job: Job, _ session: ConsoleSession) async -> Outcome {
    session.write(job.text + "\n")
    job.output.bringToFront(true)
    job.isInFront = true
    if let group = job.group { control?.lend(to: group, mode: job.mode?.mode) }
    job.continue()
    let outcome = await watch(job, session)
    control?.takeBack()
    job.output.bringToFront(false)
    return outcome
  }

  /// Gives a job a number, unless it has one.
  @discardableResult
  private func list(_ job: Job) -> Int {
    let known = job.number
    let number = state.withLock { state in
      let number = known ?? (state.jobs.keys.max() ?? 0) + 1
      state.jobs[number] = job
      state.recent.removeAll { $0 == number }
      state.recent.append(number)
      return number
    }
    job.number = number
    return number
  }

  /// True when it was in the list.
  @discardableResult
  private func forget(_ job: Job) -> Bool {
    guard let number = job.number else { return false }
    return state.withLock { state in
      state.recent.removeAll { $0 == number }
      return state.jobs.removeValue(forKey: number) != nil
    }
  }

  /// `%2`, `%name`, `%%`, or nothing for the last one.
  func job(_ name: String?) -> Job? {
    state.withLock { state in
      let word = name.map { $0.hasPrefix("%") ? String($0.dropFirst()) : $0 } ?? "%"
      if let number = Int(word) { return state.jobs[number] }
      if ["%", "+", ""].contains(word) { return state.recent.last.flatMap { state.jobs[$0] } }
      return state.recent.reversed().compactMap { state.jobs[$0] }.first { $0.text.hasPrefix(word) }
    }
  }

  var jobs: [Job] { state.withLock { state in state.jobs.sorted { $0.key < $1.key }.map(\.value) } }

  /// Ends what runs behind the prompt: it lives in this program, or was started by it.
  public func endJobs() async {
    for job in jobs {
      job.interrupt(SIGHUP)
      _ = await job.pause()
    }
  }

  // MARK: Running

  private func perform(
    _ list: CommandList, _ session: ConsoleSession, _ job: Job, input: Endpoint, output: Endpoint, errors: Endpoint,
    control: ForegroundControl?
  ) async -> Outcome {
    let run = PipelineRun(
      shell: self, session: session, job: job, input: input, output: output, errors: errors, control: control)
    var outcome = Outcome.continue
    for entry in list.entries {
      switch entry.joint {
      case .ifSucceeded where outcome.exitCode != 0: continue
      case .ifFailed where outcome.exitCode == 0: continue
      default: break
      }
      outcome = remember(await run.run(entry.pipeline))
      if outcome.quits || Task.isCancelled { break }
    }
    return outcome
  }

  func expansion(_ session: ConsoleSession, _ job: Job) -> WordExpansion {
    WordExpansion(
      variable: { self.value($0) },
      output: { line in
        guard let text = try? CommandParser.parse(line, aliases: self.aliases) else {
          session.writeError("podium: the command in $(\(line)) cannot be understood\n")
          return ""
        }
        let kept = KeptBytes()
        for list in text.lists {
          _ = await self.perform(
            list, session, job, input: .keyboard, output: .sink(kept), errors: .screenErrors, control: nil)
        }
        var result = kept.text
        while result.hasSuffix("\n") { result.removeLast() }
        return result
      })
  }

  // MARK: Variables and aliases

  var aliases: [String: String] { state.withLock { $0.aliases } }

  func value(_ name: String) -> String? {
    switch name {
    case "?": return String(state.withLock { $0.lastExitCode })
    case "$": return String(getpid())
    default: return state.withLock { $0.variables[name]?.value } ?? Appearance.environmentVariable(name)
    }
  }

  func set(_ name: String, _ value: String) {
    state.withLock { state in
      // What programs know already, they go on knowing.
      let isExported = state.variables[name]?.isExported ?? (Appearance.environmentVariable(name) != nil)
      state.variables[name] = Variable(value: value, isExported: isExported)
    }
  }

  func export(_ name: String) {
    let value = value(name) ?? ""
    state.withLock { $0.variables[name] = Variable(value: value, isExported: true) }
  }

  /// The variables that programs get, as far as they were set here.
  var exported: [String: String] {
    state.withLock { state in state.variables.filter { $0.value.isExported }.mapValues(\.value) }
  }

  var path: String { value("PATH") ?? "/usr/local/bin:/usr/bin:/bin" }
}
