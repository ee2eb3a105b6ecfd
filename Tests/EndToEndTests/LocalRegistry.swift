import Documents
import Glibc
import SystemIO
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// A real registry and a program that fills it.
  static var needsRegistry: Self { .needsPrograms("docker-registry", "skopeo", "openssl") }
}

/// Debian's `docker-registry` on the loopback interface, for as long as a test needs it.
final class LocalRegistry: Sendable {
  struct Options: Sendable {
    /// TLS with a certificate of the authority whose files are there.
    var authority: TestAuthority?
    /// The login `ada` with the password `secret` is asked for.
    var needsLogin = false
    /// Where tokens are given out, and the certificate of who signs them.
    var tokens: (realm: String, certificate: String)?
  }

  static let user = "ada"
  static let password = "secret"

  let port: UInt16
  private let folder: String
  private let program: ChildProgram
  private let options: Options

  /// Host and port, as the names of images have them.
  var address: String { "127.0.0.1:\(port)" }

  static func with<Result>(
    _ options: Options = Options(), _ body: (LocalRegistry) async throws -> Result
  ) async throws -> Result {
    try await TemporaryFolder.with { folder in
      let registry = try LocalRegistry(folder, options)
      defer { registry.stop() }
      try await Deadline.wait("the registry's port", within: .seconds(20)) {
        guard let connection = try? LoopbackListener.connect(port: registry.port) else { return false }
        try? await connection.waitUntilWritable()
        return (try? await connection.write(Array("\n".utf8))) != nil
      }
      return try await body(registry)
    }
  }

  private init(_ folder: TemporaryFolder, _ options: Options) throws {
    self.options = options
    self.folder = folder.path("content")
    port = try LoopbackListener.freePort()
    var settings = """
      version: 0.1
      log: {level: error, accesslog: {disabled: true}}
      storage: {filesystem: {rootdirectory: \(self.folder)}}
      http:
        addr: 127.0.0.1:\(port)

      """
    if let authority = options.authority {
      settings += "  tls: {certificate: \(authority.serverCertificate), key: \(authority.serverKey)}\n"
    }
    if options.needsLogin {
      // The password as bcrypt keeps it.
      let file = try folder.write("ada:$2y$04$Z4hA9m7pJl8GfkQNFVIzXuKn4zrg8/JYpubV10MOv3YyDNg8SPWNa\n", to: "logins")
      settings += "auth: {htpasswd: {realm: test, path: \(file)}}\n"
    }
    if let tokens = options.tokens {
      settings +=
        "auth: {token: {realm: \"\(tokens.realm)\", service: registry, issuer: tests, rootcertbundle: \(tokens.certificate)}}\n"
    }
    let file = try folder.write(settings, to: "settings.yaml")
    let log = try Files.open(folder.path("log"), O_WRONLY | O_CREAT)
    let null = try Files.open("/dev/null", O_RDONLY)
    defer {
      close(log)
      close(null)
    }
    program = try ChildProgram(
      "docker-registry", ["serve", file], environment: [:], folder: nil, input: null, output: log, error: log)
  }

  func stop() { program.kill() }

  /// Puts an image of a layout into the registry and returns its digest there.
  @discardableResult
  func push(_ name: String, of layout: String, as target: String, token: String? = nil) async throws -> String {
    let digestFile = folder + ".digest"
    var options = ["--dest-tls-verify=false", "--digestfile", digestFile]
    if self.options.needsLogin { options += ["--dest-creds", "\(Self.user):\(Self.password)"] }
    if let token { options += ["--dest-registry-token", token] }
    let answer = try await ProgramOutput.of(
      "skopeo", ["copy", "--quiet"] + options + ["oci:\(layout):\(name)", "docker://\(address)/\(target)"],
      within: .seconds(60))
    #expect(answer.end == .exited(0), "\(answer.error)")
    return try Files.readText(digestFile)
  }

  /// Changes a byte of a blob where the registry keeps it.
  func corrupt(_ digest: String) throws {
    let digits = digest.dropFirst("sha256:".count)
    let path = "\(folder)/docker/registry/v2/blobs/sha256/\(digits.prefix(2))/\(digits)/data"
    var bytes = try Files.read(path)
    bytes[bytes.count / 2] ^= 1
    try Files.write(bytes, to: path)
  }

  /// A docker configuration with a login for this registry.
  func logins(password: String = LocalRegistry.password) -> String {
    let auth = Base64.encode(Array("\(Self.user):\(password)".utf8))
    return #"{"auths":{"\#(address)":{"auth":"\#(auth)"}}}"#
  }
}

