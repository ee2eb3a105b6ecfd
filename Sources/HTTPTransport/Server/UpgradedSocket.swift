internal import CMicroHTTPD
internal import KubernetesAPI
internal import Synchronization
internal import SystemIO

/// The client's side of a connection on which both sides have left HTTP.
// @unchecked: the only thing that is not Sendable is `handle`, whose one use is guarded by `isClosed`.
final class UpgradedSocket: ByteChannel, @unchecked Sendable {
  private let descriptor: Descriptor
  private let handle: OpaquePointer
  /// What the client has sent right after its request.
  private let early: Mutex<[UInt8]>
  private let isClosed = Mutex(false)
  private let hangUps: AsyncStream<HTTPConnection.HangUp>
  private let hungUp: AsyncStream<HTTPConnection.HangUp>.Continuation

  init(descriptor: Int32, handle: OpaquePointer, early: [UInt8]) {
    self.descriptor = Descriptor(adopting: descriptor, name: "upgraded connection")
    self.handle = handle
    self.early = Mutex(early)
    (hangUps, hungUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  deinit { close() }

  func clientHungUp(_ hangUp: HTTPConnection.HangUp) { hungUp.yield(hangUp) }

  /// Returns when the client has closed both directions.
  func waitUntilClientIsGone() async {
    for await hangUp in hangUps where hangUp == .complete { return }
  }

  func read() async throws -> [UInt8]? {
    let early = early.withLock { early in
      defer { early = [] }
      return early
    }
    if !early.isEmpty { return early }
    let bytes = try await descriptor.read()
    return bytes.isEmpty ? nil : bytes
  }

  func write(_ bytes: [UInt8]) async throws { try await descriptor.write(bytes) }

  func closeWriting() { descriptor.closeWriting() }

  func close() {
    let wasClosed = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return isClosed
    }
    if wasClosed { return }
    hungUp.finish()
    // The number is libmicrohttpd's, which closes it.
    _ = descriptor.release()
    cmicrohttpd_close_upgraded(handle)
  }
}
