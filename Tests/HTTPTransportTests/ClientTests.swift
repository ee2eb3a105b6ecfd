import Glibc
import KubernetesAPI
import SystemIO
import TestSupport
import Testing

@testable import HTTPTransport

@Suite(.serialized, .timeLimit(.minutes(2))) struct ClientTests {
  @Test(arguments: [
    ("https://example.org", "example.org", "443", "example.org:443"),
    ("http://example.org/a/b", "example.org", "80", "example.org:80"),
    ("https://127.0.0.1:6443/", "127.0.0.1", "6443", "127.0.0.1:6443"),
    ("https://[::1]:6443/x:y", "::1", "6443", "[::1]:6443"),
    ("https://[fe80::1]", "fe80::1", "443", "[fe80::1]:443"),
    ("example.org:1", "example.org", "1", "example.org:1"),
  ])
  func addressesAreReadFromURLs(url: String, host: String, port: String, text: String) {
    let address = ServerAddress(url: url)
    #expect(address.host == host)
    #expect(address.port == port)
    #expect("\(address)" == text)
  }

  @Test(
    arguments: [
      ("/a%20b?x=1&y&x=2%262&=", "/a b", [("x", "1"), ("y", ""), ("x", "2&2"), ("", "")]),
      ("/", "/", []),
      ("/%C3%B6?q=a+b%2B", "/ö", [("q", "a b+")]),
      ("http://host:1/p?a=b=c", "/p", [("a", "b=c")]),
      ("/a?b?c", "/a", [("b?c", "")]),
    ] as [(String, String, [(String, String)])])
  func targetsAreDecoded(text: String, path: String, query: [(String, String)]) {
    #expect(RequestTarget(text) == RequestTarget(path: path, query: query.map { QueryItem($0.0, $0.1) }))
  }

  @Test(arguments: ["", "x", "*", "/%", "/%2", "/%zz", "/%ff", "/?a=%c3", "http://host"])
  func targetsThatAreNoneAreRefused(text: String) { #expect(RequestTarget(text) == nil) }

  @Test func everyTargetIsReadAsItWasWritten() {
    let path = "/" + String((1...255).map { Character(Unicode.Scalar(UInt8($0))) })
    let target = RequestTarget(
      path: path, query: [QueryItem(path, path), QueryItem("", ""), QueryItem("\u{1F600}", "+")])
    #expect(RequestTarget(target.text) == target)
  }

  @Test func aServerThatIsNotThereIsNamed() async throws {
    await #expect(throws: StatusError.unreachable("dial unix /nowhere/x: connect: no such file or directory")) {
      try await HTTPClient(unixSocket: "/nowhere/x").send(APIRequest("GET", "/"))
    }
    // Bound and closed again: nobody listens there.
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(number, $0, size)
        _ = getsockname(number, $0, &size)
      }
    }
    defer { close(number) }
    let port = UInt16(bigEndian: address.sin_port)
    let refused = StatusError.unreachable("dial tcp 127.0.0.1:\(port): connect: connection refused")
    let client = try HTTPClient(server: "https://127.0.0.1:\(port)", credentials: ClientCredentials())
    await #expect(throws: refused) { try await client.send(APIRequest("GET", "/")) }
    await #expect(throws: refused) { try await client.send(APIRequest("GET", "/", headers: ["Upgrade": "websocket"])) }
  }

  @Test func aCertificateOfAnUnknownAuthorityIsRefused() async throws {
    try await withServer(ClosureEndpoint.echo, over: .tls) { server, _ in
      guard case .loopback(let port) = server.place else { return }
      try await TemporaryFolder.with { folder in
        var credentials = ClientCredentials()
        credentials.certificateAuthority = try ServerIdentity.loadOrCreate(directory: folder.path).authorityPEM
        let client = try HTTPClient(server: "https://127.0.0.1:\(port)", credentials: credentials)
        await #expect(
          throws: StatusError.unreachable(
            "tls: failed to verify certificate: x509: certificate signed by unknown authority")
        ) { try await client.send(APIRequest("GET", "/")) }
      }
    }
  }

  @Test func theNameToCheckMayBeAnotherThanTheAddress() async throws {
    try await TemporaryFolder.with { folder in
      let identity = try ServerIdentity.loadOrCreate(directory: folder.path)
      let server = HTTPServer(
        endpoint: ClosureEndpoint { request throws(StatusError) in
          APIResponse(body: .bytes(Array((request.headers["Host"] ?? "").utf8)))
        })
      let port = try server.listen(tls: identity, tokens: ["t": .admin])
      var credentials = ClientCredentials()
      credentials.certificateAuthority = identity.authorityPEM
      credentials.token = "t"
      credentials.serverName = "kubernetes.default.svc"
      let named = try HTTPClient(server: "https://127.0.0.1:\(port)", credentials: credentials)
      #expect(try await named.send(APIRequest("GET", "/")).text == "127.0.0.1:\(port)")
      credentials.serverName = "example.org"
      let wrong = try HTTPClient(server: "https://127.0.0.1:\(port)", credentials: credentials)
      await #expect(
        throws: StatusError.unreachable(
          "tls: failed to verify certificate: x509: certificate is not valid for 127.0.0.1")
      ) { try await wrong.send(APIRequest("GET", "/")) }
      await server.stop()
    }
  }

  @Test func aCancelledRequestIsGivenUpAtOnce() async throws {
    let (cancelled, cancel) = AsyncStream<Void>.makeStream()
    let endpoint = ClosureEndpoint { _ throws(StatusError) in
      do { try await Task.sleep(for: .seconds(60)) } catch { cancel.yield() }
      return APIResponse()
    }
    try await withServer(endpoint) { _, client in
      let request = Task { try await client.send(APIRequest("GET", "/")) }
      try await Task.sleep(for: .milliseconds(100))
      request.cancel()
      await #expect(throws: StatusError.self) { try await request.value }
      // The endpoint is told too.
      for await _ in cancelled { break }
    }
  }

  @Test func aStreamThatIsForgottenEnds() async throws {
    let (cancelled, cancel) = AsyncStream<Void>.makeStream()
    let endpoint = ClosureEndpoint { _ throws(StatusError) in
      APIResponse(body: .stream(BytePipe { cancel.yield() }))
    }
    try await withServer(endpoint) { _, client in
      do { _ = try await client.send(APIRequest("GET", "/")) }
      for await _ in cancelled { break }
    }
  }

  @Test func aTaskThatWaitsForAStreamCanBeCancelled() async throws {
    try await withServer(ClosureEndpoint { _ throws(StatusError) in APIResponse(body: .stream(BytePipe())) }) {
      _, client in
      guard case .stream(let stream) = try await client.send(APIRequest("GET", "/")).body else {
        Issue.record("the answer is no stream")
        return
      }
      let reader = Task { try await stream.next() }
      reader.cancel()
      await #expect(throws: CancellationError.self) { try await reader.value }
      stream.cancel()
    }
  }

  @Test func aBodyIsNotCalledAForm() async throws {
    try await withServer(
      ClosureEndpoint { request throws(StatusError) in
        let fields = ["Content-Type", "Content-Length", "Empty"].map { "\($0)=\(request.headers[$0] ?? "none")" }
        return APIResponse(body: .bytes(Array(fields.joined(separator: " ").utf8)))
      }
    ) { _, client in
      let some = try await client.send(APIRequest("POST", "/", headers: ["Empty": ""], body: [1]))
      #expect(try await some.text == "Content-Type=none Content-Length=1 Empty=")
      let none = try await client.send(APIRequest("POST", "/"))
      #expect(try await none.text == "Content-Type=none Content-Length=0 Empty=none")
    }
  }
}
