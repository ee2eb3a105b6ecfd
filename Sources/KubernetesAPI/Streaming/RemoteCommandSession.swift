internal import Synchronization

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
  private let newestSize = Mutex<TerminalSize?>(nil)
  private let carrier: any RemoteCommandCarrier

  public init(streams: RemoteCommandStreams, carrier: any RemoteCommandCarrier) {
    self.streams = streams
    self.carrier = carrier
    input = BytePipe()
    (resizes, resized) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Agrees with the client on a WebSocket; the response's channel is the client's end.
  ///
  /// Nothing flows until `run` is called; a session that is dropped instead closes the connection.
  public static func accept(
    _ request: APIRequest
  ) throws(StatusError) -> (session: RemoteCommandSession, response: APIResponse) {
    var (response, _) = try WebSocketHandshake.accept(request, protocols: RemoteCommandChannels.versions)
    let (near, far) = PipeChannel.pair()
    response.body = .upgraded(far)
    let streams = RemoteCommandStreams(of: request)
    let carrier = WebSocketCarrier(socket: WebSocket(over: near, role: .server), streams: streams)
    return (RemoteCommandSession(streams: streams, carrier: carrier), response)
  }

  /// Runs the command, tells the client its outcome, and closes the connection.
  ///
  /// The command is cancelled when the client goes away.
  public func run(_ command: @escaping @Sendable (RemoteCommandSession) async -> RemoteCommandOutcome) async {
    await withTaskGroup(of: RemoteCommandOutcome?.self) { group in
      group.addTask {
        await self.carrier.receive(into: self)
        self.input.finish()
        self.resized.finish()
        return nil
      }
      group.addTask {
        guard (try? await self.carrier.begin()) != nil else { return nil }
        return await command(self)
      }
      group.addTask {
        await self.askForSigns()
        return nil
      }
      if let outcome = await group.next() ?? nil { try? await carrier.send(outcome) }
      group.cancelAll()
    }
    await carrier.close()
  }

  /// Returns when the client has gone without being heard: behind input that the command does not read, its farewell
  /// would not arrive either. What is sent to it then comes back as an error.
  private func askForSigns() async {
    while (try? await Task.sleep(for: .seconds(5))) != nil {
      guard (try? await carrier.ping()) != nil else { return }
    }
  }

  /// Sends what the command wrote; throws when the client has gone.
  public func write(output bytes: [UInt8]) async throws {
    if streams.output { try await carrier.send(output: bytes) }
  }

  public func write(error bytes: [UInt8]) async throws {
    if streams.error { try await carrier.send(error: bytes) }
  }

  /// The client's terminal has another size now.
  public func resize(_ json: [UInt8]) {
    guard let size = TerminalSize(json: json) else { return }
    newestSize.withLock { $0 = size }
    resized.yield(size)
  }

  /// The size that clients tell before anything else, for a program that asks for it as soon as it starts; nil when none
  /// comes in time.
  public func firstSize(within limit: Duration) async -> TerminalSize? {
    let deadline = ContinuousClock.now + limit
    while true {
      if let size = newestSize.withLock({ $0 }) { return size }
      if ContinuousClock.now >= deadline { return nil }
      guard (try? await Task.sleep(for: .milliseconds(2))) != nil else { return nil }
    }
  }
}

/// The protocol by which a command's streams travel to the client and back.
public protocol RemoteCommandCarrier: Sendable {
  /// Returns when the command may start.
  func begin() async throws
  /// Puts into the session what the client sends; returns when the client has gone.
  func receive(into session: RemoteCommandSession) async
  func send(output bytes: [UInt8]) async throws
  func send(error bytes: [UInt8]) async throws
  func send(_ outcome: RemoteCommandOutcome) async throws
  /// Says something that means nothing; throws when the client has gone.
  func ping() async throws
  func close() async
}
