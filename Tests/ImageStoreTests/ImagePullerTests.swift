import Documents
import SystemIO
import TestSupport
import Testing

@testable import ImageStore

@Suite(.timeLimit(.minutes(1))) struct ImagePullerTests {
  private static let name = "registry.test/team/tool"

  private func with(
    _ faults: ScriptedRegistry.Faults = .init(),
    _ body: (RemoteImage, ScriptedRegistry, Images) async throws -> Void
  ) async throws {
    try await TemporaryFolder.with { folder in
      let image = try RemoteImage(folder)
      let images = try Images.open(at: folder.path("images"))
      try await body(image, image.registry(faults), images)
      #expect(try Files.list(images.downloads) == [])
      #expect(try Files.list(images.drafts) == [])
    }
  }

  private func puller(_ images: Images, _ registry: ScriptedRegistry, _ settings: RegistrySettings = .init())
    -> ImagePuller
  {
    ImagePuller(images: images, settings: settings, transport: registry)
  }

  private func failure(
    _ images: Images, _ registry: ScriptedRegistry, _ name: String = name + ":1",
    credentials: RegistryCredentials = .init(), settings: RegistrySettings = .init()
  ) async throws -> PullError {
    let reference = try ImageReference(name)
    let error = await #expect(throws: PullError.self) {
      try await puller(images, registry, settings).pull(reference, credentials: credentials)
    }
    #expect(try images.list().isEmpty)
    return try #require(error)
  }

  private static func login(_ user: String, _ password: String) throws -> RegistryCredentials {
    let auth = Base64.encode(Array("\(user):\(password)".utf8))
    return try #require(
      RegistryCredentials(dockerConfiguration: #"{"auths":{"registry.test":{"auth":"\#(auth)"}}}"#))
  }

  @Test func choosesTheImageForThisMachine() async throws {
    try await with { remote, registry, images in
      let image = try await puller(images, registry).pull(ImageReference(Self.name + ":1"))
      #expect(image.id == remote.config)
      // The registry's own word for it, as containers' statuses tell it.
      #expect(image.digest == Self.name + "@" + digest(of: remote.index))
      #expect(image.names == [Self.name + ":1"] && image.isPulled && !image.isStandIn)
      try images.prepareLayers(of: image)
      #expect(try Files.readText(image.layers[1] + "/tool") == "tool")
      let found = try images.find(ImageReference(image.digest))
      #expect(found?.id == image.id)
      // A second pull asks what the name stands for, and fetches nothing.
      let before = registry.asked("GET", "/blobs/").count
      _ = try await puller(images, registry).pull(ImageReference(Self.name + ":1"))
      #expect(registry.asked("GET", "/blobs/").count == before)
    }
  }

  @Test func whatWasPulledByHandIsNoNodesAnyMore() async throws {
    try await with { remote, registry, images in
      let reference = try ImageReference(Self.name + ":1")
      #expect(try await puller(images, registry).pull(reference, forNode: true).isOfNodes)
      #expect(try await puller(images, registry).pull(reference, forNode: true).isOfNodes)
      #expect(try await !puller(images, registry).pull(reference).isOfNodes)
      #expect(try await !puller(images, registry).pull(reference, forNode: true).isOfNodes)
    }
  }

  @Test func aDigestNamesAnImageWithoutTag() async throws {
    try await with { remote, registry, images in
      let name = Self.name + ":ignored@" + digest(of: remote.manifest)
      let image = try await puller(images, registry).pull(ImageReference(name))
      #expect(image.names == [])
      #expect(image.digest == Self.name + "@" + digest(of: remote.manifest))
      #expect(try images.find(ImageReference(name))?.id == remote.config)
      #expect(registry.asked("HEAD", "ignored").isEmpty)
    }
  }

  @Test func refusesAnImageForOtherMachines() async throws {
    try await TemporaryFolder.with { folder in
      let remote = try RemoteImage(folder)
      let foreign = RemoteImage.index(
        of: remote.manifest,
        platforms: [["os": "linux", "architecture": "s390x"], ["os": "windows", "architecture": "amd64"]])
      let registry = ScriptedRegistry([foreign], tags: ["1": foreign])
      let error = try await failure(try Images.open(at: folder.path("images")), registry)
      #expect(
        error.description
          == "rpc error: code = NotFound desc = failed to pull and unpack image \"\(Self.name):1\": no match for platform in manifest: not found"
      )
    }
  }

  @Test func refusesContentWithAnotherDigest() async throws {
    try await with { remote, registry, images in
      for (part, kind) in [(digest(of: remote.index), "index"), (digest(of: remote.manifest), "manifest")] {
        registry.faults.withLock { $0.corrupted = part }
        let error = try await failure(images, registry)
        #expect(error.code == .failedPrecondition)
        #expect(
          TextPattern(
            "failed commit on ref \"\(kind)-\(part)\": unexpected commit digest sha256:<...>, expected \(part): failed precondition"
          ).matches(String(error.message.dropFirst("failed to pull and unpack image \"\(Self.name):1\": ".count))),
          "\(error)")
      }
      for (part, kind) in [(remote.config, "config"), (remote.layer, "layer")] {
        registry.faults.withLock { $0.corrupted = part }
        let fresh = try Images.open(at: images.path + "-" + kind)
        let error = try await failure(fresh, registry)
        #expect("\(error)".contains("failed commit on ref \"\(kind)-\(part)\": unexpected commit digest"), "\(error)")
        #expect(!Files.exists(fresh.blobs.path(part)))
        #expect(try Files.list(fresh.downloads) == [])
      }
      registry.faults.withLock { $0.corrupted = nil }
      _ = try await puller(images, registry).pull(ImageReference(Self.name + ":1"))
    }
  }

  @Test func takesNoMoreBytesThanTheManifestPromises() async throws {
    try await with(.init(isEndless: true)) { _, registry, images in
      let error = try await failure(images, registry)
      #expect("\(error)".contains("failed size validation"), "\(error)")
    }
  }

  @Test(arguments: [true, false])
  func goesOnWhereAConnectionBroke(hasRanges: Bool) async throws {
    try await with(.init(breaks: 2, breakAfter: 1000, hasRanges: hasRanges)) { remote, registry, images in
      let image = try await puller(images, registry).pull(ImageReference(Self.name + ":plain"))
      #expect(image.id == remote.config)
      #expect(registry.asked.contains { $0.range == "bytes=1000-" })
      try images.prepareLayers(of: image)
    }
  }

  @Test func givesUpAServerThatBreaksOffAgainAndAgain() async throws {
    try await with(.init(breaks: 1000, breakAfter: 0)) { _, registry, images in
      let error = try await failure(images, registry)
      #expect("\(error)".hasSuffix("failed to copy: unexpected EOF"), "\(error)")
    }
  }

  @Test func pullsOfTheSameImageShareItsDownload() async throws {
    try await with(.init(pause: .milliseconds(2))) { remote, registry, images in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for tag in ["1", "plain", "1"] {
          // Another process would have a store object of its own.
          let store = try Images.open(at: images.path)
          group.addTask {
            _ = try await self.puller(store, registry).pull(ImageReference(Self.name + ":" + tag))
          }
        }
        try await group.waitForAll()
      }
      #expect(registry.asked("GET", remote.layer).count == 1)
      #expect(registry.asked("GET", remote.config).count == 1)
      #expect(try images.list().first?.names == [Self.name + ":1", Self.name + ":plain"])
    }
  }

  @Test func aCancelledPullLeavesNothing() async throws {
    try await with(.init(pause: .seconds(30))) { remote, registry, images in
      let puller = puller(images, registry)
      let pull = Task { try await puller.pull(ImageReference(Self.name + ":1")) }
      try await Deadline.wait("a blob is on its way") { !registry.asked("GET", "/blobs/").isEmpty }
      pull.cancel()
      let error = await #expect(throws: PullError.self) { try await pull.value }
      #expect("\(error.map { "\($0)" } ?? "")".hasSuffix("context canceled"))
      #expect(try Files.list(images.blobs.folder) == [])
    }
  }

  @Test(arguments: [429, 500, 503]) func asksAgainWhereThatMayHelp(status: Int) async throws {
    try await with(.init(putOff: 3, status: status)) { remote, registry, images in
      let image = try await puller(images, registry).pull(ImageReference(Self.name + ":1"))
      #expect(image.id == remote.config)
    }
  }

  @Test func whatTheRegistrySaysOfItsLimitsIsTold() async throws {
    try await with(.init(putOff: 1000)) { remote, registry, images in
      registry.faults.withLock {
        $0.words = #"{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}"#
      }
      let begin = "failed to pull and unpack image \"\(Self.name):1\": "
      let url = "https://registry.test/v2/team/tool"
      let first = try await failure(images, registry)
      #expect(
        first.message
          == begin
          + "failed to resolve reference \"\(Self.name):1\": unexpected status from HEAD request to \(url)/manifests/1: 429 Too Many Requests"
      )
      registry.faults.withLock { $0.putsOffBlobsOnly = true }
      let blobs = try await failure(images, registry)
      #expect(
        TextPattern(
          begin
            + "failed to copy: httpReadSeeker: failed open: unexpected status code \(url)/blobs/<...>: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit."
        ).matches(blobs.message), "\(blobs)")
    }
  }

  @Test func aServerMayKnowManifestsByTheirBytesOnly() async throws {
    try await with(.init(hasNoHead: true)) { remote, registry, images in
      // What it says of the digest is not needed then.
      let image = try await puller(images, registry).pull(ImageReference(Self.name + ":1"))
      #expect(image.id == remote.config)
      let none = try ImageReference(Self.name + ":none")
      let error = await #expect(throws: PullError.self) { try await puller(images, registry).pull(none) }
      #expect(error?.code == .notFound)
    }
  }

  @Test func anIndexMayLeadToAnotherAndNotSayForWhichMachine() async throws {
    try await TemporaryFolder.with { folder in
      let remote = try RemoteImage(folder)
      let silent = RemoteImage.index(
        of: remote.manifest, platforms: [["os": "linux", "architecture": "s390x"], .null])
      let outer = RemoteImage.index(of: silent, platforms: [.null], type: MediaType.index)
      let registry = ScriptedRegistry(remote.blobs + [silent, outer], tags: ["1": outer])
      let images = try Images.open(at: folder.path("images"))
      let image = try await puller(images, registry).pull(ImageReference(Self.name + ":1"))
      #expect(image.id == remote.config && image.digest == Self.name + "@" + digest(of: outer))
    }
  }

  @Test func whatAKilledProcessHadFetchedIsNotFetchedAgain() async throws {
    try await with { remote, registry, images in
      let bytes = try #require(remote.blobs.first { digest(of: $0) == remote.layer })
      let name = images.downloads + "/" + remote.layer.dropFirst("sha256:".count)
      try Files.write(Array(bytes.prefix(700)), to: name)
      let config = images.downloads + "/" + remote.config.dropFirst("sha256:".count)
      try Files.write(try #require(remote.blobs.first { digest(of: $0) == remote.config }), to: config)
      let image = try await puller(images, registry).pull(ImageReference(Self.name + ":1"))
      #expect(registry.asked("GET", remote.layer).map(\.range) == ["bytes=700-"])
      #expect(registry.asked("GET", remote.config).isEmpty)
      try images.prepareLayers(of: image)
    }
  }

  @Test func whatAKilledProcessHadFetchedIsReplaced() async throws {
    try await with { remote, registry, images in
      let stump = images.downloads + "/" + remote.layer.dropFirst("sha256:".count)
      try Files.write("half of something", to: stump)
      let image = try await puller(images, registry).pull(ImageReference(Self.name + ":1"))
      try images.prepareLayers(of: image)
      let other = images.downloads + "/" + String(repeating: "0", count: 64)
      try Files.write("nobody asks for it again", to: other)
      // A program that another test is starting holds our locks for a moment.
      try await Deadline.wait("the removal of what nobody asks for") { (try? images.prune()) != nil }
    }
  }

  @Test func nothingIsPrunedWhileAPullCountsOnIt() async throws {
    try await with(.init(pause: .milliseconds(20))) { _, registry, images in
      let puller = puller(images, registry)
      async let pull = puller.pull(ImageReference(Self.name + ":1"))
      try await Deadline.wait("a blob is on its way") { !registry.asked("GET", "/blobs/").isEmpty }
      #expect(throws: ImageStoreError.self) { try images.prune() }
      _ = try await pull
      #expect(try images.prune() == PrunedContent())
    }
  }

  // MARK: Who asks

  private static let challenge =
    #"Bearer realm="https://token.test/auth",service="registry.test",scope="repository:team/tool:pull""#

  @Test func fetchesATokenWithoutALogin() async throws {
    try await with(.init(authorization: "Bearer t1", challenge: Self.challenge, token: "t1")) { _, registry, images in
      _ = try await puller(images, registry).pull(ImageReference(Self.name + ":1"))
      #expect(
        registry.asked("GET", "token.test").map(\.url)
          == ["https://token.test/auth?scope=repository%3Ateam%2Ftool%3Apull&service=registry.test"])
    }
  }

  @Test func aLoginGoesToTheTokenServerAndTheTokenNoFurtherThanTheRegistry() async throws {
    let basic = "Basic " + Base64.encode(Array("ada:secret".utf8))
    let faults = ScriptedRegistry.Faults(
      blobsAreAt: "https://store.test/blobs", authorization: "Bearer t2", challenge: Self.challenge, login: basic,
      token: "t2")
    try await with(faults) { _, registry, images in
      _ = try await puller(images, registry).pull(
        ImageReference(Self.name + ":1"), credentials: Self.login("ada", "secret"))
      let elsewhere = registry.asked("GET", "store.test")
      #expect(elsewhere.count == 3)
      #expect(elsewhere.allSatisfy { $0.authorization == nil && $0.url.hasSuffix("?signed=a%2Fb") })
      #expect(registry.asked("GET", "/v2/").allSatisfy { $0.authorization == "Bearer t2" })
    }
  }

  @Test func wrongLoginsAndMissingOnesAreToldAsTheRuntimesOfClustersDo() async throws {
    let refused = Self.challenge + #",error="insufficient_scope""#
    try await with(.init(authorization: "Bearer t", challenge: refused, token: "other")) { _, registry, images in
      let error = try await failure(images, registry)
      #expect(
        error.description
          == "failed to pull and unpack image \"\(Self.name):1\": failed to resolve reference \"\(Self.name):1\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
      )
    }
    try await with(.init(authorization: "Basic eA==", challenge: #"Basic realm="r""#)) { _, registry, images in
      let missing = try await failure(images, registry)
      #expect("\(missing)".hasSuffix("may require authorization: authorization failed: no basic auth credentials"))
      let wrong = try await failure(images, registry, credentials: Self.login("ada", "wrong"))
      #expect(
        "\(wrong)".hasSuffix(
          "unexpected status from HEAD request to https://registry.test/v2/team/tool/manifests/1: 401 Unauthorized"))
    }
    try await with(.init(authorization: "Bearer t", challenge: Self.challenge, login: "Basic eA==")) {
      _, registry, images in
      let wrong = try await failure(images, registry, credentials: Self.login("ada", "wrong"))
      #expect(
        "\(wrong)".hasSuffix(
          "failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://token.test/auth?scope=repository%3Ateam%2Ftool%3Apull&service=registry.test: 401 Unauthorized"
        ), "\(wrong)")
    }
  }

  @Test func everyLoginThatFitsIsTried() async throws {
    let good = "Basic " + Base64.encode(Array("ada:secret".utf8))
    try await with(.init(authorization: good, challenge: #"Basic realm="r""#)) { _, registry, images in
      var logins = try Self.login("ada", "old")
      logins.add(try Self.login("ada", "secret"))
      _ = try await puller(images, registry).pull(ImageReference(Self.name + ":1"), credentials: logins)
    }
  }

  @Test func aPasswordIsNotSentWhereEverybodyCouldReadIt() async throws {
    let challenge = #"Bearer realm="http://token.test/auth""#
    try await with(.init(authorization: "Bearer t", challenge: challenge, token: "t")) { _, registry, images in
      let error = try await failure(images, registry, credentials: Self.login("ada", "secret"))
      #expect("\(error)".contains("the password is not sent to http://token.test/auth"), "\(error)")
      #expect(registry.asked("POST", "token.test").isEmpty && registry.asked("GET", "token.test").isEmpty)
    }
  }

  // MARK: Where

  @Test func mirrorsAreAskedFirst() async throws {
    var settings = RegistrySettings()
    settings.registries["registry.test"] = .init(mirrors: ["https://mirror.test:5000"])
    try await with { _, registry, images in
      _ = try await puller(images, registry, settings).pull(ImageReference(Self.name + ":1"))
      #expect(
        registry.asked.allSatisfy {
          $0.url.hasPrefix("https://mirror.test:5000/v2/") && $0.url.hasSuffix("?ns=registry.test")
        }
      )
      registry.faults.withLock { $0.down = ["mirror.test:5000"] }
      _ = try await puller(images, registry, settings).pull(ImageReference(Self.name + ":1"))
      #expect(registry.asked.last?.url.hasPrefix("https://registry.test/v2/") == true)
    }
  }

  @Test func onlyRegistriesWithinReachAreAsked() async throws {
    var settings = RegistrySettings()
    settings.reach = .loopback
    try await with(.init(blobsAreAt: "https://store.test/blobs")) { _, registry, images in
      #expect(try await failure(images, registry, settings: settings).code == .offline)
      #expect(registry.asked.isEmpty)
      let near = try await failure(images, registry, "127.0.0.1:5000/team/tool:1", settings: settings)
      #expect("\(near)".contains("store.test may not be asked: the reach of registries is loopback"), "\(near)")
      #expect(registry.asked("GET", "store.test").isEmpty)
    }
  }

  @Test func whatTheRegistryDoesNotHaveIsNotFound() async throws {
    try await with { _, registry, images in
      let error = try await failure(images, registry, Self.name + ":2")
      let name = Self.name + ":2"
      #expect(
        error.description
          == "rpc error: code = NotFound desc = failed to pull and unpack image \"\(name)\": failed to resolve reference \"\(name)\": \(name): not found"
      )
    }
  }
}
