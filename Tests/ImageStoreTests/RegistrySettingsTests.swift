import SystemIO
import TestSupport
import Testing

@testable import ImageStore

@Suite struct RegistrySettingsTests {
  private func read(_ text: String) async throws -> RegistrySettings {
    try await TemporaryFolder.with { folder in
      try folder.write("PEM", to: "ca.pem")
      let path = try folder.write(
        text.split(separator: "$FOLDER").joined(separator: folder.path), to: "registries.yaml")
      return try RegistrySettings(readingFrom: path)
    }
  }

  @Test func readsWhichRegistriesMayBeAskedAndHow() async throws {
    let settings = try await read(
      """
      reach: everywhere
      registries:
        docker.io:
          mirrors: [https://mirror.test:5000/]
        secure.test:5000: {certificateAuthority: $FOLDER/ca.pem}
        plain.test: {plainHTTP: true}
        mirror.test:5000: {certificateAuthority: $FOLDER/ca.pem}
      """)
    #expect(
      settings.hosts(of: "docker.io").map(\.base) == ["https://mirror.test:5000", "https://registry-1.docker.io"])
    #expect(settings.hosts(of: "docker.io")[0].certificateAuthority == "PEM")
    #expect(settings.hosts(of: "secure.test:5000")[0].certificateAuthority == "PEM")
    #expect(settings.hosts(of: "plain.test").map(\.base) == ["http://plain.test"])
    #expect(settings.hosts(of: "localhost:5000").map(\.base) == ["http://localhost:5000"])
    #expect(settings.hosts(of: "other.test").map(\.base) == ["https://other.test"])
    #expect(try RegistrySettings(readingFrom: "/nowhere/registries.yaml") == RegistrySettings())
  }

  @Test(arguments: [
    ("reach: far", "line 1: reach is everywhere, loopback or nowhere"),
    ("reach: nowhere\nmirrors: []", "line 2: unknown word mirrors: there are reach and registries"),
    ("registries:\n  a.test: {plainHttp: true}", "line 2: unknown word plainHttp: there are mirrors"),
    ("registries:\n  a.test: {certificateAuthority: /nowhere/ca.pem}", "line 2: open /nowhere/ca.pem"),
    ("registries: [a]", "line 1: registries lists settings by the name of a registry"),
    ("reach: [", "registries.yaml: "),
  ])
  func saysWhatIsWrongAndWhere(text: String, words: String) async throws {
    let error = await #expect(throws: RegistrySettingsError.self) { try await read(text) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(error.map { "\($0)" } ?? "")")
  }

  @Test(arguments: [
    ("127.0.0.1:5000", true), ("127.1.2.3", true), ("localhost", true), ("localhost:1", true), ("[::1]:5000", true),
    ("127.0.0.1.example.test", false), ("localhost.example.test", false), ("10.0.0.1:5000", false),
    ("[2001::1]:5000", false),
  ])
  func knowsThisMachine(address: String, isLoopback: Bool) {
    #expect(RegistryHost.isLoopback(address) == isLoopback)
  }
}

@Suite struct RegistryCredentialsTests {
  private func users(_ configuration: String, for name: String) throws -> [String] {
    let credentials = try #require(RegistryCredentials(dockerConfiguration: configuration))
    return credentials.matching(try ImageReference(name)).map(\.user)
  }

  private func entry(_ registry: String, _ user: String) -> String {
    #""\#(registry)":{"username":"\#(user)","password":"p"}"#
  }

  @Test(arguments: [
    ("https://index.docker.io/v1/", "nginx", true), ("docker.io", "team/x", true),
    ("registry.test", "registry.test/a/b", true), ("https://registry.test/v2/", "registry.test/a", true),
    ("registry.test", "registry.test:5000/a", false), ("registry.test:5000", "registry.test:5000/a", true),
    ("*.test", "registry.test/a", true), ("*.test", "a.registry.test/a", false), ("reg*.test", "registry.test/a", true),
    ("registry.test/team", "registry.test/team/x", true), ("registry.test/team", "registry.test/other/x", false),
    ("registry.test", "nginx", false),
  ])
  func findsTheLoginOfARegistry(pattern: String, name: String, isFound: Bool) throws {
    #expect(try users("{\"auths\":{\(entry(pattern, "ada"))}}", for: name) == (isFound ? ["ada"] : []))
  }

  @Test func theMostPreciseLoginComesFirst() throws {
    let auths = [entry("*.test", "wide"), entry("registry.test/team/x", "narrow"), entry("registry.test", "host")]
    #expect(
      try users("{\"auths\":{\(auths.joined(separator: ","))}}", for: "registry.test/team/x") == [
        "narrow", "host", "wide",
      ])
  }

  @Test func understandsAllFormsOfALogin() throws {
    let text = #"{"auths":{"a.test":{"auth":"YWRhOnM6ZWNyZXQ="},"b.test":{"identitytoken":"t"},"c.test":{}}}"#
    let credentials = try #require(RegistryCredentials(dockerConfiguration: text))
    let first = credentials.matching(try ImageReference("a.test/x"))
    #expect(first == [RegistryCredential(user: "ada", password: "s:ecret", identityToken: "")])
    let second = credentials.matching(try ImageReference("b.test/x"))
    #expect(second.map(\.secret) == ["t"] && second.map(\.tokenUser) == [""])
    #expect(credentials.matching(try ImageReference("c.test/x")).isEmpty)
    #expect(RegistryCredentials(dockerConfiguration: "no JSON") == nil)
  }
}

@Suite struct AuthenticationChallengeTests {
  @Test func readsChallenges() {
    let field = #"Negotiate abc, Basic realm="a \"b\", c", Bearer realm="https://t.test/x?y=z",scope="r:a:pull,push""#
    #expect(
      AuthenticationChallenge.parse(field) == [
        AuthenticationChallenge(scheme: .basic, parameters: ["realm": #"a "b", c"#]),
        AuthenticationChallenge(
          scheme: .bearer, parameters: ["realm": "https://t.test/x?y=z", "scope": "r:a:pull,push"]),
      ])
    #expect(AuthenticationChallenge.best(in: field)?.scheme == .bearer)
    #expect(AuthenticationChallenge.best(in: "basic")?.scheme == .basic)
    for hostile in ["", ",,,", "Bearer realm=\"", "=x", "Bearer =", "Negotiate", "Bearer realm=\"\\"] {
      _ = AuthenticationChallenge.parse(hostile)
    }
  }

  @Test(arguments: [
    ("https://b.test/x", "https://b.test/x"), ("//b.test/x", "https://b.test/x"), ("/x?y", "https://a.test:1/x?y"),
    ("x", "https://a.test:1/v2/x"),
  ])
  func followsEveryFormOfRedirect(location: String, result: String) {
    #expect(RegistrySession.resolve(location, against: "https://a.test:1/v2/t?q=/z") == result)
  }
}
