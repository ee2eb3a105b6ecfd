/// A command's streams as the channels of one WebSocket.
final class WebSocketCarrier: RemoteCommandCarrier {
  private let socket: WebSocket
  private let streams: RemoteCommandStreams

  init(socket: WebSocket, streams: RemoteCommandStreams) {
    self.socket = socket
    self.streams = streams
  }

  /// An empty message first: clients take it as the sign that the connection is there.
  func begin() async {
    let first: RemoteCommandChannels.Channel = streams.output ? .output : streams.error ? .error : .outcome
    // That a client has gone already is noticed by whoever receives.
    try? await socket.send(RemoteCommandChannels.message(first, []))
  }

  func send(output bytes: [UInt8]) async throws { try await send(.output, bytes) }

  func send(error bytes: [UInt8]) async throws { try await send(.error, bytes) }

  func send(_ outcome: RemoteCommandOutcome) async throws {
    try await socket.send(RemoteCommandChannels.message(.outcome, outcome.statusBytes))
  }

  func ping() async throws { try await socket.ping() }

  func close() async { await socket.close() }

  private func send(_ channel: RemoteCommandChannels.Channel, _ bytes: [UInt8]) async throws {
    for start in stride(from: 0, to: bytes.count, by: RemoteCommandChannels.pieceSize) {
      let piece = Array(bytes[start..<min(start + RemoteCommandChannels.pieceSize, bytes.count)])
      try await socket.send(RemoteCommandChannels.message(channel, piece))
    }
  }

  func receive(into session: RemoteCommandSession) async {
    do {
      while let message = try await socket.receive() {
        guard let (channel, bytes) = RemoteCommandChannels.split(message) else { continue }
        switch channel {
        case .input:
          // A command that does not read its input any more is no reason to stop listening to the client.
          if streams.input { try? await session.input.write(bytes) }
        case .resize: session.resize(bytes)
        case .close:
          if bytes.first == RemoteCommandChannels.Channel.input.rawValue { session.input.finish() }
        case .output, .error, .outcome: break
        }
      }
    } catch {
      // However the connection ended: the client is gone, and that is all the command needs to know.
    }
  }
}
