import HTTPTransport
import KubernetesAPI
import Synchronization
import SystemIO
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2))) struct ServerStreamTests {
  private let watch = APIRequest("GET", "/watch", query: [QueryItem("watch", "true")])

  /// Serves one pipe to each request and says when its reader has given up.
  private final class PipeEndpoint: APIEndpoint {
    let pipes: AsyncStream<BytePipe>
    private let opened: AsyncStream<BytePipe>.Continuation
    let cancelled: AsyncStream<Void>
    private let cancel: AsyncStream<Void>.Continuation

    init() {
      (pipes, opened) = AsyncStream.makeStream()
      (cancelled, cancel) = AsyncStream.makeStream()
    }

    func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
      let pipe = BytePipe { self.cancel.yield() }
      opened.yield(pipe)
      return APIResponse(headers: ["Content-Type": "application/json"], body: .stream(pipe))
    }

    func nextPipe() async -> BytePipe {
      for await pipe in pipes { return pipe }
      preconditionFailure("the stream of pipes has no end")
    }

    func waitUntilCancelled() async {
      for await _ in cancelled { return }
    }
  }

  private func stream(_ response: APIResponse) throws -> any ByteStream {
    guard case .stream(let stream) = response.body else {
      throw UnexpectedAnswer(description: "the answer is no stream")
    }
    return stream
  }

  @Test(arguments: Road.allCases) func chunksArriveWhenTheyAreWritten(road: Road) async throws {
    let endpoint = PipeEndpoint()
    try await withServer(endpoint, over: road) { _, client in
      let stream = try stream(try await client.send(watch))
      let pipe = await endpoint.nextPipe()
      for index in 0..<10 {
        let line = Array("event \(index)\n".utf8)
        try await pipe.write(line)
        #expect(try await stream.next() == line)
      }
      pipe.finish()
      #expect(try await stream.next() == nil)
    }
  }

  @Test func otherRequestsAreAnsweredBesideAHundredSilentStreams() async throws {
    let endpoint = PipeEndpoint()
    try await withServer(
      ClosureEndpoint { request throws(StatusError) in
        request.path == "/watch" ? try await endpoint.send(request) : APIResponse()
      }
    ) { _, client in
      var streams: [any ByteStream] = []
      for _ in 0..<100 { streams.append(try stream(try await client.send(watch))) }
      let start = ContinuousClock.now
      for _ in 0..<50 { #expect(try await client.send(APIRequest("GET", "/quick")).status == 200) }
      #expect(ContinuousClock.now - start < .seconds(5))
      for stream in streams { stream.cancel() }
    }
  }

  @Test(arguments: Road.allCases) func aClientThatGoesAwayCancelsItsSilentStream(road: Road) async throws {
    let endpoint = PipeEndpoint()
    try await withServer(endpoint, over: road) { _, client in
      let stream = try stream(try await client.send(watch))
      _ = await endpoint.nextPipe()
      stream.cancel()
      try await withTimeLimit(.seconds(10), "the cancelling of the server's stream") {
        await endpoint.waitUntilCancelled()
      }
    }
  }

  @Test func aClientThatWasKilledCancelsItsSilentStream() async throws {
    let endpoint = PipeEndpoint()
    try await withServer(endpoint) { server, _ in
      let connection = try server.connect()
      try await connection.write("GET /watch?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
      let pipe = await endpoint.nextPipe()
      try await pipe.write([1])
      _ = try await connection.read(until: "\u{1}")
      connection.close()
      try await withTimeLimit(.seconds(10), "the cancelling of the server's stream") {
        await endpoint.waitUntilCancelled()
      }
    }
  }

  /// Nobody else asks for anything meanwhile: the server has to think of it by itself.
  @Test func theConnectionOfAStreamThatWasLeftIsClosedOnAQuietServer() async throws {
    let endpoint = PipeEndpoint()
    try await withServer(endpoint) { server, _ in
      let before = try server.openConnections
      for _ in 0..<3 {
        let connection = try server.connect()
        try await connection.write("GET /watch?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        let pipe = await endpoint.nextPipe()
        try await pipe.write([1])
        _ = try await connection.read(until: "\u{1}")
        #expect(try server.openConnections > before)
        connection.close()
        try await Deadline.wait("the server's end is closed", within: .seconds(10)) {
          try server.openConnections == before
        }
      }
    }
  }

  @Test func aStreamThatBreaksIsNotTakenForComplete() async throws {
    struct Torn: Error {}
    let endpoint = PipeEndpoint()
    try await withServer(endpoint) { _, client in
      let stream = try stream(try await client.send(watch))
      let pipe = await endpoint.nextPipe()
      try await pipe.write([1, 2, 3])
      #expect(try await stream.next() == [1, 2, 3])
      pipe.finish(throwing: Torn())
      await #expect(throws: (any Error).self) { try await stream.next() }
    }
  }

  @Test(arguments: Road.allCases) func aSlowReaderHoldsTheWriterBack(road: Road) async throws {
    let endpoint = PipeEndpoint()
    try await withServer(endpoint, over: road) { _, client in
      let stream = try stream(try await client.send(watch))
      let pipe = await endpoint.nextPipe()
      let written = Atomic(0)
      let total = 16 << 20
      async let writing: Void = {
        for _ in 0..<(total >> 16) {
          try await pipe.write([UInt8](repeating: 7, count: 65_536))
          written.add(65_536, ordering: .relaxed)
        }
        pipe.finish()
      }()
      // Nobody reads: the writer comes to a halt long before the end.
      var before = -1
      while before != written.load(ordering: .relaxed) {
        before = written.load(ordering: .relaxed)
        try await Task.sleep(for: .milliseconds(300))
      }
      #expect(before < 12 << 20)
      var count = 0
      while let chunk = try await stream.next() { count += chunk.count }
      #expect(count == total)
      try await writing
    }
  }

  @Test func stoppingEndsStreamsInAnOrderlyWay() async throws {
    let endpoint = PipeEndpoint()
    try await withServer(endpoint) { server, client in
      let stream = try stream(try await client.send(watch))
      let pipe = await endpoint.nextPipe()
      try await pipe.write([1])
      #expect(try await stream.next() == [1])
      await server.server.stop()
      #expect(try await stream.next() == nil)
      await #expect(throws: StatusError.self) { try await client.send(APIRequest("GET", "/")) }
    }
  }

  @Test func stoppingDoesNotWaitForAnEndpointThatNeverAnswers() async throws {
    let endpoint = ClosureEndpoint { _ throws(StatusError) in
      // Does not listen to cancelling, as no endpoint should.
      await withCheckedContinuation { continuation in
        Task {
          try? await Task.sleep(for: .seconds(3))
          continuation.resume()
        }
      }
      return APIResponse()
    }
    try await withServer(endpoint) { server, _ in
      let connection = try server.connect()
      try await connection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      try await Task.sleep(for: .milliseconds(100))
      let start = ContinuousClock.now
      await server.server.stop(patience: .milliseconds(200))
      #expect(ContinuousClock.now - start < .seconds(2))
      #expect(try await connection.readAll() == "")
    }
  }
}