/// A certificate authority that exists for one test, and a certificate of its for 127.0.0.1.
struct TestAuthority: Sendable {
  let certificate: String
  let serverCertificate: String
  let serverKey: String

  init(_ folder: TemporaryFolder, _ name: String) async throws {
    let base = folder.path(name)
    (certificate, serverCertificate, serverKey) = (base + "-ca.pem", base + ".pem", base + ".key")
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    try await openssl(
      ["req", "-x509"] + key + ["-subj", "/CN=authority \(name)", "-keyout", base + "-ca.key", "-out", certificate])
    try await openssl(
      ["req", "-x509"] + key + [
        "-CA", certificate, "-CAkey", base + "-ca.key", "-subj", "/CN=registry", "-addext",
        "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", serverKey, "-out",
        serverCertificate,
      ])
  }
}

func openssl(_ arguments: [String], input: String = "") async throws {
  let answer = try await ProgramOutput.of("openssl", arguments, input: input)
  #expect(answer.end == .exited(0), "\(answer.error)")
}

/// Gives out the tokens that a registry wants, to those who know the password and to nobody else.
struct TokenServer: Sendable {
  let listener: LoopbackListener
  let certificate: String
  private let key: String
  private let folder: TemporaryFolder

  init(_ folder: TemporaryFolder) async throws {
    self.folder = folder
    listener = try LoopbackListener()
    (certificate, key) = (folder.path("tokens.pem"), folder.path("tokens.key"))
    try await openssl([
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=tokens", "-keyout", key, "-out",
      certificate,
    ])
  }

  var realm: String { "http://127.0.0.1:\(listener.port)/token" }

  func run() async {
    await listener.serve { connection in
      var head: [UInt8] = []
      while !head.contains([13, 10, 13, 10]) {
        let bytes = try await connection.read()
        if bytes.isEmpty { return }
        head += bytes
      }
      let text = String(decoding: head, as: UTF8.self)
      let login = Base64.encode(Array("\(LocalRegistry.user):\(LocalRegistry.password)".utf8))
      let isKnown = text.contains("Basic \(login)")
      // The newer way to ask, by a form, is one that many servers do not know.
      let status = text.hasPrefix("POST") ? "404 Not Found" : isKnown ? "200 OK" : "401 Unauthorized"
      let body = status == "200 OK" ? #"{"token":"\#(try await token("pull"))"}"# : ""
      try await connection.write(
        Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)".utf8))
    }
  }

  /// A signed token for the repository `team/tool`.
  func token(_ actions: String...) async throws -> String {
    let body = try Files.readText(certificate).split(separator: "\n").dropFirst().dropLast().joined()
    let now = time(nil)
    let header: Document = ["typ": "JWT", "alg": "RS256", "x5c": [.string(body)]]
    let claims: Document = [
      "iss": "tests", "sub": .string(LocalRegistry.user), "aud": "registry", "exp": .integer(now + 600),
      "nbf": .integer(now - 10), "iat": .integer(now), "jti": .string("\(UInt64.random(in: 0...UInt64.max))"),
      "access": [["type": "repository", "name": "team/tool", "actions": .list(actions.map { .string($0) })]],
    ]
    let content = urlText(header.json()) + "." + urlText(claims.json())
    let signature = folder.path("signature-\(UInt64.random(in: 0...UInt64.max))")
    try await openssl(["dgst", "-sha256", "-sign", key, "-out", signature], input: content)
    return content + "." + urlText(try Files.read(signature))
  }

  private func urlText(_ bytes: [UInt8]) -> String {
    String(Base64.encode(bytes).filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
  }
}

/// A way to a registry that lets so many bytes of its answers through and then stands still.
struct BlockedWay: Sendable {
  let listener: LoopbackListener
  let registry: UInt16
  let limit: Int

  func run() async {
    await listener.serve { connection in
      let upstream = try LoopbackListener.connect(port: registry)
      try await upstream.waitUntilWritable()
      await withDiscardingTaskGroup { group in
        group.addTask {
          while let bytes = try? await connection.read(), !bytes.isEmpty {
            if (try? await upstream.write(bytes)) == nil { break }
          }
          upstream.closeWriting()
        }
        group.addTask {
          var passed = 0
          while passed < limit, let bytes = try? await upstream.read(), !bytes.isEmpty {
            passed += bytes.count
            if (try? await connection.write(bytes)) == nil { break }
          }
          if passed >= limit { try? await Task.sleep(for: .seconds(600)) }
          connection.shutDown()
        }
      }
    }
  }
}
