internal import CLinux
internal import Glibc
internal import Synchronization

/// One epoll thread that turns "this descriptor is readable" into the end of an `await`.
///
/// A wait is one-shot: the descriptor is watched only while somebody waits for it. It stays known to epoll in between,
/// because most are waited for again and again.
final class Poller: Sendable {
  static let shared = Poller()

  enum Direction: Sendable {
    case reading, writing
    /// Neither is possible any more, whatever is still unread.
    case breaking
  }

  private struct Waiters {
    var reading: CheckedContinuation<Void, Never>?
    var writing: CheckedContinuation<Void, Never>?
    var breaking: CheckedContinuation<Void, Never>?

    var isEmpty: Bool { reading == nil && writing == nil && breaking == nil }

    var events: UInt32 {
      (reading == nil ? 0 : EPOLLIN.rawValue | EPOLLRDHUP.rawValue) | (writing == nil ? 0 : EPOLLOUT.rawValue)
        | EPOLLONESHOT.rawValue
    }
  }

  private let epoll: Int32
  private let waiters = Mutex<[Int32: Waiters]>([:])

  private init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    precondition(epoll >= 0, "epoll_create1 failed: \(errno)")
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let failure = pthread_create(&thread, nil, pollerThread, context)
    precondition(failure == 0, "pthread_create failed: \(failure)")
    pthread_detach(thread)
  }

  /// Returns when the descriptor is ready, has failed, or `wake` was called for it: the caller tries again either way.
  func wait(_ descriptor: Int32, for direction: Direction) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let superseded = waiters.withLock { waiters -> CheckedContinuation<Void, Never>? in
          if Task.isCancelled { return continuation }
          var entry = waiters[descriptor] ?? Waiters()
          let previous: CheckedContinuation<Void, Never>?
          switch direction {
          case .reading: (previous, entry.reading) = (entry.reading, continuation)
          case .writing: (previous, entry.writing) = (entry.writing, continuation)
          case .breaking: (previous, entry.breaking) = (entry.breaking, continuation)
          }
          guard watch(descriptor, for: entry.events) else {
            // A regular file is always ready (EPERM); a closed descriptor fails at the caller's next try.
            return continuation
          }
          waiters[descriptor] = entry
          return previous
        }
        superseded?.resume()
      }
    } onCancel: {
      wake(descriptor)
    }
  }

  private func watch(_ descriptor: Int32, for events: UInt32) -> Bool {
    if clinux_epoll_control(epoll, EPOLL_CTL_MOD, descriptor, events, UInt(descriptor)) == 0 { return true }
    return errno == ENOENT && clinux_epoll_control(epoll, EPOLL_CTL_ADD, descriptor, events, UInt(descriptor)) == 0
  }

  /// Ends every wait on the descriptor; called before it is closed.
  func wake(_ descriptor: Int32) {
    let entry = waiters.withLock { waiters -> Waiters? in
      _ = clinux_epoll_control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0)
      return waiters.removeValue(forKey: descriptor)
    }
    entry?.reading?.resume()
    entry?.writing?.resume()
    entry?.breaking?.resume()
  }

  fileprivate func run() {
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    while true {
      let count = epoll_wait(epoll, &events, Int32(events.count), -1)
      for index in 0..<max(0, Int(count)) {
        let ready = events[index].events
        withUnsafePointer(to: events[index]) { deliver(Int32(clinux_epoll_key($0)), ready) }
      }
    }
  }

  private func deliver(_ descriptor: Int32, _ ready: UInt32) {
    let failed = ready & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
    let ready = waiters.withLock { waiters in
      var woken = Waiters()
      guard var entry = waiters[descriptor] else { return woken }
      if failed || ready & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 { swap(&woken.reading, &entry.reading) }
      if failed || ready & EPOLLOUT.rawValue != 0 { swap(&woken.writing, &entry.writing) }
      if failed { swap(&woken.breaking, &entry.breaking) }
      if entry.isEmpty {
        waiters[descriptor] = nil
      } else {
        waiters[descriptor] = entry
        _ = watch(descriptor, for: entry.events)
      }
      return woken
    }
    for waiter in [ready.reading, ready.writing, ready.breaking] { waiter?.resume() }
  }
}

private func pollerThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // Signals are for the threads that asked for them.
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  Unmanaged<Poller>.fromOpaque(context!).takeRetainedValue().run()
  return nil
}
