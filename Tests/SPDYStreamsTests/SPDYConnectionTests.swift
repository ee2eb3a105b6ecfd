import KubernetesAPI
import Testing

@testable import SPDYStreams

/// A client of the connection under test, at the level of frames.
private struct FrameClient {
  let channel: PipeChannel
  private let writer = HeaderBlockWriter()
  private var parser = SPDYFrameParser()

  /// Runs the body beside a connection, which must have ended when the client closes.
  static func with(
    serve: @escaping @Sendable (SPDYStream) async -> Void, _ body: (inout FrameClient) async throws -> Void
  ) async throws {
    let (near, far) = PipeChannel.pair()
    let connection = SPDYConnection(over: near)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await connection.run() }
      group.addTask {
        await withDiscardingTaskGroup { group in
          for await stream in connection.streams { group.addTask { await serve(stream) } }
        }
      }
      var client = FrameClient(channel: far)
      try await body(&client)
      far.close()
      try await group.waitForAll()
    }
  }

  private init(channel: PipeChannel) { self.channel = channel }

  func send(_ frame: SPDYFrame) async throws { try await channel.write(frame.encoded) }

  func open(_ id: UInt32, _ headers: (String, String)..., isLast: Bool = false) async throws {
    try await send(.open(id, block: writer.block(of: headers.map { ($0.0, $0.1) }), isLast: isLast))
  }

  mutating func next() async throws -> SPDYFrame? {
    while true {
      if let frame = try parser.next() { return frame }
      guard let bytes = try await channel.read() else { return nil }
      parser.append(bytes)
    }
  }
}

/// Says what the stream is for, then everything that comes over it.
@Sendable private func echo(_ stream: SPDYStream) async {
  try? await stream.write(Array((stream.headers["streamtype"] ?? "?").utf8))
  do {
    while let bytes = try await stream.read() { try await stream.write(bytes) }
    try await stream.closeWriting()
  } catch {}
}

@Suite(.timeLimit(.minutes(1))) struct SPDYConnectionTests {
  @Test func streamsAreCarriedSideBySide() async throws {
    try await FrameClient.with(serve: echo) { client in
      for id: UInt32 in [1, 3, 5] {
        try await client.open(id, ("streamType", "kind \(id)"), ("port", "80"))
        guard case .reply(id, _, isLast: false) = try await client.next() else {
          Issue.record("no reply to stream \(id)")
          return
        }
        #expect(try await client.next() == .data(id, Array("kind \(id)".utf8), isLast: false))
      }
      for id: UInt32 in [5, 1, 3] {
        try await client.send(.data(id, [7, 8, UInt8(id)], isLast: true))
        #expect(try await client.next() == .data(id, [7, 8, UInt8(id)], isLast: false))
        #expect(try await client.next() == .data(id, [], isLast: true))
      }
    }
  }

  @Test func aResetEndsOneStreamOnly() async throws {
    try await FrameClient.with(serve: echo) { client in
      for id: UInt32 in [1, 3] {
        try await client.open(id, ("streamType", "data"))
        _ = try await client.next()
        _ = try await client.next()
      }
      try await client.send(.reset(1, .cancelled))
      try await client.send(.data(1, [1], isLast: false))
      try await client.send(.data(3, [3], isLast: false))
      #expect(try await client.next() == .data(3, [3], isLast: false))
    }
  }

  @Test func streamsOfTheWrongSideAreRefused() async throws {
    try await FrameClient.with(serve: echo) { client in
      try await client.open(2, ("streamType", "data"))
      #expect(try await client.next() == .reset(2, .protocolError))
      // The headers of the refused one have been read all the same: these build on them.
      try await client.open(3, ("streamType", "data"))
      _ = try await client.next()
      #expect(try await client.next() == .data(3, Array("data".utf8), isLast: false))
      try await client.open(1, ("streamType", "late"))
      #expect(try await client.next() == .reset(1, .protocolError))
    }
  }

  @Test func pingsOfTheClientComeBack() async throws {
    try await FrameClient.with(serve: echo) { client in
      try await client.send(.ping(9))
      #expect(try await client.next() == .ping(9))
    }
  }

  @Test func aClientThatSaysGoodbyeIsNotWaitedFor() async throws {
    try await FrameClient.with(serve: echo) { client in
      try await client.open(1, ("streamType", "data"))
      try await client.send(.goodbye)
      while try await client.next() != nil {}
    }
  }

  @Test func whatIsNoFrameEndsTheConnection() async throws {
    for garbage: [UInt8] in [
      Array("GET / HTTP/1.1\r\n\r\n".utf8) + [UInt8](repeating: 0x80, count: 64),
      [0x80, 2, 0, 1, 0, 0, 0, 0], [0x80, 3, 0, 1, 0, 0, 0, 2, 0, 0], [0x80, 3, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1],
      SPDYFrame.open(1, block: [1, 2, 3, 4, 5], isLast: false).encoded,
    ] {
      try await FrameClient.with(serve: echo) { client in
        try await client.channel.write(garbage)
        client.channel.closeWriting()
        while try await client.next() != nil {}
      }
    }
  }

  @Test func randomBytesAndCutFramesNeverCrash() async throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let writer = HeaderBlockWriter()
      var bytes: [UInt8] = []
      for id: UInt32 in 1...6 {
        bytes += SPDYFrame.open(id * 2 - 1, block: writer.block(of: [("streamtype", "data")]), isLast: false).encoded
        bytes += SPDYFrame.data(id, [1, 2, 3], isLast: Bool.random()).encoded
      }
      for _ in 0..<Int.random(in: 1...4) { bytes[Int.random(in: 0..<bytes.count)] = random.next() }
      let damaged = Array(bytes.prefix(Int.random(in: 0...bytes.count)))
      try await FrameClient.with(serve: echo) { client in
        try await client.channel.write(damaged)
        client.channel.closeWriting()
        while (try? await client.next()) != nil {}
      }
    }
  }
}
