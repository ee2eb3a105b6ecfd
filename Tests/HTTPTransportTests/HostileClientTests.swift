import Glibc
import HTTPTransport
import KubernetesAPI
import SystemIO
import TestSupport
import Testing

/// Nothing that a client sends, or fails to send, ends or hangs the server.
@Suite(.serialized, .timeLimit(.minutes(3))) struct HostileClientTests {
  private static let garbage: [(String, [UInt8])] = [
    ("nothing", []),
    ("an empty line", Array("\r\n".utf8)),
    ("text", Array("hello\r\n\r\n".utf8)),
    ("zeros", [UInt8](repeating: 0, count: 5000)),
    ("high bytes", [UInt8](repeating: 0xFF, count: 5000)),
    ("a TLS greeting", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]),
    ("no version", Array("GET /\r\n\r\n".utf8)),
    ("another version", Array("GET / HTTP/9.9\r\nHost: x\r\n\r\n".utf8)),
    ("no host", Array("GET / HTTP/1.1\r\n\r\n".utf8)),
    ("a header without colon", Array("GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n".utf8)),
    ("a negative length", Array("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".utf8)),
    ("a length that is no number", Array("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n".utf8)),
    (
      "a length beyond all numbers",
      Array("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n".utf8)
    ),
    ("a bad chunk", Array("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".utf8)),
    (
      "a chunk beyond all numbers",
      Array("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n".utf8)
    ),
    ("a path that is not text", Array("GET /%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)),
    ("a path with a raw zero", Array("GET /a\0b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)),
    ("a long path", Array("GET /".utf8) + [UInt8](repeating: 0x61, count: 200_000) + Array(" HTTP/1.1\r\n\r\n".utf8)),
    ("a long header", Array("GET / HTTP/1.1\r\nHost: x\r\nA: ".utf8) + [UInt8](repeating: 0x61, count: 200_000)),
    (
      "many headers",
      Array("GET / HTTP/1.1\r\nHost: x\r\n".utf8) + (0..<20_000).flatMap { Array("H\($0): x\r\n".utf8) }
    ),
    ("half a request", Array("GET / HTTP/1.1\r\nHo".utf8)),
    ("half a body", Array("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".utf8)),
  ]

  @Test(arguments: Road.allCases) func garbageIsAnsweredOrCutOff(road: Road) async throws {
    try await withServer(ClosureEndpoint.echo, over: road) { server, client in
      for (name, bytes) in Self.garbage {
        try await withTimeLimit(.seconds(20), "an end after \(name)") {
          let connection = try server.connect()
          // The server may hang up in the middle of it.
          try? await connection.write(bytes)
          connection.closeWriting()
          let answer = (try? await connection.readAll()) ?? ""
          if road == .unix { #expect(answer.isEmpty || answer.hasPrefix("HTTP/1."), "\(name): \(answer.prefix(80))") }
        }
        #expect(try await client.send(APIRequest("GET", "/")).status == 200, "after \(name)")
      }
    }
  }

  @Test func mutatedRequestsNeverEndTheServer() async throws {
    try await withServer(ClosureEndpoint.echo) { server, client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for seed in 1...40 as ClosedRange<UInt64> {
          group.addTask {
            var random = SeededRandom(seed: seed)
            for _ in 0..<10 {
              let bytes = Self.mutatedRequest(&random)
              try await withTimeLimit(.seconds(60), "an end, seed \(seed)") {
                let connection = try server.connect()
                try? await connection.write(bytes)
                connection.closeWriting()
                _ = try? await connection.readAll()
              }
              #expect(try await client.send(APIRequest("GET", "/")).status == 200, "seed \(seed)")
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  private static func mutatedRequest(_ random: inout SeededRandom) -> [UInt8] {
    let requests = [
      "GET /api/v1/pods?watch=1&x=%20 HTTP/1.1\r\nHost: x\r\nAccept: a\r\n\r\n",
      "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
      "PUT /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: x\r\n\r\n",
      "GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\u{1}\u{2}",
    ]
    var bytes = Array(requests.randomElement(using: &random)!.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[..<place], at: place)
      default: bytes.insert([13, 10, 0, 58, 32].randomElement(using: &random)!, at: place)
      }
    }
    return bytes
  }

  @Test(arguments: Road.allCases) func whoeverSaysNothingOrLittleIsCutOff(road: Road) async throws {
    var limits = HTTPServerLimits()
    limits.requestTime = .milliseconds(500)
    try await withServer(ClosureEndpoint.echo, over: road, limits: limits) { server, client in
      let silent = try server.connect()
      let slow = try server.connect()
      let dripping = Task {
        // A byte now and then, so that the connection never looks idle.
        for byte in Array("GET / HTTP/1.1\r\nHost: x\r\nLong: ".utf8) + [UInt8](repeating: 0x61, count: 10_000) {
          try await slow.write([byte])
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      #expect(try await client.send(APIRequest("GET", "/")).status == 200)
      try await withTimeLimit(.seconds(10), "the end of the silent connection") { _ = try? await silent.readAll() }
      try await withTimeLimit(.seconds(10), "the end of the slow connection") {
        _ = try? await slow.readAll()
        await #expect(throws: (any Error).self) { try await dripping.value }
      }
      #expect(try await client.send(APIRequest("GET", "/")).status == 200)
    }
  }

  @Test func aStreamOutlivesTheTimeForIdleConnections() async throws {
    var limits = HTTPServerLimits()
    limits.requestTime = .seconds(1)
    limits.idleTime = .seconds(1)
    let pipe = BytePipe()
    try await withServer(ClosureEndpoint { _ throws(StatusError) in APIResponse(body: .stream(pipe)) }, limits: limits)
    {
      _, client in
      guard case .stream(let stream) = try await client.send(APIRequest("GET", "/")).body else { return }
      try await Task.sleep(for: .seconds(4))
      try await pipe.write([1])
      #expect(try await stream.next() == [1])
      stream.cancel()
    }
  }

  @Test(arguments: Road.allCases) func hundredsOfIdleConnectionsAreNoBurden(road: Road) async throws {
    try await withServer(ClosureEndpoint.echo, over: road) { server, client in
      // Bounded by the descriptors of this process, which holds both ends.
      var connections: [Descriptor] = []
      for _ in 0..<250 { connections.append(try server.connect()) }
      let start = ContinuousClock.now
      for _ in 0..<20 { #expect(try await client.send(APIRequest("GET", "/")).status == 200) }
      #expect(ContinuousClock.now - start < .seconds(10))
      for connection in connections { connection.close() }
    }
  }

  @Test func connectionsBeyondTheLimitWaitUntilOthersEnd() async throws {
    var limits = HTTPServerLimits()
    limits.connections = 5
    try await withServer(ClosureEndpoint.echo, limits: limits) { server, _ in
      var idle: [Descriptor] = []
      for _ in 0..<5 { idle.append(try server.connect()) }
      try await Task.sleep(for: .milliseconds(100))
      let patient = try server.connect()
      try await patient.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      try await Task.sleep(for: .milliseconds(100))
      for connection in idle { connection.close() }
      let answer = try await withTimeLimit(.seconds(10), "the answer to the one that waited") {
        try await patient.readAll()
      }
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test func aClientThatNeverReadsHoldsUpNobodyElse() async throws {
    var limits = HTTPServerLimits()
    limits.idleTime = .seconds(1)
    let big = APIResponse(body: .bytes([UInt8](repeating: 7, count: 20 << 20)))
    try await withServer(ClosureEndpoint { _ throws(StatusError) in big }, limits: limits) { server, client in
      let deaf = try server.connect()
      try await deaf.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      for _ in 0..<3 {
        guard case .bytes(let bytes) = try await client.send(APIRequest("GET", "/")).body else { continue }
        #expect(bytes.count == 20 << 20)
      }
      // It is cut off when nothing has moved for the idle time.
      try await Task.sleep(for: .seconds(3))
      #expect(try await deaf.readAll().utf8.count < 20 << 20)
    }
  }

  @Test func aHalfClosedClientStillGetsItsAnswer() async throws {
    let endpoint = ClosureEndpoint { _ throws(StatusError) in
      try? await Task.sleep(for: .milliseconds(100))
      return APIResponse(body: .bytes(Array("here".utf8)))
    }
    try await withServer(endpoint) { server, _ in
      let connection = try server.connect()
      try await connection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      connection.closeWriting()
      #expect(try await connection.readAll().hasSuffix("\r\n\r\nhere"))
    }
  }

  /// Streams, upgrades and requests that end in every way leave no connection behind.
  @Test(arguments: Road.allCases) func nothingIsLeftOpen(road: Road) async throws {
    let endpoint = ClosureEndpoint { request throws(StatusError) in
      switch request.path {
      case "/stream":
        let pipe = BytePipe()
        try? await pipe.write([1])
        return APIResponse(body: .stream(pipe))
      case "/upgrade":
        let (near, far) = PipeChannel.pair()
        Task {
          while let bytes = try? await near.read() { try? await near.write(bytes) }
          near.close()
        }
        return APIResponse(status: 101, headers: ["Upgrade": "x"], body: .upgraded(far))
      default: return APIResponse(body: .bytes([1]))
      }
    }
    try await withServer(endpoint, over: road) { server, client in
      for round in 0..<30 {
        _ = try await client.send(APIRequest("GET", "/", headers: ["Connection": "close"]))
        guard
          case .stream(let stream) = try await client.send(APIRequest("GET", "/stream")).body,
          case .upgraded(let channel) = try await client.send(
            APIRequest("GET", "/upgrade", headers: ["Upgrade": "x", "Connection": "Upgrade"])
          ).body
        else {
          Issue.record("neither stream nor upgrade")
          return
        }
        #expect(try await stream.next() == [1])
        try await channel.write([2])
        #expect(try await channel.read() == [2])
        #expect(try server.openConnections > 1)
        // Some are closed by the client, some forgotten, some left to the server's stop.
        if round < 20 {
          stream.cancel()
          channel.close()
        } else if round < 25 {
          channel.closeWriting()
          #expect(try await channel.read() == nil)
          channel.close()
        }
      }
      await server.server.stop()
      try await Deadline.wait("the end of all connections to the server") { try server.openConnections == 0 }
    }
  }
}
