internal import CLinux
internal import Glibc
internal import Synchronization

/// Hands signals of the process to ordinary code.
///
/// A handler may do almost nothing, so it writes the number into a pipe; a thread reads it and calls the subscribers.
/// A signal that nobody subscribes to keeps, or gets back, the effect it had before.
final class SignalRelay: Sendable {
  static let shared = SignalRelay()

  /// How long the program may take to end in good order after SIGTERM or SIGHUP.
  static let grace: Duration = .seconds(3)

  private struct Subscriber: Sendable {
    var signals: [Int32]
    var receive: @Sendable (Int32) -> Void
  }

  private struct State {
    var subscribers: [Int: Subscriber] = [:]
    var nextKey = 0
    var previous: [Int32: sigaction] = [:]
    /// A deadly signal that somebody was told of, and when it will be obeyed if they do not end by themselves.
    var obedience: (signal: Int32, deadline: ContinuousClock.Instant)?
  }

  // @unchecked: sigaction holds a function pointer, and the Mutex protects all of it.
  private struct Guarded: @unchecked Sendable {
    var value = State()
  }

  private let state = Mutex(Guarded())
  private let readEnd: Int32

  /// Ends a subscription.
  struct Subscription: Sendable {
    let cancel: @Sendable () -> Void
  }

  private init() {
    var ends: [Int32] = [0, 0]
    precondition(pipe2(&ends, O_CLOEXEC) == 0, "pipe2 failed: \(errno)")
    readEnd = ends[0]
    relayPipe.store(ends[1], ordering: .sequentiallyConsistent)
    var thread = pthread_t()
    let failure = pthread_create(&thread, nil, relayThread, Unmanaged.passRetained(self).toOpaque())
    precondition(failure == 0, "pthread_create failed: \(failure)")
    pthread_detach(thread)
  }

  /// Calls `receive`, on a thread of the relay, for each of the signals until the subscription is cancelled.
  func subscribe(_ signals: [Int32], _ receive: @escaping @Sendable (Int32) -> Void) -> Subscription {
    let key = state.withLock { guarded in
      let key = guarded.value.nextKey
      guarded.value.nextKey += 1
      guarded.value.subscribers[key] = Subscriber(signals: signals, receive: receive)
      for signal in signals where guarded.value.previous[signal] == nil {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = relayHandler
        action.sa_flags = SA_RESTART
        var previous = sigaction()
        sigaction(signal, &action, &previous)
        guarded.value.previous[signal] = previous
      }
      return key
    }
    return Subscription { self.unsubscribe(key) }
  }

  private func unsubscribe(_ key: Int) {
    state.withLock { guarded in
      guard guarded.value.subscribers.removeValue(forKey: key) != nil else { return }
      guarded.value.obedience = nil
      let wanted = Set(guarded.value.subscribers.values.flatMap(\.signals))
      for (signal, var previous) in guarded.value.previous where !wanted.contains(signal) {
        sigaction(signal, &previous, nil)
        guarded.value.previous[signal] = nil
      }
    }
  }

  fileprivate func run() {
    while true {
      let obedience = state.withLock { $0.value.obedience }
      var patience: Int32 = -1
      if let obedience {
        let remaining = obedience.deadline - .now
        if remaining <= .zero { obey(obedience.signal) }
        patience =
          Int32(remaining.components.seconds * 1000 + remaining.components.attoseconds / 1_000_000_000_000_000) + 1
      }
      var entry = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, patience) > 0 else { continue }
      var number: UInt8 = 0
      guard read(readEnd, &number, 1) == 1 else { continue }
      deliver(Int32(number))
    }
  }

  private func deliver(_ signal: Int32) {
    if signal == SIGTERM || signal == SIGHUP { TerminalMode.restoreAll() }
    let receivers = state.withLock { guarded in
      let receivers = guarded.value.subscribers.values.filter { $0.signals.contains(signal) }.map(\.receive)
      let isDeadly = signal == SIGTERM || signal == SIGHUP
      if isDeadly, !receivers.isEmpty, guarded.value.obedience == nil {
        guarded.value.obedience = (signal, .now + Self.grace)
      }
      return receivers
    }
    for receive in receivers { receive(signal) }
  }

  /// Stops the whole process until it is continued, as ^Z does to a program that did not ask for it.
  ///
  /// Where no shell could ever continue it, the kernel ignores the signal, and this returns at once.
  func stopProcess() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    var handler = sigaction()
    sigaction(SIGTSTP, &action, &handler)
    var only = sigset_t()
    sigemptyset(&only)
    sigaddset(&only, SIGTSTP)
    var mask = sigset_t()
    // To this thread, so that it does not run on, and change the terminal, while the others stop.
    pthread_sigmask(SIG_UNBLOCK, &only, &mask)
    raise(SIGTSTP)
    pthread_sigmask(SIG_SETMASK, &mask, nil)
    sigaction(SIGTSTP, &handler, nil)
  }

  /// Lets the signal do what it does to a program that did not ask for it.
  func obey(_ signal: Int32) -> Never {
    TerminalMode.restoreAll()
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(signal, &action, nil)
    var only = sigset_t()
    sigemptyset(&only)
    sigaddset(&only, signal)
    pthread_sigmask(SIG_UNBLOCK, &only, nil)
    kill(getpid(), signal)
    _exit(128 + signal)
  }
}

/// Where handlers write; initialised with the relay, before any handler is installed.
private let relayPipe = Atomic<Int32>(-1)

private func relayHandler(_ signal: Int32) {
  let before = errno
  var number = UInt8(truncatingIfNeeded: signal)
  _ = write(relayPipe.load(ordering: .relaxed), &number, 1)
  errno = before
}

private func relayThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  Unmanaged<SignalRelay>.fromOpaque(context!).takeRetainedValue().run()
  return nil
}
