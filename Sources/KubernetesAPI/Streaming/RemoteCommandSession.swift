/// A command's streams on the side where it runs: the kubelet's half of `exec` and `attach`.
///
///     let (session, response) = try RemoteCommandSession.accept(request)
///     // in a task of the kubelet's own:
///     await session.run { session in … return .exited(0) }
public final class RemoteCommandSession: Sendable {
  public let streams: RemoteCommandStreams
  /// What the client types; ends when it closes its input or goes away.
  public let input: BytePipe
  /// The client's terminal, each time its size changes; only the newest size is kept.
  public let resizes: AsyncStream<TerminalSize>
  private let resized: AsyncStream<TerminalSize>.Continuation
  private let socket: WebSocket

  init(streams: RemoteCommandStreams, socket: WebSocket) {
    self.streams = streams
    self.socket = socket
    input = BytePipe()
    (resizes, resized) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Agrees on the protocol with the client; the response's channel is the client's end.
  ///
  /// Nothing flows until `run` is called; a session that is dropped instead closes the connection.
  public static func accept(
    _ request: APIRequest
  ) throws(StatusError) -> (session: RemoteCommandSession, response: APIResponse) {
    var (response, _) = try WebSocketHandshake.accept(request, protocols: RemoteCommandChannels.versions)
    let (near, far) = PipeChannel.pair()
    response.body = .upgraded(far)
    let socket = WebSocket(over: near, role: .server)
    return (RemoteCommandSession(streams: RemoteCommandStreams(of: request), socket: socket), response)
  }

  /// Runs the command, tells the client its outcome, and closes the connection.
  ///
  /// The command is cancelled when the client goes away.
  public func run(_ command: @escaping @Sendable (RemoteCommandSession) async -> RemoteCommandOutcome) async {
    await withTaskGroup(of: RemoteCommandOutcome?.self) { group in
      group.addTask {
        await self.receive()
        return nil
      }
      group.addTask {
        // An empty message first: clients take it as the sign that the connection is there.
        try? await self.socket.send(RemoteCommandChannels.message(self.firstChannel, []))
        return await command(self)
      }
      if let outcome = await group.next() ?? nil {
        try? await socket.send(RemoteCommandChannels.message(.outcome, outcome.status.document().json()))
      }
      group.cancelAll()
    }
    await socket.close()
  }

  /// Sends what the command wrote; throws when the client has gone.
  public func write(output bytes: [UInt8]) async throws {
    if streams.output { try await send(.output, bytes) }
  }

  public func write(error bytes: [UInt8]) async throws {
    if streams.error { try await send(.error, bytes) }
  }

  private var firstChannel: RemoteCommandChannels.Channel {
    streams.output ? .output : streams.error ? .error : .outcome
  }

  private func send(_ channel: RemoteCommandChannels.Channel, _ bytes: [UInt8]) async throws {
    for start in stride(from: 0, to: bytes.count, by: RemoteCommandChannels.pieceSize) {
      let piece = Array(bytes[start..<min(start + RemoteCommandChannels.pieceSize, bytes.count)])
      try await socket.send(RemoteCommandChannels.message(channel, piece))
    }
  }

  /// Returns when the client has gone.
  private func receive() async {
    defer {
      input.finish()
      resized.finish()
    }
    do {
      while let message = try await socket.receive() {
        guard let (channel, bytes) = RemoteCommandChannels.split(message) else { continue }
        switch channel {
        case .input:
          // A command that does not read its input any more is no reason to stop listening to the client.
          if streams.input { try? await input.write(bytes) }
        case .resize:
          if let size = TerminalSize(json: bytes) { resized.yield(size) }
        case .close:
          if bytes.first == RemoteCommandChannels.Channel.input.rawValue { input.finish() }
        case .output, .error, .outcome:
          break
        }
      }
    } catch {
      // However the connection ended: the client is gone, and that is all the command needs to know.
    }
  }
}
