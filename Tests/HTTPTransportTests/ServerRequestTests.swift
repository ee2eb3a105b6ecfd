import Glibc
import HTTPTransport
import KubernetesAPI
import SystemIO
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2))) struct ServerRequestTests {
  @Test(arguments: Road.allCases) func aRequestArrivesAsItWasMeant(road: Road) async throws {
    try await withServer(ClosureEndpoint.echo, over: road) { _, client in
      let response = try await client.send(
        APIRequest(
          "PATCH", "/api/v1/ö x%/pods",
          query: [QueryItem("a", "1 + 2"), QueryItem("a", "b&c=d"), QueryItem("empty", ""), QueryItem("ü", "%20")],
          headers: ["X-Test": "one", "x-test": "two"], body: Array("hello".utf8)))
      #expect(response.status == 200)
      #expect(response.headers["X-Seen"] == "yes")
      #expect(response.headers["Content-Type"] == "text/plain")
      #expect(
        try await response.text == """
          PATCH /api/v1/ö x%/pods
          user \(road == .unix ? "kubernetes-admin" : "tester")
          query a=1 + 2
          query a=b&c=d
          query empty=
          query ü=%20
          header one
          header two
          body 5 \(Array("hello".utf8).reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF })
          """)
    }
  }

  @Test(arguments: Road.allCases) func bodiesOfAllSizesComeThrough(road: Road) async throws {
    try await withServer(
      ClosureEndpoint { request throws(StatusError) in APIResponse(body: .bytes(request.body)) }, over: road
    ) {
      _, client in
      for size in [0, 1, 1000, 65_536, 1_000_000, 3 << 20] {
        let body = patternedBytes(size)
        let response = try await client.send(APIRequest("POST", "/", body: body))
        guard case .bytes(let found) = response.body else {
          Issue.record("a body of \(size) bytes came as a stream")
          continue
        }
        #expect(found == body, "\(size) bytes")
      }
    }
  }

  @Test func twoThousandQuickRequestsAreAnswered() async throws {
    try await withServer(ClosureEndpoint.echo) { _, client in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for worker in 0..<20 {
          group.addTask {
            for index in 0..<100 {
              let text = try await client.send(APIRequest("GET", "/\(worker)/\(index)")).text
              if !text.hasPrefix("GET /\(worker)/\(index)\n") { return false }
            }
            return true
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }

  @Test func anEndpointsErrorBecomesItsStatus() async throws {
    let refusal = StatusError.notFound("pods", "web")
    try await withServer(ClosureEndpoint { _ throws(StatusError) in throw refusal }) { _, client in
      let response = try await client.send(APIRequest("GET", "/x"))
      #expect(response.status == 404)
      #expect(StatusError(response: 404, body: Array(try await response.text.utf8)) == refusal)
    }
  }

  @Test(arguments: ["HEAD", "OPTIONS", "TRACE", "FOO"]) func otherMethodsAreRefused(method: String) async throws {
    try await withServer(ClosureEndpoint.echo) { server, _ in
      let connection = try server.connect()
      try await connection.write("\(method) / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let answer = try await connection.readAll()
      #expect(answer.hasPrefix("HTTP/1.1 405 "))
      #expect(answer.contains("the server does not allow this method") == (method != "HEAD"))
    }
  }

  @Test(arguments: Road.allCases) func aBodyThatIsTooLargeIsRefused(road: Road) async throws {
    try await withServer(ClosureEndpoint.echo, over: road) { _, client in
      let response = try await client.send(APIRequest("POST", "/", body: [UInt8](repeating: 0, count: (3 << 20) + 1)))
      #expect(response.status == 413)
      #expect(try await response.text.contains("Request entity too large: limit is 3145728"))
      #expect(try await client.send(APIRequest("GET", "/")).status == 200)
    }
  }

  @Test func aChunkedBodyIsCountedAsItComes() async throws {
    var limits = HTTPServerLimits()
    limits.bodyBytes = 10
    try await withServer(ClosureEndpoint.echo, limits: limits) { server, _ in
      for (size, status) in [(4, "200"), (6, "413")] {
        let connection = try server.connect()
        let chunk = String(size, radix: 16) + "\r\n" + String(repeating: "x", count: size) + "\r\n"
        try await connection.write(
          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunk + chunk
            + "0\r\n\r\n")
        #expect(try await connection.readAll().hasPrefix("HTTP/1.1 \(status) "))
      }
    }
  }

  @Test func aClientThatAsksFirstIsToldToGoOnOrNotTo() async throws {
    try await withServer(ClosureEndpoint.echo) { server, _ in
      let polite = try server.connect()
      try await polite.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
      #expect(try await polite.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try await polite.write("hello")
      #expect(try await polite.read(until: "body 5").hasPrefix("HTTP/1.1 200 "))
      let greedy = try server.connect()
      try await greedy.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")
      #expect(try await greedy.readAll().hasPrefix("HTTP/1.1 413 "))
    }
  }

  @Test(arguments: [
    ("Authorization: Bearer wrong\r\n", 401),
    // The line break is one character.
    ("Authorization: Bearer secret-of-teste\r\n", 401), ("authorization: bearer secret-of-tester\r\n", 200),
  ]) func aWrongTokenOpensNothing(header: String, status: Int) async throws {
    try await withServer(ClosureEndpoint.echo, over: .tls) { server, client in
      guard case .loopback(let port) = server.place else { return }
      let answer = try await ProgramOutput.of(
        "curl",
        ["-sk", "-o", "/dev/null", "-w", "%{http_code}"]
          + ["-H", String(header.dropLast()), "https://127.0.0.1:\(port)/x"])
      #expect(answer.output == "\(status)")
      #expect(try await client.send(APIRequest("GET", "/x")).status == 200)
    }
  }

  @Test(arguments: ["X: y", "Authorization: Basic secret-of-tester"])
  func whoShowsNoTokenIsNobody(header: String) async throws {
    let endpoint = ClosureEndpoint { request in APIResponse(body: .bytes(Array(request.user.name.utf8))) }
    try await withServer(endpoint, over: .tls) { server, client in
      guard case .loopback(let port) = server.place else { return }
      let answer = try await ProgramOutput.of("curl", ["-sk", "-H", header, "https://127.0.0.1:\(port)/x"])
      #expect(answer.output == "system:anonymous")
      #expect(try await client.send(APIRequest("GET", "/x")).text == "tester")
    }
  }

  private struct OneAccount: TokenAuthenticator {
    func user(bearing token: String) async throws(StatusError) -> UserInfo {
      if token != "a.b.c" { throw .unauthorized() }
      return .serviceAccount("robot", namespace: "works")
    }
  }

  @Test(arguments: [
    ("a.b.c", "system:serviceaccount:works:robot"), ("a.b.d", "Unauthorized"), ("abc", "Unauthorized"),
    ("mine", "tester"),
  ])
  func somebodyElseMayKnowATokenToo(token: String, answer: String) async throws {
    try await TemporaryFolder.with { folder in
      let server = HTTPServer(
        endpoint: ClosureEndpoint { request in
          #expect(request.headers["Authorization"] == nil)
          return APIResponse(body: .bytes(Array(request.user.name.utf8)))
        })
      let identity = try ServerIdentity.loadOrCreate(directory: folder.path + "/pki")
      let port = try server.listen(
        tls: identity, tokens: ["mine": UserInfo(name: "tester", groups: [])], others: OneAccount())
      let output = try await ProgramOutput.of(
        "curl", ["-sk", "-H", "Authorization: Bearer \(token)", "https://127.0.0.1:\(port)/x"])
      await server.stop()
      #expect(output.output.contains(answer))
    }
  }

  @Test func aStatusSaysThatNobodyIsKnown() async throws {
    try await withServer(ClosureEndpoint.echo, over: .tls) { server, _ in
      guard case .loopback(let port) = server.place else { return }
      var credentials = ClientCredentials()
      credentials.skipsVerification = true
      credentials.token = "wrong"
      let client = try HTTPClient(server: "https://127.0.0.1:\(port)", credentials: credentials)
      let response = try await client.send(APIRequest("GET", "/x"))
      #expect(StatusError(response: response.status, body: Array(try await response.text.utf8)) == .unauthorized())
    }
  }

  @Test func theSocketIsForItsOwnerOnlyAndGoesWithTheServer() async throws {
    try await withServer(ClosureEndpoint.echo) { server, _ in
      guard case .unix(let path) = server.place else { return }
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      let second = HTTPServer(endpoint: ClosureEndpoint.echo)
      #expect(throws: SystemCallError("bind", on: path, errno: EADDRINUSE)) { try second.listen(unixSocket: path) }
      await second.stop()
      await server.server.stop()
      #expect(!Files.exists(path))
    }
  }

  @Test func theSocketOfADeadServerIsReplaced() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path + "/api.sock"
      let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      #expect(bound == 0)
      close(dead)
      #expect(Files.exists(path))
      let server = HTTPServer(endpoint: ClosureEndpoint.echo)
      try server.listen(unixSocket: path)
      #expect(try await HTTPClient(unixSocket: path).send(APIRequest("GET", "/")).status == 200)
      await server.stop()
    }
  }

  @Test func aPathThatIsTooLongIsNamed() async throws {
    let path = "/tmp/" + String(repeating: "x", count: 120)
    let server = HTTPServer(endpoint: ClosureEndpoint.echo)
    #expect(throws: SystemCallError("bind", on: path, errno: ENAMETOOLONG)) { try server.listen(unixSocket: path) }
    await server.stop()
  }

  @Test func repeatedHeadersOfAnAnswerAreAllSent() async throws {
    let endpoint = ClosureEndpoint { _ throws(StatusError) in
      var headers = HTTPHeaders()
      headers.add("Warning", "299 - \"one\"")
      headers.add("Warning", "299 - \"two\"")
      return APIResponse(headers: headers)
    }
    try await withServer(endpoint) { _, client in
      let response = try await client.send(APIRequest("GET", "/"))
      #expect(response.headers.all("Warning") == ["299 - \"one\"", "299 - \"two\""])
    }
  }

  @Test func aConnectionServesManyRequests() async throws {
    try await withServer(ClosureEndpoint.echo) { server, _ in
      let connection = try server.connect()
      for index in 0..<3 {
        try await connection.write("GET /\(index) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try await connection.read(until: "body 0 0").contains("GET /\(index)\n"))
      }
      // Pipelined: both answers come, in order.
      try await connection.write(
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let answers = try await connection.readAll()
      #expect(answers.contains("GET /a\n") && answers.contains("GET /b\n"))
    }
  }
}
