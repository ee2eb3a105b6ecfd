import APIServer
import Documents
import Glibc
import HTTPTransport
import KubernetesAPI
import SystemIO
import TestSupport
import Testing

@testable import ObjectStore

/// The API over a socket, asked by clients that are broken, careless or worse: each complete request is answered with a
/// `Status`, and whoever comes next is served.
@Suite(.serialized, .timeLimit(.minutes(3))) struct HostileRequestTests {
  // MARK: Requests that go too far

  @Test(arguments: Road.allCases) func aBodyOverTheLimitIsRefused(road: Road) async throws {
    try await withAPI(over: road) { server, client in
      let body = Array("{\"kind\":\"Pod\",\"x\":\"".utf8) + [UInt8](repeating: 0x61, count: 3 << 20) + Array("\"}".utf8)
      let status = try await status(of: client.send(create(body)))
      #expect(status.code == 413)
      #expect(status.reason == "RequestEntityTooLarge")
      #expect(status.message == "Request entity too large: limit is 3145728")
      // The largest that fits is read, and refused for what it says.
      let fitting = Array("{\"x\":\"".utf8) + [UInt8](repeating: 0x61, count: (3 << 20) - 8) + Array("\"}".utf8)
      #expect(try await self.status(of: client.send(create(fitting))).code == 422)
      try await expectService(client)
    }
  }

  @Test func chunksBeyondTheLimitAreRefused() async throws {
    try await withAPI { server, client in
      let connection = try server.connect()
      try await connection.write(
        "POST \(Self.pods) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "100000\r\n" + String(repeating: "a", count: 1 << 20) + "\r\n"
      for _ in 0..<4 { try await connection.write(chunk) }
      try await connection.write("0\r\n\r\n")
      connection.closeWriting()
      #expect(try await Answer(connection.readAll()).status?["reason"] == "RequestEntityTooLarge")
      try await expectService(client)
    }
  }

  private static let bodies: [(name: String, bytes: [UInt8], type: String, code: Int)] = [
    ("deep nesting", [UInt8](repeating: UInt8(ascii: "["), count: 100_000), "application/json", 400),
    ("deep nesting in a field", nested("{\"metadata\":", depth: 5_000), "application/json", 400),
    ("deep nesting in YAML", Array(String(repeating: "- ", count: 10_000).utf8), "application/yaml", 400),
    ("an alias bomb", Array(aliasBomb.utf8), "application/yaml", 400),
    ("invalid UTF-8", Array("{\"metadata\":{\"name\":\"".utf8) + [0xFF, 0xC0, 0x80] + Array("\"}}".utf8), "", 400),
    ("half of a pair", Array(#"{"metadata":{"name":"\ud800"}}"#.utf8), "application/json", 422),
    ("a number beyond all numbers", pod(#""activeDeadlineSeconds":1e999"#), "application/json", 400),
    ("a whole number beyond 64 bits", pod(#""activeDeadlineSeconds":9223372036854775808"#), "application/json", 400),
    ("a quantity beyond 64 bits", pod(#""overhead":{"cpu":"99999999999999999999E"}"#), "application/json", 400),
    ("an exponent beyond 64 bits", pod(#""overhead":{"cpu":"1e-9223372036854775808"}"#), "application/json", 400),
    ("nothing", [], "application/json", 400),
    ("a list", Array("[]".utf8), "application/json", 400),
    (
      "a thousand keys that are the same", Array(("{" + String(repeating: "\"a\":1,", count: 1000) + "\"a\":1}").utf8),
      "", 422
    ),
    ("a format that nobody here speaks", [0xA0], "application/cbor", 415),
  ]

  @Test(arguments: Self.bodies.indices) func aBodyThatMakesNoSenseIsRefused(index: Int) async throws {
    let body = Self.bodies[index]
    try await withAPI { server, client in
      let status = try await status(of: client.send(create(body.bytes, type: body.type)))
      #expect(status.code == Int32(body.code), "\(body.name): \(status.message ?? "")")
      #expect(!(status.message ?? "").isEmpty)
      try await expectService(client)
    }
  }

  /// Times of any century are kept, and shown in tables.
  @Test func aTimeInTheFarFutureIsShown() async throws {
    try await withAPI { server, client in
      let event = """
        {"metadata":{"name":"late"},"involvedObject":{"kind":"Pod","namespace":"default","name":"x"},
        "firstTimestamp":"0001-01-01T00:00:00Z","lastTimestamp":"9999-12-31T23:59:59Z"}
        """
      let created = try await client.send(
        APIRequest("POST", "/api/v1/namespaces/default/events", headers: Self.json, body: Array(event.utf8)))
      #expect(created.status == 201)
      let table = try await client.send(
        APIRequest(
          "GET", "/api/v1/events", headers: ["Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"]))
      #expect(table.status == 200)
      try await expectService(client)
    }
  }

  @Test(arguments: [
    ("limit=99999999999999999999", 400), ("limit=-1", 200), ("limit=9223372036854775807", 200), ("continue=x", 400),
    ("continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTIyMzM3MjAzNjg1NDc3NTgwNywic3RhcnQiOiJhIn0&limit=1", 504),
    ("resourceVersion=99999999999999999999", 422), ("resourceVersion=-5", 422), ("resourceVersion=x", 422),
    ("labelSelector=%28%28%28", 400), ("fieldSelector=a", 400), ("timeoutSeconds=x&watch=1", 400),
    ("fieldSelector=no.such%3Dfield", 400), ("limit=1&limit=2&limit=x", 200),
  ])
  func optionsThatMakeNoSenseAreRefused(query: String, code: Int) async throws {
    try await withAPI { server, client in
      let answer = try await ask(server, "GET \(Self.pods)?\(query) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(answer.code == code, "\(answer.body)")
      if code >= 400 { #expect(answer.status?["code"]?.integerValue == Int64(code), "\(answer.body)") }
      try await expectService(client)
    }
  }

  @Test func aLongContinueTokenIsRefused() async throws {
    try await withAPI { server, client in
      let token = String(repeating: "A", count: 20_000)
      let answer = try await ask(
        server, "GET \(Self.pods)?limit=1&continue=\(token) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(answer.status?["reason"] == "BadRequest", "\(answer.body.prefix(300))")
      try await expectService(client)
    }
  }

  enum EndlessHead: CaseIterable {
    case path, field, fields

    var text: String {
      switch self {
      case .path: "GET /" + String(repeating: "a", count: 1 << 20) + " HTTP/1.1\r\nHost: x\r\n\r\n"
      case .field: "GET / HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "a", count: 1 << 20) + "\r\n\r\n"
      case .fields: "GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "A: b\r\n", count: 100_000) + "\r\n"
      }
    }
  }

  /// What does not fit into the room for a request's head is cut off by the HTTP library, which says so in HTTP's words.
  @Test(arguments: EndlessHead.allCases) func aHeadWithoutEndIsCutOff(head: EndlessHead) async throws {
    try await withAPI { server, client in
      let connection = try server.connect()
      // The server may hang up in the middle of it.
      try? await connection.write(head.text)
      let answer = try await withTimeLimit(.seconds(20), "an end") { (try? await connection.readAll()) ?? "" }
      #expect(
        answer.isEmpty || ["414", "431", "400"].contains { answer.hasPrefix("HTTP/1.1 \($0)") }, "\(answer.prefix(200))"
      )
      try await expectService(client)
    }
  }

  // MARK: Connections

  @Test func aThousandIdleConnectionsAreNoBurden() async throws {
    try await withAPI { server, client in
      let fits = raiseDescriptorLimit(to: 4_096)
      try #require(fits, "this process may not open the descriptors that both ends of a thousand connections take")
      var connections: [Descriptor] = []
      for number in 0..<1_000 {
        let connection = try server.connect()
        connections.append(connection)
        // Some have said half of what they want.
        if number % 3 == 0 { try await connection.write("GET /readyz HTTP/1.1\r\nHost") }
      }
      let start = ContinuousClock.now
      for _ in 0..<20 { try await expectService(client) }
      #expect(ContinuousClock.now - start < .seconds(10))
      #expect(try server.openConnections >= 1_000)
      try await connections[0].write(": x\r\nConnection: close\r\n\r\n")
      #expect(try await Answer(connections[0].readAll()).code == 200)
      for connection in connections { connection.close() }
    }
  }

  @Test func manySlowClientsAreCutOffWhileOthersAreServed() async throws {
    var limits = HTTPServerLimits()
    limits.requestTime = .milliseconds(700)
    try await withAPI(limits: limits) { server, client in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<40 {
          group.addTask {
            let connection = try server.connect()
            // A byte now and then, so that the connection never looks idle.
            let request = "POST \(Self.pods) HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
            for byte in Array(request.utf8) + [UInt8](repeating: 0x20, count: 900) {
              do { try await connection.write([byte]) } catch { return true }
              try await Task.sleep(for: .milliseconds(10))
            }
            return false
          }
        }
        for _ in 0..<20 { try await expectService(client) }
        for try await isCutOff in group { #expect(isCutOff) }
      }
      try await expectService(client)
    }
  }

  @Test func whoHasClosedItsHalfIsAnswered() async throws {
    try await withAPI { server, client in
      let answer = try await ask(server, "GET \(Self.pods)/none HTTP/1.1\r\nHost: x\r\n\r\n", closingHalf: true)
      #expect(answer.status?["message"] == "pods \"none\" not found", "\(answer)")
      let half = try await ask(
        server, "POST \(Self.pods) HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{\"kind\":", closingHalf: true)
      #expect(half.code == 0, "half a body is no request: \(half.body)")
      try await expectService(client)
    }
  }

  /// The server holds next to nothing for a watcher that does not read, and ends its watch when it is too far behind.
  @Test func aWatcherThatDoesNotReadIsCutOff() async throws {
    let store = try Store.inMemory(laggingAtMost: 100)
    try await withAPI(store: store) { server, client in
      let watcher = try server.connect()
      try await watcher.write("GET /api/v1/namespaces/default/events?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = try await watcher.read(until: "\r\n\r\n")
      let note = String(repeating: "x", count: 1_000)
      let changes = 3_000
      for number in 0..<changes {
        let event = """
          {"metadata":{"name":"e\(number)"},"involvedObject":{"kind":"Pod","namespace":"default","name":"x"},
          "message":"\(note)"}
          """
        let path = "/api/v1/namespaces/default/events"
        let created = try await client.send(APIRequest("POST", path, headers: Self.json, body: Array(event.utf8)))
        try #require(created.status == 201)
      }
      let text = try await withTimeLimit(.seconds(20), "the end of the watch") {
        try await watcher.read(until: "\r\n0\r\n\r\n")
      }
      // What the sockets and the server's room hold, but not all that happened.
      #expect(text.utf8.count < changes * note.utf8.count / 2, "\(text.utf8.count) bytes were kept for it")
      let last = text.split(whereSeparator: \.isNewline).last { $0.hasPrefix("{") } ?? ""
      let event = try Document.parse(json: String(last))
      #expect(event["type"] == "ERROR")
      #expect(event["object"]?["code"] == 410)
      #expect(event["object"]?["reason"] == "Expired")
      try await expectService(client)
    }
  }

  // MARK: Damage

  @Test func damagedRequestsAreAnsweredOrCutOff() async throws {
    try await withAPI { server, client in
      // Many at once: the server gives half a request a second before it hangs up.
      await Fuzz.run(rounds: 4) { random in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<60 {
            let bytes = Self.damagedRequest(&random)
            group.addTask { try await Self.sendAndJudge(bytes, server) }
          }
          try await group.waitForAll()
        }
        let after = try await client.send(APIRequest("GET", "/readyz"))
        if after.status != 200 { throw Fuzz.Broken("no service afterwards") }
      }
    }
  }

  private static func sendAndJudge(_ bytes: [UInt8], _ server: ServerUnderTest) async throws {
    let request = String(decoding: bytes, as: UTF8.self)
    let connection = try server.connect()
    defer { connection.close() }
    try? await connection.write(bytes)
    connection.closeWriting()
    let text = try await withTimeLimit(.seconds(20), "an end after \(request)") {
      (try? await connection.readAll()) ?? ""
    }
    if !text.isEmpty, !text.hasPrefix("HTTP/1.") { throw Fuzz.Broken("\(text.prefix(200))\nafter \(request)") }
    // What the HTTP library refuses by itself has a page of its own; what the server refuses is a Status.
    let answer = Answer(text)
    if answer.code >= 400, answer.isJSON, answer.status?["code"]?.integerValue != Int64(answer.code) {
      throw Fuzz.Broken("\(text.prefix(1_000))\nafter \(request)")
    }
  }

  /// Whatever a body says, a whole request is answered in JSON.
  @Test func damagedBodiesAreAnswered() async throws {
    try await withAPI { server, client in
      await Fuzz.run(rounds: 300) { random in
        let (method, path, body, type) = Self.requests.randomElement(using: &random)!
        let bytes = Fuzz.mutate(Array(body.utf8), with: Self.pieces, &random)
        let response = try await client.send(
          APIRequest(method, path, headers: ["Content-Type": type], body: bytes))
        let text = try await response.text
        let document = try Document.parse(json: text)
        if response.status >= 400, document["code"]?.integerValue != Int64(response.status) {
          throw Fuzz.Broken("\(response.status): \(text)")
        }
        if response.status >= 500, response.status != 504 {
          throw Fuzz.Broken("\(text)\nafter \(String(decoding: bytes, as: UTF8.self))")
        }
      }
    }
  }

  private static let requests: [(method: String, path: String, body: String, type: String)] = [
    ("POST", pods, podText, "application/json"),
    ("POST", pods, "metadata: {generateName: a-}\nspec:\n  containers:\n  - {name: c, image: i}\n", "application/yaml"),
    (
      "PATCH", pods + "/one", #"{"metadata":{"labels":{"a":"b"}},"spec":{"activeDeadlineSeconds":5}}"#,
      "application/merge-patch+json"
    ),
    (
      "PATCH", pods + "/one", #"{"spec":{"containers":[{"name":"c","image":"j"}],"$setElementOrder/containers":[]}}"#,
      "application/strategic-merge-patch+json"
    ),
    (
      "PATCH", pods + "/one", #"[{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]"#,
      "application/json-patch+json"
    ),
    ("PUT", pods + "/one/status", #"{"metadata":{"name":"one"},"status":{"phase":"Failed"}}"#, "application/json"),
    ("POST", pods + "/one/eviction", #"{"deleteOptions":{"gracePeriodSeconds":0}}"#, "application/json"),
    ("DELETE", pods + "/two", #"{"gracePeriodSeconds":0,"preconditions":{"uid":"x"}}"#, "application/json"),
  ]

  private static let podText =
    #"{"metadata":{"generateName":"a-","labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1"}},"ports":[{"containerPort":80}]}]}}"#

  private static let pieces = [
    "{", "}", "[", "]", "\"", ",", ":", "null", "-1", "99999999999999999999", "1e999", "\\u0000", "é",
    "1e-9223372036854775808",
    "9999-12-31T23:59:59Z", "$patch", "/", "~", "\n", " ", "true",
  ]

  private static func damagedRequest(_ random: inout SeededRandom) -> [UInt8] {
    let requests = [
      "GET \(pods)?watch=1&timeoutSeconds=1&resourceVersion=1 HTTP/1.1\r\nHost: x\r\nAccept: a\r\n\r\n",
      "GET \(pods)?limit=5&labelSelector=a%20in%20(b) HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
      "POST \(pods) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(podText.utf8.count)\r\n"
        + "Expect: 100-continue\r\n\r\n\(podText)",
      "PUT \(pods)/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: x\r\n\r\n",
      "GET \(pods)/one/exec?command=a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\u{1}\u{2}",
      "DELETE \(pods)/none HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    ]
    let pieces = [
      "\r\n", "\r\n\r\n", "\0", ":", " ", "%", "%00", "%ff", "?", "&", "HTTP/1.1", "Content-Length: 5\r\n",
      "99999999999999999999",
    ]
    return Fuzz.mutate(Array(requests.randomElement(using: &random)!.utf8), with: pieces, &random)
  }

  // MARK: Help

  private static let pods = "/api/v1/namespaces/default/pods"
  private static let json: HTTPHeaders = ["Content-Type": "application/json"]

  private static func pod(_ spec: String) -> [UInt8] {
    Array("{\"metadata\":{\"name\":\"x\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}],\(spec)}}".utf8)
  }

  private static func nested(_ start: String, depth: Int) -> [UInt8] {
    Array(String(repeating: start, count: depth).utf8) + Array("1".utf8)
      + [UInt8](repeating: UInt8(ascii: "}"), count: depth)
  }

  private static let aliasBomb: String = {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
    }
    return text
  }()

  private func create(_ body: [UInt8], type: String = "application/json") -> APIRequest {
    var request = APIRequest("POST", Self.pods, body: body)
    if !type.isEmpty { request.headers["Content-Type"] = type }
    return request
  }

  private func status(of response: APIResponse) async throws -> Status {
    let document = try Document.parse(json: try await response.text)
    #expect(document["kind"] == "Status")
    #expect(document["status"] == "Failure")
    let status = Status.decode(document).value
    #expect(status.code.map { Int($0) } == response.status)
    return status
  }

  /// Sends bytes over a connection of their own and reads until the server closes it.
  private func ask(_ server: ServerUnderTest, _ text: String, closingHalf: Bool = false) async throws -> Answer {
    let connection = try server.connect()
    defer { connection.close() }
    try await connection.write(text)
    if closingHalf { connection.closeWriting() }
    return Answer(
      try await withTimeLimit(.seconds(20), "the end of the answer to \(text.prefix(100))") {
        try await connection.readAll()
      })
  }

  private func expectService(_ client: HTTPClient) async throws {
    let answer = try await client.send(APIRequest("GET", Self.pods, query: [QueryItem("limit", "1")]))
    #expect(answer.status == 200)
  }

  private func withAPI(
    store: Store? = nil, over road: Road = .unix, limits: HTTPServerLimits = HTTPServerLimits(),
    _ body: (ServerUnderTest, HTTPClient) async throws -> Void
  ) async throws {
    let store = try store ?? Store.inMemory()
    let server = Server(store: store, nodes: NoNodes())
    try await server.prepare()
    try await withServer(server, over: road, limits: limits, user: .admin) { running, client in
      // Pods are admitted when their account is there.
      let account = Array(#"{"metadata":{"name":"default"}}"#.utf8)
      let accounts = "/api/v1/namespaces/default/serviceaccounts"
      _ = try await client.send(APIRequest("POST", accounts, headers: Self.json, body: account))
      for name in ["one", "two"] {
        let pod = Self.podText.replacing(#""generateName":"a-""#, with: "\"name\":\"\(name)\"")
        let created = try await client.send(create(Array(pod.utf8)))
        try #require(created.status == 201)
      }
      try await body(running, client)
    }
    await store.close()
  }
}

/// What came over a connection, taken apart.
private struct Answer {
  var code = 0
  var body = ""
  var isJSON = false
  var status: Document? { isJSON ? try? Document.parse(json: body) : nil }

  init(_ text: String) {
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, text.hasPrefix("HTTP/1.") else { return }
    code = Int(text.dropFirst(9).prefix(3)) ?? 0
    if code == 100 {
      // The server has only asked to go on.
      self = Answer(String(parts[1]))
      return
    }
    let fields = parts[0].lowercased().split(separator: "\r\n")
    isJSON = fields.contains("content-type: application/json")
    let length = fields.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) }
    body = length.map { String(decoding: parts[1].utf8.prefix($0), as: UTF8.self) } ?? String(parts[1])
  }
}

private struct NoNodes: NodeConnector {
  func endpoint(node: Node) async throws(StatusError) -> any APIEndpoint {
    throw .unavailable("there are no nodes here")
  }
}

/// Asks for as many descriptors as a test needs; false when the machine does not grant them.
private func raiseDescriptorLimit(to count: UInt) -> Bool {
  var limit = rlimit()
  let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  guard getrlimit(resource, &limit) == 0 else { return false }
  if limit.rlim_cur >= count { return true }
  limit.rlim_cur = min(count, limit.rlim_max)
  return setrlimit(resource, &limit) == 0 && limit.rlim_cur >= count
}

extension Store {
  /// A store in memory that has little patience with watches that do not read.
  fileprivate static func inMemory(laggingAtMost limit: Int) throws -> Store {
    var settings = Settings()
    settings.watchLagLimit = limit
    return try inMemory(settings: settings)
  }
}
