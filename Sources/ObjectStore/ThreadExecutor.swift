internal import Glibc

/// Where a store does its work, one piece after the other.
public protocol StoreExecutor: SerialExecutor {
  /// Runs a piece of work after everything that waits now.
  func perform(_ work: @escaping @Sendable () -> Void)
}

/// One thread that runs an actor's jobs in order, so that waiting for the disk never holds up the shared pool.
final class ThreadExecutor: StoreExecutor {
  private let line: JobLine

  init() {
    line = JobLine()
    line.startThread()
  }

  deinit {
    line.end()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    line.append(.job(UnownedJob(job), on: self))
  }

  /// Runs a piece of work on the thread, after everything that waits for it now.
  func perform(_ work: @escaping @Sendable () -> Void) {
    line.append(.work(work))
  }

  func checkIsolated() {
    precondition(line.isOnItsThread, "not on the thread of this executor")
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }
}

/// What waits for the thread of an executor.
///
/// The thread holds only the line, so an executor nobody needs any more can go, and its thread with it. A job holds
/// the executor until it has run.
///
// @unchecked: `mutex` protects `entries`, `hasEnded` and `thread`.
private final class JobLine: @unchecked Sendable {
  enum Entry {
    case job(UnownedJob, on: ThreadExecutor)
    case work(@Sendable () -> Void)
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var entries: [Entry] = []
  private var hasEnded = false
  private var thread: pthread_t?

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(arrival, nil)
  }

  deinit {
    pthread_cond_destroy(arrival)
    pthread_mutex_destroy(mutex)
    arrival.deallocate()
    mutex.deallocate()
  }

  var isOnItsThread: Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard let thread else { return false }
    return pthread_equal(thread, pthread_self()) != 0
  }

  func append(_ entry: Entry) {
    pthread_mutex_lock(mutex)
    entries.append(entry)
    // One that is not first needs no signal: the thread takes all that is there when it wakes.
    if entries.count == 1 { pthread_cond_signal(arrival) }
    pthread_mutex_unlock(mutex)
  }

  func end() {
    pthread_mutex_lock(mutex)
    hasEnded = true
    pthread_cond_signal(arrival)
    pthread_mutex_unlock(mutex)
  }

  func startThread() {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    var started = pthread_t()
    let line = Unmanaged.passRetained(self)
    let failure = pthread_create(&started, nil, runLine, line.toOpaque())
    precondition(failure == 0, "cannot start a thread for the store: \(String(cString: strerror(failure)))")
    pthread_detach(started)
    thread = started
  }

  func run() {
    while let batch = takeAll() {
      for entry in batch {
        switch entry {
        case .job(let job, let executor): job.runSynchronously(on: executor.asUnownedSerialExecutor())
        case .work(let work): work()
        }
      }
    }
  }

  /// Waits until there is something to do; nil when the executor is gone.
  private func takeAll() -> [Entry]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while entries.isEmpty {
      if hasEnded { return nil }
      pthread_cond_wait(arrival, mutex)
    }
    defer { entries = [] }
    return entries
  }
}

private func runLine(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<JobLine>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
