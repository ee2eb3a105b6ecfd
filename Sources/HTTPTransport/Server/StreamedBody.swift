internal import CMicroHTTPD
internal import KubernetesAPI
internal import Synchronization

/// Carries the chunks of a stream to libmicrohttpd's thread, which must never wait: while there is none, the connection
/// is suspended.
final class StreamedBody: Sendable {
  enum End: Sendable {
    case finished
    /// The connection is closed without the mark of a complete body.
    case broken
  }

  private struct State {
    var bytes: [UInt8] = []
    var read = 0
    var end: End?
    var isSuspended = false
    /// libmicrohttpd will not ask any more.
    var isAbandoned = false
    var pump: CheckedContinuation<Void, Never>?

    var unread: Int { bytes.count - read }

    mutating func takePump() -> CheckedContinuation<Void, Never>? {
      defer { pump = nil }
      return pump
    }
  }

  /// The stream waits while so much is on its way to a slow client.
  private static let capacity = 65_536

  private let stream: any ByteStream
  private let handle: ConnectionHandle
  private let state = Mutex(State())

  init(stream: any ByteStream, handle: ConnectionHandle) {
    self.stream = stream
    self.handle = handle
  }

  /// Answers how many bytes there are, zero after suspending the connection, or that it is the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let (count, pump) = state.withLock { state -> (Int, CheckedContinuation<Void, Never>?) in
      let count = min(buffer.count, state.unread)
      if count == 0 {
        switch state.end {
        case .finished: return (MHD_CONTENT_READER_END_OF_STREAM, nil)
        case .broken:
          handle.expectTheEnd()
          return (MHD_CONTENT_READER_END_WITH_ERROR, nil)
        case nil:
          state.isSuspended = true
          MHD_suspend_connection(handle.pointer)
          return (0, nil)
        }
      }
      state.bytes.withUnsafeBytes { bytes in
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[state.read..<state.read + count]))
      }
      state.read += count
      if state.unread == 0 {
        state.bytes.removeAll(keepingCapacity: true)
        state.read = 0
      }
      return (count, state.unread < Self.capacity ? state.takePump() : nil)
    }
    pump?.resume()
    return count
  }

  /// Moves chunks until the stream ends or nobody wants them any more.
  func pump() async {
    do {
      while let chunk = try await stream.next() {
        let isFull = state.withLock { state in
          if state.end == nil { state.bytes += chunk }
          resume(&state)
          return state.unread >= Self.capacity
        }
        if isFull { await waitForRoom() }
        if state.withLock({ $0.isAbandoned || $0.end != nil }) { break }
      }
      end(.finished)
    } catch is CancellationError {
      end(.finished)
    } catch {
      end(.broken)
    }
  }

  /// No more chunks; what is on its way is still sent. The first end counts.
  func end(_ end: End) {
    let pump = state.withLock { state in
      if state.end == nil { state.end = end }
      if case .broken = end {
        state.bytes = []
        state.read = 0
      }
      resume(&state)
      return state.takePump()
    }
    pump?.resume()
    stream.cancel()
  }

  /// The connection is gone.
  func abandon() {
    let pump = state.withLock { state in
      state.isAbandoned = true
      state.isSuspended = false
      return state.takePump()
    }
    pump?.resume()
    stream.cancel()
  }

  private func resume(_ state: inout State) {
    guard state.isSuspended, !state.isAbandoned else { return }
    state.isSuspended = false
    MHD_resume_connection(handle.pointer)
  }

  private func waitForRoom() async {
    await withCheckedContinuation { continuation in
      let hasRoom = state.withLock { state in
        if state.unread < Self.capacity || state.isAbandoned || state.end != nil { return true }
        state.pump = continuation
        return false
      }
      if hasRoom { continuation.resume() }
    }
  }
}
