internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread that notices what libmicrohttpd does not: clients that hang up while their connection is suspended, and
/// clients that take too long to say what they want.
final class ConnectionWatch: Sendable {
  private struct State {
    var connections: [Int32: HTTPConnection] = [:]
    var thread: pthread_t?
    var isStopping = false
    /// When the thread looks for connections that are late; nil while none can be.
    var nextLook: ContinuousClock.Instant?
  }

  private let epoll: Int32
  private let wakeUp: Int32
  private let state = Mutex(State())

  init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(epoll >= 0 && wakeUp >= 0, "epoll_create1 or eventfd failed: \(errno)")
    _ = clinux_epoll_control(epoll, EPOLL_CTL_ADD, wakeUp, EPOLLIN.rawValue, UInt(wakeUp))
  }

  deinit {
    close(epoll)
    close(wakeUp)
  }

  func add(_ connection: HTTPConnection) {
    state.withLock { state in
      state.connections[connection.descriptor] = connection
      // Edge-triggered: each step of hanging up is told once. Plain data is libmicrohttpd's business.
      _ = clinux_epoll_control(
        epoll, EPOLL_CTL_ADD, connection.descriptor, EPOLLRDHUP.rawValue | EPOLLET.rawValue,
        UInt(connection.descriptor))
      if state.thread == nil { state.thread = startThread() }
    }
    if let deadline = connection.deadline { look(at: deadline) }
  }

  /// Has the connections looked at when the moment has come. The thread sleeps until then, however long that is.
  func look(at moment: ContinuousClock.Instant) {
    let isSooner = state.withLock { state in
      if let next = state.nextLook, next <= moment { return false }
      state.nextLook = moment
      return true
    }
    if isSooner { eventfd_write(wakeUp, 1) }
  }

  /// Called before libmicrohttpd closes the descriptor.
  func remove(_ connection: HTTPConnection) {
    state.withLock { state in
      state.connections[connection.descriptor] = nil
      _ = clinux_epoll_control(epoll, EPOLL_CTL_DEL, connection.descriptor, 0, 0)
    }
  }

  /// Asks everything that is under way to come to its end.
  func cancelAll() { for connection in all { connection.cancel() } }

  /// Ends everything that is under way.
  func abortAll() { for connection in all { connection.abort() } }

  private var all: [HTTPConnection] { state.withLock { Array($0.connections.values) } }

  /// Ends the thread.
  func stop() {
    let thread = state.withLock { state in
      state.isStopping = true
      defer { state.thread = nil }
      return state.thread
    }
    eventfd_write(wakeUp, 1)
    if let thread { pthread_join(thread, nil) }
  }

  private func startThread() -> pthread_t {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let failure = pthread_create(&thread, nil, watchThread, context)
    precondition(failure == 0, "pthread_create failed: \(failure)")
    return thread
  }

  fileprivate func run() {
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    while let timeout = timeUntilNextLook(now: .now) {
      let count = Int(epoll_wait(epoll, &events, Int32(events.count), timeout))
      for var event in events.prefix(max(0, count)) {
        let descriptor = Int32(clinux_epoll_key(&event))
        if descriptor == wakeUp {
          var count: eventfd_t = 0
          eventfd_read(wakeUp, &count)
          continue
        }
        let connection = state.withLock { $0.connections[descriptor] }
        connection?.hungUp(completely: event.events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0)
      }
    }
  }

  /// In milliseconds, -1 for ever; nil when the thread is to end. What is late by now is ended.
  private func timeUntilNextLook(now: ContinuousClock.Instant) -> Int32? {
    state.withLock { state in
      if state.isStopping { return nil }
      if let moment = state.nextLook, moment <= now {
        endTheSlow(state.connections.values, now: now)
        state.nextLook = state.connections.values.compactMap(\.deadline).min()
      }
      guard let moment = state.nextLook else { return -1 }
      let (seconds, attoseconds) = now.duration(to: moment).components
      // Rounded up: a moment too soon would find nobody late.
      return Int32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
  }

  private func endTheSlow(_ connections: some Sequence<HTTPConnection>, now: ContinuousClock.Instant) {
    for connection in connections where connection.takeLateness(now) {
      // libmicrohttpd reads the end of the stream and closes. Under the lock, the descriptor cannot be another one's.
      shutdown(connection.descriptor, Int32(SHUT_RDWR))
    }
  }
}

private func watchThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  Unmanaged<ConnectionWatch>.fromOpaque(context!).takeRetainedValue().run()
  return nil
}
