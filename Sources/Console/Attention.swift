internal import Synchronization

/// What the thread that waits for keys has to look after besides keys.
final class Attention: Sendable {
  struct Calls: Sendable {
    var isInterrupted = false
    /// The terminal or the program is about to go: nothing more is read.
    var hasEnded = false
    var isResized = false
    /// The program is to be stopped until the shell continues it.
    var isSuspended = false
    /// The program was stopped and goes on.
    var isContinued = false
    var hasNotices = false
    /// What the prompt says now.
    var prompt: StyledText?
  }

  let doorbell = Doorbell()
  private let calls = Mutex(Calls())

  func call(_ change: (inout Calls) -> Void) {
    calls.withLock { change(&$0) }
    doorbell.ring()
  }

  func forgetPrompt() { calls.withLock { $0.prompt = nil } }

  /// Looks without taking note; the doorbell is silent afterwards, the calls remain.
  func look() -> Calls {
    doorbell.silence()
    return calls.withLock { $0 }
  }

  /// Takes over all calls; only the end remains the end.
  func answer() -> Calls {
    doorbell.silence()
    return calls.withLock { calls in
      let taken = calls
      calls = Calls()
      calls.hasEnded = taken.hasEnded
      return taken
    }
  }
}
