internal import Synchronization

/// One client's connection, over which exchanges come one after the other.
final class HTTPConnection: Sendable {
  private struct State {
    var exchange: HTTPExchange?
    /// When the next request must be there; nil while an exchange is under way.
    var deadline: ContinuousClock.Instant?
    var hangUp: HangUp = .none
  }

  enum HangUp: Int, Sendable, Comparable {
    case none
    /// The client will send nothing more; it may still be reading.
    case half
    case complete

    static func < (one: HangUp, other: HangUp) -> Bool { one.rawValue < other.rawValue }
  }

  /// libmicrohttpd overlooks the end of a stream that arrives together with half a request.
  private static let timeToNoticeTheEnd: Duration = .seconds(1)

  let descriptor: Int32
  private let limits: HTTPServerLimits
  /// Is told of deadlines.
  private let watch: ConnectionWatch
  private let state: Mutex<State>

  init(descriptor: Int32, limits: HTTPServerLimits, watch: ConnectionWatch) {
    self.descriptor = descriptor
    self.limits = limits
    self.watch = watch
    state = Mutex(State(deadline: .now + limits.requestTime))
  }

  /// How far the client has hung up.
  var hangUp: HangUp { state.withLock { $0.hangUp } }

  func begin(_ exchange: HTTPExchange) { state.withLock { $0.exchange = exchange } }

  /// The request has been read: from here on the server is the one that takes its time.
  func requestIsComplete() { state.withLock { $0.deadline = nil } }

  func end(_ exchange: HTTPExchange) {
    let deadline = state.withLock { state in
      state.exchange = nil
      let deadline = ContinuousClock.now + (state.hangUp == .none ? limits.idleTime : Self.timeToNoticeTheEnd)
      state.deadline = deadline
      return deadline
    }
    watch.look(at: deadline)
  }

  var deadline: ContinuousClock.Instant? { state.withLock(\.deadline) }

  /// Whether the deadline is over; it is told once, because each telling cuts the connection off, and that is an event
  /// of its own.
  func takeLateness(_ now: ContinuousClock.Instant) -> Bool {
    state.withLock { state in
      guard let deadline = state.deadline, deadline <= now else { return false }
      state.deadline = nil
      return true
    }
  }

  func hungUp(completely: Bool) {
    let (exchange, hangUp, deadline) = state.withLock { state in
      state.hangUp = max(state.hangUp, completely ? .complete : .half)
      if let deadline = state.deadline { state.deadline = min(deadline, .now + Self.timeToNoticeTheEnd) }
      return (state.exchange, state.hangUp, state.deadline)
    }
    if let deadline { watch.look(at: deadline) }
    exchange?.clientHungUp(hangUp)
  }

  func cancel() { state.withLock { $0.exchange }?.cancel() }

  func abort() { state.withLock { $0.exchange }?.abort() }
}
