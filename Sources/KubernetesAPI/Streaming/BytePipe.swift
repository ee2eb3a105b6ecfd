internal import Synchronization

/// A stream of bytes in memory with a bound: whoever writes waits while the reader is slow.
public final class BytePipe: ByteStream {
  private struct State {
    var chunks: [[UInt8]] = []
    /// Chunks before this one have been read; they are dropped together, not one by one.
    var firstUnread = 0
    var unreadBytes = 0
    var end: End?
    var isCancelled = false
    /// Everyone who waits for the pipe to change: each looks for itself whether it may go on.
    var waiting: [CheckedContinuation<Void, Never>] = []

    mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
      defer { waiting = [] }
      return waiting
    }
  }

  private enum End {
    case finished
    case broken(any Error)
  }

  private let capacity: Int
  private let onCancel: (@Sendable () -> Void)?
  private let state = Mutex(State())

  /// - Parameters:
  ///   - capacity: So many unread bytes make a writer wait; one chunk may go beyond it.
  ///   - onCancel: Called once when the reader gives up before the end.
  public init(capacity: Int = 65_536, onCancel: (@Sendable () -> Void)? = nil) {
    self.capacity = capacity
    self.onCancel = onCancel
  }

  /// Adds a chunk as soon as there is room; throws `BrokenPipe` once the reader has gone or the pipe has ended.
  public func write(_ bytes: [UInt8]) async throws {
    if bytes.isEmpty { return }
    while true {
      try Task.checkCancellation()
      let written = try change { state throws(BrokenPipe) -> Bool in
        if state.isCancelled || state.end != nil { throw BrokenPipe() }
        if state.unreadBytes >= capacity { return false }
        state.chunks.append(bytes)
        state.unreadBytes += bytes.count
        return true
      }
      if written { return }
      await waitForChange { $0.unreadBytes < capacity || $0.isCancelled || $0.end != nil }
    }
  }

  /// Ends the stream after what was written; the first end counts.
  public func finish(throwing error: (any Error)? = nil) {
    change { state in
      if state.end == nil { state.end = error.map { .broken($0) } ?? .finished }
    }
  }

  public func next() async throws -> [UInt8]? {
    while true {
      try Task.checkCancellation()
      let (chunk, end) = change { state -> ([UInt8]?, End?) in
        guard state.firstUnread < state.chunks.count else {
          return (nil, state.isCancelled ? .finished : state.end)
        }
        let chunk = state.chunks[state.firstUnread]
        state.firstUnread += 1
        state.unreadBytes -= chunk.count
        if state.firstUnread == state.chunks.count || state.firstUnread > 64 {
          state.chunks.removeFirst(state.firstUnread)
          state.firstUnread = 0
        }
        return (chunk, nil)
      }
      if let chunk { return chunk }
      switch end {
      case .finished: return nil
      case .broken(let error): throw error
      case nil: await waitForChange { !$0.chunks.isEmpty || $0.end != nil || $0.isCancelled }
      }
    }
  }

  public func cancel() {
    let isNews = change { state in
      defer { state.isCancelled = true }
      state.chunks = []
      state.firstUnread = 0
      state.unreadBytes = 0
      return !state.isCancelled && state.end == nil
    }
    if isNews { onCancel?() }
  }

  /// Whether the reader has given up.
  public var isCancelled: Bool { state.withLock { $0.isCancelled } }

  private func change<Result, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    let result: Result
    let waiting: [CheckedContinuation<Void, Never>]
    (result, waiting) = try state.withLock { state throws(Failure) in (try body(&state), state.takeWaiting()) }
    for continuation in waiting { continuation.resume() }
    return result
  }

  private func waitForChange(until isReady: @Sendable (borrowing State) -> Bool) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReadyNow = state.withLock { state in
          // Looking again under the lock: a change between the caller's look and this one must not be slept through.
          if Task.isCancelled || isReady(state) { return true }
          state.waiting.append(continuation)
          return false
        }
        if isReadyNow { continuation.resume() }
      }
    } onCancel: {
      change { _ in }
    }
  }
}

/// Nobody reads what is written any more.
public struct BrokenPipe: Error, Equatable, CustomStringConvertible {
  public init() {}
  public var description: String { "the other side of the stream has closed it" }
}
