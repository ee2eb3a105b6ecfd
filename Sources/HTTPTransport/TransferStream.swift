internal import KubernetesAPI
internal import Synchronization

/// The body of an answer that comes in pieces. While its reader is slow the transfer is paused.
final class TransferStream: ByteStream {
  private static let limit = 1 << 20

  private struct State {
    var chunks: [[UInt8]] = []
    var unread = 0
    var isPaused = false
    var isCancelled = false
    var isEnded = false
    var failure: StatusError?
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let transfer: Transfer
  private let state = Mutex(State())

  init(_ transfer: Transfer) { self.transfer = transfer }

  deinit { transfer.cancel() }

  func next() async throws -> [UInt8]? {
    while true {
      try Task.checkCancellation()
      let (chunks, isOver, wasPaused) = try state.withLock { state throws(StatusError) in
        if !state.chunks.isEmpty {
          defer {
            state.chunks = []
            state.unread = 0
            state.isPaused = false
          }
          return (state.chunks, false, state.isPaused)
        }
        if let failure = state.failure, !state.isCancelled { throw failure }
        return ([[UInt8]](), state.isEnded || state.isCancelled, false)
      }
      if wasPaused { transfer.resume() }
      if var all = chunks.first {
        for chunk in chunks.dropFirst() { all += chunk }
        return all
      }
      if isOver { return nil }
      await waitForMore()
    }
  }

  private func waitForMore() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let previous = state.withLock { state -> CheckedContinuation<Void, Never>? in
          let isReady = !state.chunks.isEmpty || state.isEnded || state.isCancelled || Task.isCancelled
          if isReady { return continuation }
          defer { state.waiting = continuation }
          return state.waiting
        }
        previous?.resume()
      }
    } onCancel: {
      wake()
    }
  }

  private func wake() {
    let waiting = state.withLock { state in
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }

  func cancel() {
    state.withLock { $0.isCancelled = true }
    wake()
    transfer.cancel()
  }

  // MARK: From the transfer thread

  /// False when there is no room; libcurl then keeps the bytes and offers them again.
  func accept(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let isTaken = state.withLock { state in
      if state.unread > Self.limit {
        state.isPaused = true
        return false
      }
      state.chunks.append(Array(bytes))
      state.unread += bytes.count
      return true
    }
    if isTaken { wake() }
    return isTaken
  }

  func end(_ failure: StatusError?) {
    state.withLock { state in
      state.isEnded = true
      state.failure = failure
    }
    wake()
  }
}
