import Glibc
import HTTPTransport
import SystemIO
import Testing

/// A server that answers the first call of every connection with the same frames of HTTP/2, whatever it is asked.
private final class CannedServer: Sendable {
  let port: UInt16
  private let listener: Int32

  /// Without an answer it says nothing at all.
  init(_ answer: [UInt8]?) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    try #require(bound)
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    let work = Unmanaged.passRetained(Work(listener: listener, answer: answer)).toOpaque()
    var thread = pthread_t()
    // Waiting would take a thread away from the tests' own tasks, of which there are few.
    let failure = pthread_create(&thread, nil, { Unmanaged<Work>.fromOpaque($0!).takeRetainedValue().serve() }, work)
    try #require(failure == 0)
    pthread_detach(thread)
  }

  private final class Work: Sendable {
    let listener: Int32
    let answer: [UInt8]?

    init(listener: Int32, answer: [UInt8]?) {
      self.listener = listener
      self.answer = answer
    }

    func serve() -> UnsafeMutableRawPointer? {
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0 { return nil }
        // The client's greeting and its whole request come before the answer.
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var seen: [UInt8] = []
        while !CannedServer.isWhole(seen) {
          let count = read(connection, &buffer, buffer.count)
          if count <= 0 { break }
          seen += buffer[..<count]
        }
        if let answer { _ = write(connection, answer, answer.count) }
        while read(connection, &buffer, buffer.count) > 0 {}
        close(connection)
      }
    }
  }

  /// Whether a frame of data that ends its stream has come.
  fileprivate static func isWhole(_ bytes: [UInt8]) -> Bool {
    var rest = bytes.dropFirst(24)[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      guard rest.count >= 9 + length else { return false }
      if head[3] == 0, head[4] & 1 == 1 { return true }
      rest = rest.dropFirst(9 + length)
    }
    return false
  }

  deinit {
    // Its thread wakes up and ends; the number is closed by nobody else.
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  // MARK: Frames

  static func answer(status: String? = "0", message: String? = nil, body: [UInt8]) -> [UInt8] {
    var trailers = field("grpc-status", status ?? "0")
    if let message { trailers += field("grpc-message", message) }
    let head = [0x88] + field("content-type", "application/grpc")
    return frame(4, 0, 0, []) + frame(4, 1, 0, []) + frame(1, 4, 1, head)
      + (body.isEmpty ? [] : frame(0, 0, 1, body)) + frame(1, 5, 1, trailers)
  }

  private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF), type, flags, 0, 0, 0, stream] + payload
  }

  /// A header that is not packed and not remembered.
  private static func field(_ name: String, _ value: String) -> [UInt8] {
    [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
  }
}

@Suite(.timeLimit(.minutes(1))) struct HealthCheckTests {
  private func ask(_ port: UInt16, limit: Duration = .seconds(5)) async -> HealthCheck.Answer {
    await HealthCheck(host: "127.0.0.1", port: port, service: "shop", userAgent: "kube-probe/1.32", limit: limit).run()
  }

  private func ask(_ server: CannedServer, limit: Duration = .seconds(5)) async -> HealthCheck.Answer {
    let answer = await ask(server.port, limit: limit)
    // Nobody needs it any more once its port is known; it would go before it is asked.
    withExtendedLifetime(server) {}
    return answer
  }

  @Test(
    arguments: [
      ([0, 0, 0, 0, 2, 8, 1], 1), ([0, 0, 0, 0, 2, 8, 2], 2), ([0, 0, 0, 0, 0], 0),
    ] as [([UInt8], UInt64)])
  func theStateOfTheServiceIsRead(body: [UInt8], state: UInt64) async throws {
    let server = try CannedServer(CannedServer.answer(body: body))
    #expect(await ask(server) == .state(state))
  }

  @Test func aRefusalIsToldWithItsWords() async throws {
    let server = try CannedServer(
      CannedServer.answer(status: "12", message: "unknown service grpc.health.v1.Health%21", body: []))
    #expect(await ask(server) == .refused(code: 12, message: "unknown service grpc.health.v1.Health!"))
  }

  @Test func nobodyListens() async throws {
    var server: CannedServer? = try CannedServer(nil)
    let port = try #require(server?.port)
    server = nil
    #expect(await ask(port) == .noConnection)
  }

  @Test func aSilentServiceIsWaitedForUntilTheLimit() async throws {
    let server = try CannedServer(nil)
    let clock = ContinuousClock()
    let begun = clock.now
    #expect(
      await ask(server, limit: .milliseconds(300)) == .refused(code: 4, message: "context deadline exceeded"))
    #expect(begun.duration(to: clock.now) < .seconds(3))
  }

  @Test func aServerOfAnotherProtocolIsBroken() async throws {
    let server = try CannedServer(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8))
    guard case .broken = await ask(server) else {
      Issue.record("taken for a health service")
      return
    }
  }
}
