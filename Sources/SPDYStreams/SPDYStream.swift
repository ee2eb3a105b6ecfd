internal import KubernetesAPI
internal import Synchronization

/// One stream of a connection, which its client has opened.
public final class SPDYStream: Sendable {
  private struct Ends {
    var input = false
    var output = false
  }

  /// Long data travels in pieces, so that other streams are not held up.
  private static let pieceSize = 32_768

  let id: UInt32
  /// By their names in small letters.
  public let headers: [String: String]
  private let connection: SPDYConnection
  private let incoming = BytePipe(capacity: 1 << 20)
  private let ends = Mutex(Ends())

  init(id: UInt32, headers: [String: String], connection: SPDYConnection) {
    self.id = id
    self.headers = headers
    self.connection = connection
  }

  /// What the client sent; nil at the end. Throws `BrokenPipe` when the client gave the stream up.
  public func read() async throws -> [UInt8]? { try await incoming.next() }

  public func write(_ bytes: [UInt8]) async throws {
    for start in stride(from: 0, to: bytes.count, by: Self.pieceSize) {
      if ends.withLock({ $0.output }) { throw BrokenPipe() }
      let piece = Array(bytes[start..<min(start + Self.pieceSize, bytes.count)])
      try await connection.send(.data(id, piece, isLast: false))
    }
  }

  /// Nothing more will be written; reading goes on.
  public func closeWriting() async throws {
    let isNews = ends.withLock { ends in
      defer { ends.output = true }
      return !ends.output
    }
    if isNews { try await connection.send(.data(id, [], isLast: true)) }
    forgetIfOver()
  }

  // MARK: Of the connection

  func receive(_ bytes: [UInt8]) async {
    // Whoever does not read any more loses nothing.
    try? await incoming.write(bytes)
  }

  func endInput() {
    ends.withLock { $0.input = true }
    incoming.finish()
    forgetIfOver()
  }

  /// The client wants neither to send nor to hear.
  func breakOff() {
    ends.withLock { $0 = Ends(input: true, output: true) }
    incoming.finish(throwing: BrokenPipe())
  }

  private func forgetIfOver() {
    if ends.withLock({ $0.input && $0.output }) { connection.forget(id) }
  }
}
