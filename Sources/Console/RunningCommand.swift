internal import Glibc
internal import Synchronization

/// The command that has the terminal, if one has it, and the way to make it stop.
final class RunningCommand: Sendable {
  enum Interruption: Sendable {
    case nothingRuns, first, again
  }

  private struct State: Sendable {
    var interrupts: AsyncStream<Void>.Continuation?
    var isInterrupted = false
  }

  private let state = Mutex(State())

  /// Cancels the command's task.
  @discardableResult
  func interrupt() -> Interruption {
    state.withLock { state in
      guard let interrupts = state.interrupts else { return .nothingRuns }
      interrupts.yield()
      defer { state.isInterrupted = true }
      return state.isInterrupted ? .again : .first
    }
  }

  /// Runs the body to its end, which an interruption asks for; `meanwhile` is done beside it.
  func run(
    _ body: @escaping @Sendable () async -> Outcome, meanwhile: @escaping @Sendable () async -> Void = {}
  ) async -> (outcome: Outcome, wasInterrupted: Bool) {
    let (interrupts, continuation) = AsyncStream<Void>.makeStream()
    state.withLock { $0 = State(interrupts: continuation) }
    defer { state.withLock { $0 = State() } }
    return await withTaskGroup(of: Progress.self) { group in
      group.addTask { .finished(await body()) }
      group.addTask {
        for await _ in interrupts { return .interrupted }
        return .undisturbed
      }
      group.addTask {
        await meanwhile()
        return .undisturbed
      }
      var outcome = Outcome.continue
      var wasInterrupted = false
      for await progress in group {
        switch progress {
        case .finished(let result): outcome = result
        case .interrupted: wasInterrupted = true
        case .undisturbed: continue
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
