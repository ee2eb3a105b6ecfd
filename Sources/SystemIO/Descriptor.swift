internal import CLinux
internal import Glibc
internal import Synchronization

/// A file descriptor that is owned, non-blocking, and read and written with `await`.
public final class Descriptor: Sendable {
  /// What errors call it, such as a path or "stdin of container main".
  public let name: String
  private let state: Mutex<Int32>

  /// Takes ownership: the number is closed with this object.
  public init(adopting number: Int32, name: String) {
    self.name = name
    state = Mutex(number)
    let flags = fcntl(number, F_GETFL)
    _ = clinux_fcntl_set_flags(number, flags | O_NONBLOCK)
    _ = clinux_fcntl_set_close_on_exec(number, 1)
  }

  deinit { close() }

  /// The number, for system calls that this type does not offer; -1 once closed.
  public var number: Int32 { state.withLock { $0 } }

  public var isClosed: Bool { number < 0 }

  /// Reads what is there, waiting for the first byte; empty at the end of the stream.
  public func read(upTo limit: Int = 65_536) async throws -> [UInt8] {
    while true {
      try Task.checkCancellation()
      let attempt = try state.withLock { number throws(SystemCallError) -> ([UInt8]?, Int32) in
        if number < 0 { return ([], number) }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
          let result = Glibc.read(number, buffer.baseAddress, limit)
          failure = result < 0 ? errno : 0
          count = max(0, result)
        }
        switch failure {
        case 0: return (bytes, number)
        case EAGAIN, EINTR: return (nil, number)
        // The terminal's way to say that its other side is gone.
        case EIO: return ([], number)
        case let failure: throw SystemCallError("read", on: name, errno: failure)
        }
      }
      if let bytes = attempt.0 { return bytes }
      await Poller.shared.wait(attempt.1, for: .reading)
    }
  }

  /// Writes all of it, waiting while the other side is slow.
  public func write(_ bytes: some Collection<UInt8> & Sendable) async throws {
    let bytes = Array(bytes)
    var written = 0
    while written < bytes.count {
      try Task.checkCancellation()
      let offset = written
      let (count, number) = try state.withLock { number throws(SystemCallError) -> (Int, Int32) in
        let result = bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress! + offset, bytes.count - offset) }
        if result >= 0 { return (result, number) }
        if errno == EAGAIN || errno == EINTR { return (0, number) }
        throw SystemCallError("write", on: name)
      }
      written += count
      if count == 0 { await Poller.shared.wait(number, for: .writing) }
    }
  }

  /// Waits until the descriptor is readable: a pidfd whose process ended, a listening socket with a caller.
  public func waitUntilReadable() async throws { try await wait(for: .reading, Int16(POLLIN)) }

  /// Waits until the descriptor is writable: a socket that has been connected, or refused.
  public func waitUntilWritable() async throws { try await wait(for: .writing, Int16(POLLOUT)) }

  private func wait(for direction: Poller.Direction, _ events: Int16) async throws {
    while true {
      try Task.checkCancellation()
      let number = self.number
      if number < 0 { throw SystemCallError("poll", on: name, errno: EBADF) }
      var entry = pollfd(fd: number, events: events, revents: 0)
      if poll(&entry, 1, 0) > 0 { return }
      await Poller.shared.wait(number, for: direction)
    }
  }

  /// Returns when a connection is broken or closed in both directions, without reading what is left in it.
  public func waitUntilBroken() async {
    while !Task.isCancelled {
      let number = self.number
      if number < 0 { return }
      var entry = pollfd(fd: number, events: 0, revents: 0)
      if poll(&entry, 1, 0) > 0 { return }
      await Poller.shared.wait(number, for: .breaking)
    }
  }

  /// Ends a socket in both directions: whoever reads from it sees the end.
  public func shutDown() {
    state.withLock { number in
      if number >= 0 { _ = shutdown(number, Int32(SHUT_RDWR)) }
    }
  }

  /// Tells the other side of a socket that nothing more will be written.
  public func closeWriting() {
    state.withLock { number in
      if number >= 0 { _ = shutdown(number, Int32(SHUT_WR)) }
    }
  }

  /// Gives the number away: the caller owns it from here on.
  public func release() -> Int32 {
    let number = state.withLock { number in
      defer { number = -1 }
      return number
    }
    if number >= 0 { Poller.shared.wake(number) }
    return number
  }

  public func close() {
    let number = release()
    if number >= 0 { Glibc.close(number) }
  }
}
