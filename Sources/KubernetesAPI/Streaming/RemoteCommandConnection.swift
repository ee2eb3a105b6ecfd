/// A command's streams on the side of the one who asked for it: the client's half of `exec` and `attach`.
public final class RemoteCommandConnection: Sendable {
  public enum Event: Sendable, Equatable {
    case output([UInt8])
    case error([UInt8])
    case ended(RemoteCommandOutcome)
  }

  private let socket: WebSocket
  /// Whether the server can be told that the input has ended while the command goes on.
  public let canCloseInput: Bool

  private init(socket: WebSocket, canCloseInput: Bool) {
    self.socket = socket
    self.canCloseInput = canCloseInput
  }

  /// Sends an `exec` or `attach` request, to which the WebSocket handshake is added.
  public static func open(
    _ request: APIRequest, at endpoint: any APIEndpoint
  ) async throws(StatusError) -> RemoteCommandConnection {
    let handshake = WebSocketHandshake(protocols: RemoteCommandChannels.versions)
    var request = request
    request.method = "GET"
    handshake.addRequestHeaders(to: &request.headers)
    let (socket, subprotocol) = try await handshake.open(try await endpoint.send(request))
    return RemoteCommandConnection(
      socket: socket, canCloseInput: subprotocol == RemoteCommandChannels.version5)
  }

  /// What comes next from the command; nil when the connection is over.
  public func next() async throws -> Event? {
    while let message = try await socket.receive() {
      guard let (channel, bytes) = RemoteCommandChannels.split(message), !bytes.isEmpty else { continue }
      switch channel {
      case .output: return .output(bytes)
      case .error: return .error(bytes)
      case .outcome: return .ended(RemoteCommandOutcome(json: bytes))
      case .input, .resize, .close: continue
      }
    }
    return nil
  }

  public func write(input bytes: [UInt8]) async throws {
    for start in stride(from: 0, to: bytes.count, by: RemoteCommandChannels.pieceSize) {
      let piece = Array(bytes[start..<min(start + RemoteCommandChannels.pieceSize, bytes.count)])
      try await socket.send(RemoteCommandChannels.message(.input, piece))
    }
  }

  /// Tells the command that its input has ended; with an old server (`canCloseInput`) that cannot be said.
  public func closeInput() async throws {
    if canCloseInput {
      try await socket.send(RemoteCommandChannels.message(.close, [RemoteCommandChannels.Channel.input.rawValue]))
    }
  }

  public func resize(_ size: TerminalSize) async throws {
    try await socket.send(RemoteCommandChannels.message(.resize, size.json))
  }

  /// Asks for a sign of life, so that a connection that is dead, or idle for a proxy's taste, is noticed.
  public func ping() async throws { try await socket.ping() }

  public func close() async { await socket.close() }
}
