public import KubernetesAPI
internal import Synchronization

/// Many streams over one two-way stream of bytes, as SPDY/3.1 carries them: the server's side.
///
/// The client opens streams, each with headers that say what it is for. A stream whose data nobody reads holds up the
/// others once much of it has come: the protocol's windows are something that Kubernetes' clients do not keep.
public final class SPDYConnection: Sendable {
  private struct State {
    var streams: [UInt32: SPDYStream] = [:]
    var newest: UInt32 = 0
  }

  /// More streams at once are refused.
  private static let streamLimit = 2_000

  private let channel: any ByteChannel
  private let outgoing = BytePipe(capacity: 1 << 20)
  private let state = Mutex(State())
  /// What the client opens; ends with the connection.
  public let streams: AsyncStream<SPDYStream>
  private let opened: AsyncStream<SPDYStream>.Continuation
  /// Carries nothing; it ends when everything has been sent.
  private let ending: AsyncStream<Never>
  private let ended: AsyncStream<Never>.Continuation

  public init(over channel: any ByteChannel) {
    self.channel = channel
    (streams, opened) = AsyncStream.makeStream()
    (ending, ended) = AsyncStream.makeStream()
  }

  /// Carries frames until the client has gone, the connection is finished, or the task is cancelled.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        try? await self.receive()
        // Whatever is still to be said has nobody who would listen.
        self.outgoing.finish()
        self.endStreams()
      }
      group.addTask {
        while let bytes = try? await self.outgoing.next() {
          guard (try? await self.channel.write(bytes)) != nil else { break }
        }
        self.outgoing.cancel()
        self.channel.close()
        self.ended.finish()
      }
      await group.waitForAll()
    }
  }

  /// Ends the connection when everything that was written has been sent, for which a client gets a moment at most.
  public func finish(patience: Duration = .seconds(2)) async {
    outgoing.finish()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in self.ending {} }
      group.addTask { try? await Task.sleep(for: patience) }
      await group.next()
      group.cancelAll()
    }
  }

  // MARK: Sending

  func send(_ frame: SPDYFrame) async throws { try await outgoing.write(frame.encoded) }

  /// A question that the client answers by itself. The server's own have even numbers.
  public func ping() async throws { try await send(.ping(2)) }

  func forget(_ stream: UInt32) { _ = state.withLock { $0.streams.removeValue(forKey: stream) } }

  // MARK: Receiving

  private func receive() async throws {
    var parser = SPDYFrameParser()
    let reader = HeaderBlockReader()
    let writer = HeaderBlockWriter()
    while let bytes = try await channel.read() {
      parser.append(bytes)
      while let frame = try parser.next() {
        switch frame {
        case .open(let id, let block, let isLast):
          // Even those of a stream that is refused: the next block builds on it.
          let headers = try reader.headers(in: block[...])
          try await open(id, headers, isLast: isLast, writer)
        case .headers(let id, let block, let isLast), .reply(let id, let block, let isLast):
          _ = try reader.headers(in: block[...])
          if isLast { stream(id)?.endInput() }
        case .data(let id, let bytes, let isLast):
          guard let stream = stream(id) else { continue }
          await stream.receive(bytes)
          if isLast { stream.endInput() }
        case .reset(let id, _):
          stream(id)?.breakOff()
          forget(id)
        case .ping(let number):
          // Odd ones are the client's own.
          if number % 2 == 1 { try await send(.ping(number)) }
        case .goodbye: return
        case .ignored: continue
        }
      }
    }
  }

  private func open(
    _ id: UInt32, _ headers: [String: String], isLast: Bool, _ writer: HeaderBlockWriter
  ) async throws {
    let stream = SPDYStream(id: id, headers: headers, connection: self)
    let refusal = state.withLock { state -> SPDYFrame.ResetReason? in
      guard id % 2 == 1, id > state.newest else { return .protocolError }
      state.newest = id
      guard state.streams.count < Self.streamLimit else { return .refused }
      state.streams[id] = stream
      return nil
    }
    if let refusal { return try await send(.reset(id, refusal)) }
    try await send(.reply(id, block: writer.block(of: []), isLast: false))
    if isLast { stream.endInput() }
    opened.yield(stream)
  }

  private func stream(_ id: UInt32) -> SPDYStream? { state.withLock { $0.streams[id] } }

  private func endStreams() {
    opened.finish()
    let streams = state.withLock { state in
      defer { state.streams = [:] }
      return Array(state.streams.values)
    }
    for stream in streams { stream.breakOff() }
  }
}
