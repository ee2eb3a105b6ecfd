internal import Glibc
internal import Synchronization

/// A command line that runs, in front or behind the prompt.
final class Job: Sendable {
  enum Standing: Sendable, Equatable {
    case running
    /// A program in it was stopped, by ^Z or because it wanted the terminal.
    case stopped(signal: Int32)
    case ended(Outcome)
  }

  private struct State {
    var standing = Standing.running
    /// A negative number is a group of processes.
    var processes: [pid_t] = []
    var task: Task<Void, Never>?
    var waiters: [CheckedContinuation<Standing, Never>] = []
    var isInterrupted = false
    var isInFront = false
    var number: Int?
    var mode: TerminalState?
  }

  let text: String
  let output: JobOutput
  private let state = Mutex(State())

  init(text: String, output: JobOutput) {
    self.text = text
    self.output = output
  }

  /// What `jobs` and `%1` call it; none until it leaves the front.
  var number: Int? {
    get { state.withLock { $0.number } }
    set { state.withLock { $0.number = newValue } }
  }

  /// Whether the prompt waits for it.
  var isInFront: Bool {
    get { state.withLock { $0.isInFront } }
    set { state.withLock { $0.isInFront = newValue } }
  }

  /// How its programs left the terminal when they were stopped.
  var mode: TerminalState? {
    get { state.withLock { $0.mode } }
    set { state.withLock { $0.mode = newValue } }
  }

  var standing: Standing { state.withLock { $0.standing } }

  func start(_ body: @escaping @Sendable () async -> Outcome) {
    let task = Task {
      let outcome = await body()
      change(to: .ended(outcome))
    }
    let isInterrupted = state.withLock { state in
      state.task = task
      return state.isInterrupted
    }
    if isInterrupted { task.cancel() }
  }

  /// A process, or with a negative number a group of them, belongs to the job until `remove`.
  func add(_ process: pid_t) {
    let isInterrupted = state.withLock { state in
      state.processes.append(process)
      return state.isInterrupted
    }
    if isInterrupted { kill(process, SIGINT) }
  }

  func remove(_ process: pid_t) { state.withLock { $0.processes.removeAll { $0 == process } } }

  /// The group of processes that may have the terminal.
  var group: pid_t? { state.withLock { $0.processes.last { $0 < 0 }.map { -$0 } } }

  func change(to standing: Standing) {
    let waiters = state.withLock { state in
      if case .ended = state.standing { return [CheckedContinuation<Standing, Never>]() }
      state.standing = standing
      guard standing != .running else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume(returning: standing) }
  }

  /// Waits until it runs no more: it has ended, or was stopped.
  func pause() async -> Standing {
    await withCheckedContinuation { continuation in
      let standing: Standing? = state.withLock { state in
        if state.standing != .running { return state.standing }
        state.waiters.append(continuation)
        return nil
      }
      if let standing { continuation.resume(returning: standing) }
    }
  }

  /// What ^C does: commands of ours are cancelled, programs get the signal.
  func interrupt(_ signal: Int32 = SIGINT) {
    let task = state.withLock { state in
      state.isInterrupted = true
      return state.task
    }
    task?.cancel()
    send(signal)
    // What is stopped hears nothing else.
    send(SIGCONT)
  }

  /// Lets what is stopped go on.
  func `continue`() {
    change(to: .running)
    send(SIGCONT)
  }

  func send(_ signal: Int32) { for process in state.withLock({ $0.processes }) { kill(process, signal) } }
}

/// How a terminal treats keys, as a value.
// @unchecked: termios is plain numbers; its imported form merely does not say so.
struct TerminalState: @unchecked Sendable {
  var mode: termios
}
