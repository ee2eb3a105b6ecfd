internal import Glibc
internal import Synchronization

/// Where the thread of the line editor, which cannot await, asks for completions and waits for them.
final class CompletionDesk: Sendable {
  private let requests: AsyncStream<Ticket>
  private let queue: AsyncStream<Ticket>.Continuation

  /// A question with the place for its answer.
  private final class Ticket: Sendable {
    let line: String
    let cursor: Int
    let answer = Mutex<[Completion]?>(nil)
    let answered = Doorbell()
    let (abandoned, abandon) = AsyncStream<Void>.makeStream()

    init(line: String, cursor: Int) {
      self.line = line
      self.cursor = cursor
    }
  }

  init() { (requests, queue) = AsyncStream.makeStream() }

  /// How long keys wait for an answer; whoever types on after that has lost interest in it.
  private static let patience: Duration = .milliseconds(200)

  /// Asks and waits; nil when the user pressed ^C or went on typing meanwhile, or the end has come.
  func ask(_ line: String, cursor: Int, keys: Int32, attention: Attention) -> [Completion]? {
    let ticket = Ticket(line: line, cursor: cursor)
    queue.yield(ticket)
    let limit = ContinuousClock.now + Self.patience
    while true {
      let remaining = limit - .now
      var entries = [
        pollfd(fd: ticket.answered.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: attention.doorbell.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: keys, events: Int16(POLLIN), revents: 0),
      ]
      if remaining > .zero {
        poll(&entries, 2, Int32(remaining / .milliseconds(1)) + 1)
      } else {
        poll(&entries, 3, -1)
      }
      if entries[2].revents != 0 {
        ticket.abandon.finish()
        return nil
      }
      if let answer = ticket.answer.withLock({ $0 }) { return answer }
      let calls = attention.look()
      if calls.isInterrupted || calls.hasEnded {
        ticket.abandon.finish()
        return nil
      }
    }
  }

  /// Answers until cancelled.
  func serve(_ interpreter: any Interpreter) async {
    await withDiscardingTaskGroup { group in
      for await ticket in requests {
        group.addTask {
          let answer = await withTaskGroup(of: [Completion]?.self) { race in
            race.addTask { await interpreter.complete(ticket.line, cursor: ticket.cursor) }
            race.addTask {
              for await _ in ticket.abandoned {}
              return nil
            }
            let first = await race.next() ?? nil
            race.cancelAll()
            return first ?? []
          }
          ticket.answer.withLock { $0 = answer }
          ticket.answered.ring()
        }
      }
      group.cancelAll()
    }
  }
}
