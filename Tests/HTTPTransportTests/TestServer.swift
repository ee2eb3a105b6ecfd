import Glibc
import HTTPTransport
import KubernetesAPI
import SystemIO
import TestSupport
import Testing

/// An endpoint that is one closure.
struct ClosureEndpoint: APIEndpoint {
  let answer: @Sendable (APIRequest) async throws(StatusError) -> APIResponse

  init(_ answer: @escaping @Sendable (APIRequest) async throws(StatusError) -> APIResponse) { self.answer = answer }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse { try await answer(request) }

  /// Answers what it was asked, a line each.
  static let echo = ClosureEndpoint { request throws(StatusError) in
    var lines = ["\(request.method) \(request.path)", "user \(request.user.name)"]
    lines += request.query.map { "query \($0.name)=\($0.value)" }
    lines += request.headers.all("X-Test").map { "header \($0)" }
    lines.append("body \(request.body.count) \(request.body.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF })")
    return APIResponse(
      headers: ["Content-Type": "text/plain", "X-Seen": "yes"], body: .bytes(Array(lines.joined(separator: "\n").utf8)))
  }
}

/// Which of the two kinds of connection a test uses.
enum Road: String, CaseIterable, Sendable {
  case unix, tls
}

/// Runs a server, hands it to the body with a client of it, and stops it; whatever is left open is an issue.
func withServer(
  _ endpoint: any APIEndpoint, over road: Road = .unix, limits: HTTPServerLimits = HTTPServerLimits(),
  user: UserInfo = UserInfo(name: "tester", groups: []),
  _ body: (ServerUnderTest, HTTPClient) async throws -> Void
) async throws {
  try await TemporaryFolder.with { folder in
    let server = HTTPServer(endpoint: endpoint, limits: limits)
    let running: ServerUnderTest
    let client: HTTPClient
    switch road {
    case .unix:
      let path = folder.path + "/api.sock"
      try server.listen(unixSocket: path)
      running = ServerUnderTest(server: server, place: .unix(path))
      client = HTTPClient(unixSocket: path)
    case .tls:
      let identity = try ServerIdentity.loadOrCreate(directory: folder.path + "/pki")
      let port = try server.listen(tls: identity, tokens: ["secret-of-tester": user])
      running = ServerUnderTest(server: server, place: .loopback(port))
      var credentials = ClientCredentials()
      credentials.certificateAuthority = identity.authorityPEM
      credentials.token = "secret-of-tester"
      client = try HTTPClient(server: "https://127.0.0.1:\(port)", credentials: credentials)
    }
    do {
      try await body(running, client)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }
}

struct ServerUnderTest: Sendable {
  enum Place: Sendable {
    case unix(String)
    case loopback(UInt16)
  }

  let server: HTTPServer
  let place: Place

  /// A connection for bytes that no proper client would send.
  func connect() throws -> Descriptor {
    switch place {
    case .unix(let path):
      let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      return try finish(number, &address)
    case .loopback(let port):
      let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      return try finish(number, &address)
    }
  }

  /// How many sockets of this server some process has open, the listening one included, as the kernel sees it.
  var openConnections: Int {
    get throws {
      switch place {
      case .unix(let path):
        return try Files.readText("/proc/net/unix").split(separator: "\n").count { $0.hasSuffix(" " + path) }
      case .loopback(let port):
        let digits = String(port, radix: 16, uppercase: true)
        let address = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        return try Files.readText("/proc/net/tcp").split(separator: "\n").count { line in
          let fields = line.split(separator: " ")
          // What the kernel still remembers of a closed connection belongs to nobody: its inode is 0.
          return fields.count > 9 && fields[1].hasSuffix(address) && fields[9] != "0"
        }
      }
    }
  }

  private func finish<Address>(_ number: Int32, _ address: inout Address) throws -> Descriptor {
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(number, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
    if result != 0 {
      let reason = errno
      close(number)
      throw SystemCallError("connect", errno: reason)
    }
    return Descriptor(adopting: number, name: "raw connection")
  }
}

extension Descriptor {
  func write(_ text: String) async throws { try await write(Array(text.utf8)) }

  /// Everything until the other side closes.
  func readAll() async throws -> String {
    var bytes: [UInt8] = []
    while true {
      let more = try await read()
      if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
      bytes += more
    }
  }

  /// Everything until the text has come.
  func read(until end: String) async throws -> String {
    var bytes: [UInt8] = []
    while !String(decoding: bytes, as: UTF8.self).contains(end) {
      let more = try await read()
      if more.isEmpty { break }
      bytes += more
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension APIResponse {
  /// The whole body, whatever way it comes.
  var text: String {
    get async throws {
      switch body {
      case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
      case .stream(let stream):
        var bytes: [UInt8] = []
        while let chunk = try await stream.next() { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
      case .upgraded: return "upgraded"
      }
    }
  }
}

struct UnexpectedAnswer: Error, CustomStringConvertible {
  let description: String
}

/// Bytes in which nothing can be missing, doubled or moved without being seen.
func patternedBytes(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    var state: UInt32 = 1
    for index in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      buffer[index] = UInt8(truncatingIfNeeded: state >> 24)
    }
    initialized = count
  }
}
