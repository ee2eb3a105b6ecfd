import HTTPTransport
import KubernetesAPI
import SystemIO
import TestSupport
import Testing

/// Upgrades every request and runs the closure on the server's end of the channel.
private struct UpgradingEndpoint: APIEndpoint {
  let serve: @Sendable (PipeChannel) async -> Void

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    guard request.headers["Upgrade"] == "plain" else { throw .badRequest("Upgrade request required") }
    let (near, far) = PipeChannel.pair()
    Task { await serve(near) }
    return APIResponse(status: 101, headers: ["Upgrade": "plain", "X-Seen": "yes"], body: .upgraded(far))
  }

  /// Sends everything back, and after the client's end says how much it was.
  static let echo = UpgradingEndpoint { channel in
    var count = 0
    while let bytes = try? await channel.read() {
      count += bytes.count
      try? await channel.write(bytes)
    }
    try? await channel.write(Array("|\(count)".utf8))
    channel.close()
  }
}

@Suite(.serialized, .timeLimit(.minutes(2))) struct UpgradeTests {
  private let request = APIRequest("GET", "/exec", headers: ["Upgrade": "plain", "Connection": "Upgrade"])

  private func channel(_ response: APIResponse) throws -> any ByteChannel {
    guard case .upgraded(let channel) = response.body else {
      throw UnexpectedAnswer(description: "not upgraded but answered with \(response.status)")
    }
    return channel
  }

  @Test(arguments: Road.allCases) func bytesGoBothWays(road: Road) async throws {
    try await withServer(UpgradingEndpoint.echo, over: road) { _, client in
      let response = try await client.send(request)
      #expect(response.status == 101)
      #expect(response.headers["X-Seen"] == "yes")
      let channel = try channel(response)
      for index in 0..<100 {
        let bytes = Array("message \(index)".utf8)
        try await channel.write(bytes)
        #expect(try await channel.read() == bytes)
      }
      channel.close()
    }
  }

  @Test(arguments: Road.allCases) func muchDataGoesThroughBothWaysAtOnce(road: Road) async throws {
    try await withServer(UpgradingEndpoint.echo, over: road) { _, client in
      let channel = try channel(try await client.send(request))
      let data = patternedBytes(4 << 20)
      async let writing: Void = channel.write(data)
      var found: [UInt8] = []
      while found.count < data.count, let bytes = try await channel.read() { found += bytes }
      try await writing
      #expect(found == data)
      channel.close()
    }
  }

  @Test(arguments: Road.allCases) func aClientMayEndItsHalfAndStillRead(road: Road) async throws {
    try await withServer(UpgradingEndpoint.echo, over: road) { _, client in
      let channel = try channel(try await client.send(request))
      try await channel.write(Array("hello".utf8))
      channel.closeWriting()
      var text = ""
      while let bytes = try await channel.read() { text += String(decoding: bytes, as: UTF8.self) }
      #expect(text == "hello|5")
      channel.close()
    }
  }

  @Test(arguments: Road.allCases) func anEndpointThatClosesEndsTheConnection(road: Road) async throws {
    let endpoint = UpgradingEndpoint { channel in
      try? await channel.write(Array("bye".utf8))
      channel.close()
    }
    try await withServer(endpoint, over: road) { _, client in
      let channel = try channel(try await client.send(request))
      #expect(try await channel.read() == Array("bye".utf8))
      #expect(try await channel.read() == nil)
      channel.close()
    }
  }

  @Test(arguments: Road.allCases) func aClientThatGoesAwayIsNoticed(road: Road) async throws {
    let (ended, end) = AsyncStream<[UInt8]>.makeStream()
    let endpoint = UpgradingEndpoint { channel in
      var bytes: [UInt8] = []
      while let more = try? await channel.read() { bytes += more }
      end.yield(bytes)
      channel.close()
    }
    try await withServer(endpoint, over: road) { _, client in
      let channel = try channel(try await client.send(request))
      try await channel.write(Array("last words".utf8))
      channel.close()
      try await withTimeLimit(.seconds(10), "the end of the server's side") {
        for await bytes in ended {
          #expect(bytes == Array("last words".utf8))
          return
        }
      }
    }
  }

  @Test func bytesThatComeWithTheHandshakeAreNotLost() async throws {
    try await withServer(UpgradingEndpoint.echo) { server, _ in
      let connection = try server.connect()
      try await connection.write(
        "GET /exec HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: plain\r\n\r\nearly")
      #expect(try await connection.read(until: "early").hasSuffix("\r\n\r\nearly"))
      try await connection.write(" and late")
      #expect(try await connection.read(until: "late") == " and late")
    }
  }

  @Test func bytesThatComeWithTheAnswerAreNotLost() async throws {
    let endpoint = UpgradingEndpoint { channel in
      try? await channel.write(Array("at once".utf8))
      _ = try? await channel.read()
      channel.close()
    }
    try await withServer(endpoint) { _, client in
      let channel = try channel(try await client.send(request))
      var text = ""
      while text.count < 7, let bytes = try await channel.read() { text += String(decoding: bytes, as: UTF8.self) }
      #expect(text == "at once")
      channel.close()
    }
  }

  @Test(arguments: Road.allCases) func aRefusedUpgradeIsAnOrdinaryAnswer(road: Road) async throws {
    try await withServer(UpgradingEndpoint.echo, over: road) { _, client in
      var request = request
      request.headers["Upgrade"] = "other"
      let response = try await client.send(request)
      #expect(response.status == 400)
      #expect(try await response.text.contains("Upgrade request required"))
    }
  }

  @Test(arguments: Road.allCases) func aRemoteCommandRunsThroughTheServer(road: Road) async throws {
    let endpoint = ClosureEndpoint { request throws(StatusError) in
      let (session, response) = try RemoteCommandSession.accept(request)
      Task {
        await session.run { session in
          while let bytes = try? await session.input.next() { try? await session.write(output: bytes) }
          return .exited(7)
        }
      }
      return response
    }
    try await withServer(endpoint, over: road) { _, client in
      let connection = try await RemoteCommandConnection.open(
        APIRequest("GET", "/exec", query: RemoteCommandStreams(input: true).query), at: client)
      try await connection.write(input: Array("hello".utf8))
      #expect(try await connection.next() == .output(Array("hello".utf8)))
      try await connection.closeInput()
      #expect(try await connection.next() == .ended(.exited(7)))
      #expect(try await connection.next() == nil)
      await connection.close()
    }
  }

  @Test(arguments: Road.allCases) func stoppingClosesWhatIsUpgraded(road: Road) async throws {
    try await withServer(UpgradingEndpoint.echo, over: road) { server, client in
      let channel = try channel(try await client.send(request))
      try await channel.write([1])
      #expect(try await channel.read() == [1])
      let start = ContinuousClock.now
      await server.server.stop()
      #expect(ContinuousClock.now - start < .seconds(2))
      while let bytes = try? await channel.read() { #expect(bytes.count < 10) }
      channel.close()
    }
  }
}
