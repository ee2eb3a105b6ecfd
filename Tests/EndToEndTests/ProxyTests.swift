import SystemIO
import TestSupport
import Testing

/// `proxy` at the prompt and on its own, as browsers and programs meet it.
@Suite(.needsUserNamespace, .timeLimit(.minutes(1)))
struct ProxyTests {
  @Test func theAPIIsServedInTheBackgroundUntilTheJobEnds() async throws {
    try await Learner.with { learner in
      try await learner.terminal { terminal in
        try await terminal.expect("default>", within: .seconds(60))
        try await terminal.type("proxy --port=0 &\r")
        try await terminal.expect("Starting to serve on 127.0.0.1:")
        try await terminal.expect("default (1 job)>")
        let port = try #require(terminal.screen.text.firstMatch(of: /serve on 127\.0\.0\.1:(\d+)/)?.1)
        let connection = HTTPProbe(port: try #require(UInt16(port)))
        #expect(try await connection.get("/api/v1/nodes").contains("\"name\":\"podium\""))
        // Pages of the web call it by names of their own, and an exec is more than reading.
        #expect(try await connection.get("/api/v1/nodes", host: "example.org").hasPrefix("HTTP/1.1 403"))
        #expect(try await connection.get("/api/v1/namespaces/default/pods/a/exec").hasPrefix("HTTP/1.1 403"))
        #expect(try await connection.get("/static/x").hasPrefix("HTTP/1.1 404"))
        try await terminal.type("kill %1\r")
        try await terminal.expect("proxy --port=0")
        try await Deadline.wait("nobody listens any more", within: .seconds(5)) {
          (try? await connection.get("/healthz")) == nil
        }
        try await terminal.type("exit\r")
        _ = try await terminal.waitForEnd()
      }
    }
  }

  @Test func aWatchComesThroughAsItHappens() async throws {
    try await Learner.with { learner in
      try await learner.terminal("kubectl", "proxy", "--port=0", "--api-prefix=/k") { terminal in
        try await terminal.expect("Starting to serve on 127.0.0.1:", within: .seconds(60))
        try await Task.sleep(for: .milliseconds(100))
        let port = try #require(terminal.screen.text.firstMatch(of: /serve on 127\.0\.0\.1:(\d+)/)?.1)
        let probe = HTTPProbe(port: try #require(UInt16(port)))
        #expect(try await probe.get("/version").hasPrefix("HTTP/1.1 404"))
        let watch = try await probe.open("/k/api/v1/namespaces/default/configmaps?watch=true")
        try await learner.kubectl("create", "configmap", "seen")
        try await watch.expect("\"name\":\"seen\"")
        watch.close()
        try await terminal.press(.controlC)
        #expect(try await terminal.waitForEnd() != .exited(0))
      }
    }
  }
}

/// Asks a server of this machine over HTTP, by hand: what is sent and what comes back are the bytes themselves.
private struct HTTPProbe {
  let port: UInt16

  /// The whole answer, head and body.
  func get(_ path: String, host: String = "localhost") async throws -> String {
    let connection = try await send(path, host: host)
    defer { connection.close() }
    var answer: [UInt8] = []
    while case let bytes = try await connection.read(), !bytes.isEmpty { answer += bytes }
    return String(decoding: answer, as: UTF8.self)
  }

  /// An answer that does not end.
  func open(_ path: String) async throws -> Stream { Stream(connection: try await send(path, host: "localhost")) }

  private func send(_ path: String, host: String) async throws -> TCPConnection {
    let connection = try await TCPConnection.open(address: "127.0.0.1", port: port)
    try await connection.write(Array("GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n\r\n".utf8))
    return connection
  }

  struct Stream {
    let connection: TCPConnection

    func expect(_ text: String) async throws {
      var seen = ""
      while !seen.contains(text) {
        let bytes = try await connection.read()
        try #require(!bytes.isEmpty, "the stream ended after \(seen)")
        seen += String(decoding: bytes, as: UTF8.self)
      }
    }

    func close() { connection.close() }
  }
}
