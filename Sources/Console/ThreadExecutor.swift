internal import Glibc
internal import Synchronization

/// Runs an actor on a thread of its own, where it may block; it starts with the first job.
final class ThreadExecutor: SerialExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var hasThread = false
    var isStopping = false
  }

  private let state = Mutex(State())
  private let work = Doorbell()

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let hadThread = state.withLock { state in
      state.jobs.append(job)
      defer { state.hasThread = true }
      return state.hasThread
    }
    if hadThread { work.ring() } else { startThread() }
  }

  private func startThread() {
    var thread = pthread_t()
    let failure = pthread_create(&thread, nil, executorThread, Unmanaged.passRetained(self).toOpaque())
    precondition(failure == 0, "pthread_create failed: \(failure)")
    pthread_detach(thread)
  }

  /// Ends the thread when it has nothing left to do.
  func stop() {
    state.withLock { $0.isStopping = true }
    work.ring()
  }

  fileprivate func run() {
    while true {
      let (job, isStopping) = state.withLock { state in
        (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isStopping)
      }
      if let job {
        job.runSynchronously(on: asUnownedSerialExecutor())
      } else if isStopping {
        return
      } else {
        var entry = pollfd(fd: work.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, -1)
        work.silence()
      }
    }
  }
}

private func executorThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // Signals go to the threads that did not refuse them; a half-drawn line must not be interrupted.
  // A crash belongs to the thread that crashes, so those stay open.
  var refused = sigset_t()
  sigfillset(&refused)
  for signal in CrashSignals.all { sigdelset(&refused, signal) }
  pthread_sigmask(SIG_BLOCK, &refused, nil)
  // libedit asks the locale of its thread how characters are encoded and how wide they are.
  uselocale(newlocale(1 << LC_CTYPE, "C.UTF-8", nil))
  Unmanaged<ThreadExecutor>.fromOpaque(context!).takeRetainedValue().run()
  return nil
}
