import ContainerRuntime
import Synchronization
import Testing

@testable import Kubelet

struct HTTPProbeTests {
  static let start = WebAddress(scheme: "http", host: "10.1.1.1", port: 8080, path: "/a/b?c=d")

  @Test(arguments: [
    ("/ready", "http://10.1.1.1:8080/ready"), ("ready", "http://10.1.1.1:8080/a/ready"),
    ("http://10.1.1.1/x", "http://10.1.1.1:80/x"), ("https://10.1.1.1:8443", "https://10.1.1.1:8443/"),
    ("//example.com/y?z", "http://example.com:80/y?z"),
  ])
  func redirectionsLeadWhereTheySay(location: String, expected: String) {
    #expect(Self.start.following(location)?.description == expected)
  }

  @Test(arguments: ["ftp://10.1.1.1/", "http://"])
  func redirectionsThatLeadNowhereAreNotFollowed(location: String) {
    #expect(Self.start.following(location) == nil)
  }

  @Test func answersAreReadAsFarAsProbesLookAtThem() async throws {
    func read(_ pieces: String...) async throws -> HTTPAnswer {
      try await HTTPAnswer.read(from: CannedConnection(pieces))
    }
    let plain = try await read("HTTP/1.1 200 OK\r\nContent-Le", "ngth: 2\r\n\r", "\nok")
    #expect(plain.status == 200)
    #expect(plain.header("content-length") == "2")
    let elsewhere = try await read("HTTP/1.0 302 Found\nLocation: /there\n\nmoved ", "on")
    #expect(elsewhere.header("location") == "/there")
    #expect(HTTPProbe.verdict(on: elsewhere) == .warning("Probe terminated redirects, Response body: moved on"))
    #expect(
      HTTPProbe.verdict(on: try await read("HTTP/1.1 503 Busy\r\n\r\n"))
        == .failure("HTTP probe failed with statuscode: 503"))
    await #expect(throws: NetworkFailure("EOF")) { try await read() }
    await #expect(
      throws: NetworkFailure("net/http: HTTP/1.x transport connection broken: malformed HTTP response \"hello\"")
    ) { try await read("hello\r\n") }
  }

  @Test(arguments: [
    (HealthAnswer.state(1), ProbeResult.success),
    (.state(2), .failure("service unhealthy (responded with \"NOT_SERVING\")")),
    (
      .refused(code: 12, message: "no such service"),
      .failure(
        "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): no such service")
    ),
    (.refused(code: 4, message: ""), .failure("timeout: health rpc did not complete within 1s")),
    (
      .refused(code: 5, message: "unknown service"),
      .failure("error: health rpc probe failed: rpc error: code = NotFound desc = unknown service")
    ),
  ])
  func healthServicesAreJudged(answer: HealthAnswer, result: ProbeResult) {
    #expect(HealthProbe.verdict(on: answer, within: .seconds(1)) == result)
  }
}

private final class CannedConnection: ByteConnection {
  private let pieces: Mutex<[String]>

  init(_ pieces: [String]) { self.pieces = Mutex(pieces) }

  func read() async throws -> [UInt8] { pieces.withLock { $0.isEmpty ? [] : Array($0.removeFirst().utf8) } }
  func write(_ bytes: [UInt8]) async throws {}
  func closeWriting() {}
  func close() {}
}
