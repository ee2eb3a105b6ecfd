import Documents
import HTTPTransport
import KubernetesAPI
import SystemIO
import TestSupport
import Testing

/// Images from a real registry: as pods get them, and as `podium images pull` does.
@Suite(.needsRegistry, .needsUserNamespace, .timeLimit(.minutes(2)))
struct RegistryTests {
  @Test(.needsRoot) func podsOfRootRunImagesOfARegistry() async throws {
    try await Learner.with(.root, runImages)
  }

  @Test(.needsOrdinaryUser) func podsOfAnOrdinaryUserRunImagesOfARegistry() async throws {
    try await Learner.with(.ordinaryUser, runImages)
  }

  private func runImages(_ learner: Learner) async throws {
    try await LocalRegistry.with { registry in
      try await learner.makeImages()
      let first = try await registry.push(.busybox, of: learner.images, as: "team/tool:1")
      let name = registry.address + "/team/tool"
      let manifest = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"tool"},"spec":{"terminationGracePeriodSeconds":0,"containers":
        [{"name":"main","image":"\(name):1","imagePullPolicy":"Always","command":["sleep","600"]}]}}
        """
      let answer = try await learner.podium("kubectl", "apply", "-f", "-", input: manifest)
      #expect(answer.end == .exited(0), "\(answer.error)")
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/tool", "--timeout=30s")
      #expect(try await learner.imageID("tool") == "\(name)@\(first)")
      let events = try await learner.events("tool")
      #expect(events.contains("Pulling Pulling image \"\(name):1\""), "\(events)")
      let pulled = TextPattern(
        "Pulled Successfully pulled image \"\(name):1\" in <...>s (<...>s including waiting). Image size: <...> bytes.")
      #expect(events.contains(where: pulled.matches), "\(events)")

      try await aMovedTagIsNoticed(learner, registry, name, first)
      try await whatIsNotThereIsToldAsByClusters(learner, name)
      registry.stop()
      try await aSilentRegistryIsNotNeededForWhatIsHere(learner, name)
    }
  }

  private func aMovedTagIsNoticed(
    _ learner: Learner, _ registry: LocalRegistry, _ name: String, _ first: String
  ) async throws {
    let second = try await registry.push(.ubuntu, of: learner.images, as: "team/tool:1")
    try await learner.start("kept", name + ":1", policy: "IfNotPresent")
    #expect(try await learner.imageID("kept") == "\(name)@\(first)")
    try await learner.start("moved", name + ":1", policy: "Always")
    #expect(try await learner.imageID("moved") == "\(name)@\(second)")
    try await learner.start("exact", "\(name)@\(first)", policy: "IfNotPresent")
    #expect(try await learner.imageID("exact") == "\(name)@\(first)")
  }

  private func whatIsNotThereIsToldAsByClusters(_ learner: Learner, _ name: String) async throws {
    try await learner.start("never", name + ":2", policy: "Never", isReady: false)
    #expect(
      try await learner.waiting("never")
        == "ErrImageNeverPull Container image \"\(name):2\" is not present with pull policy of Never")
    try await learner.start("absent", name + ":2", policy: "IfNotPresent", isReady: false)
    let failure =
      "failed to pull and unpack image \"\(name):2\": failed to resolve reference \"\(name):2\": \(name):2: not found"
    try await learner.expectEvent(
      "absent", "Failed Failed to pull image \"\(name):2\": rpc error: code = NotFound desc = \(failure)")
  }

  private func aSilentRegistryIsNotNeededForWhatIsHere(_ learner: Learner, _ name: String) async throws {
    try await learner.start("still", name + ":1", policy: "IfNotPresent")
    try await learner.start("again", name + ":1", policy: "Always", isReady: false)
    let address = name.prefix { $0 != "/" }
    let failure =
      "failed to do request: Head \"http://\(address)/v2/team/tool/manifests/1\": dial tcp \(address): connect: connection refused"
    try await learner.expectEvent(
      "again",
      "Failed Failed to pull image \"\(name):1\": failed to pull and unpack image \"\(name):1\": failed to resolve reference \"\(name):1\": \(failure)"
    )
  }

  @Test func certificatesAndLoginsAreChecked() async throws {
    try await Learner.with { learner in
      try await TemporaryFolder.with { folder in
        let authority = try await TestAuthority(folder, "right")
        let other = try await TestAuthority(folder, "wrong")
        try await LocalRegistry.with(.init(authority: authority, needsLogin: true)) { registry in
          try await learner.makeImages()
          try await registry.push(.busybox, of: learner.images, as: "team/tool:1")
          let name = registry.address + "/team/tool:1"
          try learner.configure("registries:\n  \(registry.address): {certificateAuthority: \(other.certificate)}\n")
          #expect(
            try await learner.pullError(name).hasSuffix(
              "/v2/team/tool/manifests/1\": tls: failed to verify certificate: x509: certificate signed by unknown authority"
            ))
          try learner.configure(
            "registries:\n  \(registry.address): {certificateAuthority: \(authority.certificate)}\n")
          #expect(
            try await learner.pullError(name).hasSuffix(
              "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials"
            ))
          try learner.logIn(registry.logins(password: "wrong"))
          #expect(try await learner.pullError(name).hasSuffix("/v2/team/tool/manifests/1: 401 Unauthorized"))
          try learner.logIn(registry.logins())
          let pulled = try await learner.podium("images", "pull", name)
          #expect(pulled.end == .exited(0), "\(pulled.error)")
          try learner.logIn("{}")
          #expect(try await learner.podium("images", "rm", name).end == .exited(0))
          try await podsBringTheirLogins(learner, registry, name)
        }
      }
    }
  }

  private func podsBringTheirLogins(_ learner: Learner, _ registry: LocalRegistry, _ name: String) async throws {
    for (secret, login) in [("bad", registry.logins(password: "wrong")), ("good", registry.logins())] {
      let data = Base64.encode(Array(login.utf8))
      let manifest = """
        {"apiVersion":"v1","kind":"Secret","metadata":{"name":"\(secret)"},"type":"kubernetes.io/dockerconfigjson",
        "data":{".dockerconfigjson":"\(data)"}}
        """
      let answer = try await learner.podium("kubectl", "apply", "-f", "-", input: manifest)
      #expect(answer.end == .exited(0), "\(answer.error)")
    }
    try await learner.start("lost", name, policy: "Always", secrets: ["nowhere"], isReady: false)
    try await learner.expectEvent(
      "lost",
      "FailedToRetrieveImagePullSecret Unable to retrieve some image pull secrets (nowhere); attempting to pull the image may not succeed."
    )
    try await learner.start("refused", name, policy: "Always", secrets: ["bad"], isReady: false)
    try await learner.expectEvent("refused", "Failed <...>: 401 Unauthorized")
    try await learner.start("welcome", name, policy: "Always", secrets: ["bad", "good"])
  }

  @Test(.needsRoot, .needsPrograms("umoci")) func whatOnlyPodsOfRootNeededMayGo() async throws {
    try await Learner.with(.root, removeImages)
  }

  @Test(.needsOrdinaryUser, .needsPrograms("umoci")) func whatOnlyPodsOfAnOrdinaryUserNeededMayGo() async throws {
    try await Learner.with(.ordinaryUser, removeImages)
  }

  /// A kubelet asks its control plane to remove an image, which knows whether anybody wants it.
  private func removeImages(_ learner: Learner) async throws {
    try await LocalRegistry.with { registry in
      try await learner.makeImages()
      try await registry.push("own", of: learner.alteredBusybox(), as: "team/own:1")
      let name = registry.address + "/team/own:1"
      try await learner.start("user", name, policy: "IfNotPresent")
      let image = try await learner.inspect(name)
      let layers = Set((image["layers"]?.listValue ?? []).compactMap(\.stringValue))
      try #require(!layers.isEmpty)
      // A pod uses it; a stand-in could not be had again.
      #expect(try await !learner.isRemoved(image))
      #expect(try await !learner.isRemoved(learner.inspect("busybox")))
      try await learner.kubectl("delete", "pod", "user")
      // Whoever is deleted without grace is gone from the API before its processes are.
      try await Deadline.wait("the end of the pod's processes") {
        Victims.named("/pause", of: learner).processes.isEmpty
      }
      #expect(try await learner.isRemoved(image))
      #expect(try await learner.podium("images", "inspect", name).end == .exited(1))
      // A mount of the container that has just ended may still have held them.
      try await Deadline.wait("the removal of its layers") {
        if layers.contains(where: { !Files.exists($0) }) { return true }
        _ = try await learner.podium("images", "prune")
        return false
      }
      // What somebody has pulled by hand stays, whoever asks for it later.
      #expect(try await learner.podium("images", "pull", name).end == .exited(0))
      try await learner.start("later", name, policy: "Always")
      try await learner.kubectl("delete", "pod", "later")
      #expect(try await !learner.isRemoved(image))
    }
  }

  @Test func aStandInAnswersUntilItsNameIsPulled() async throws {
    try await Learner.with { learner in
      try await LocalRegistry.with { registry in
        try await learner.makeImages()
        let real = try await registry.push(.busybox, of: learner.images, as: "library/nginx:latest")
        try learner.configure("registries:\n  docker.io: {mirrors: [\"http://\(registry.address)\"]}\n")
        try await learner.start("before", "nginx", policy: "Always")
        #expect(try await learner.imageID("before") != "docker.io/library/nginx@\(real)")
        try await learner.terminal("images", "pull", "nginx") { terminal in
          try await terminal.expect("total<...>[####################]<...>MB of<...>MB/s")
          try await terminal.expect("pulled nginx:latest (")
        }
        try await learner.start("after", "nginx", policy: "Always")
        #expect(try await learner.imageID("after") == "docker.io/library/nginx@\(real)")
        // The same image by its digest is a name of its own, and goes alone.
        let precise = "nginx:any@\(real)"
        #expect(try await learner.podium("images", "pull", precise).end == .exited(0))
        #expect(
          try await learner.podium("images", "rm", "--force", precise).output == "removed \(precise)\n")
        #expect(
          try await learner.podium("images", "rm", "--force", "nginx").output
            == "removed nginx; the stand-in of that name answers again\n")
        try await learner.start("again", "nginx", policy: "IfNotPresent")
        #expect(try await learner.imageID("again") == learner.imageID("before"))
      }
    }
  }

  @Test func tokensAreFetchedForThoseWhoMayHaveThem() async throws {
    try await Learner.with { learner in
      try await TemporaryFolder.with { folder in
        let tokens = try await TokenServer(folder)
        let serving = Task { await tokens.run() }
        let options = LocalRegistry.Options(tokens: (tokens.realm, tokens.certificate))
        try await LocalRegistry.with(options) { registry in
          try await learner.makeImages()
          try await registry.push(
            .busybox, of: learner.images, as: "team/tool:1", token: try await tokens.token("pull", "push"))
          let name = registry.address + "/team/tool:1"
          let query = "?scope=repository%3Ateam%2Ftool%3Apull&service=registry"
          #expect(
            try await learner.pullError(name).hasSuffix(
              "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to \(tokens.realm)\(query): 401 Unauthorized"
            ))
          try learner.logIn(registry.logins())
          let pulled = try await learner.podium("images", "pull", name)
          #expect(pulled.end == .exited(0), "\(pulled.error)")
        }
        serving.cancel()
        await serving.value
      }
    }
  }

  @Test func whatIsDamagedOrCutOffIsNotTaken() async throws {
    try await Learner.with { learner in
      try await LocalRegistry.with { registry in
        try await learner.makeImages()
        try await registry.push(.busybox, of: learner.images, as: "team/tool:1")
        let inspected = try await ProgramOutput.of(
          "skopeo", ["inspect", "--raw", "--tls-verify=false", "docker://\(registry.address)/team/tool:1"])
        let manifest = try Document.parse(json: inspected.output)
        let layer = try #require(manifest["layers"]?.listValue?.first?["digest"]?.stringValue)

        // The registry goes away in the middle of a layer, with the connection to it.
        let way = BlockedWay(listener: try LoopbackListener(), registry: registry.port, limit: 200_000)
        let serving = Task { await way.run() }
        async let pull = learner.pullError("127.0.0.1:\(way.listener.port)/team/tool:1")
        let draft = learner.images + "/downloads/" + layer.dropFirst("sha256:".count)
        try await Deadline.wait("a part of the layer") { ((try? Files.read(draft)) ?? []).count > 50_000 }
        serving.cancel()
        await serving.value
        let error = try await pull
        #expect(
          TextPattern(
            "<...>/blobs/sha256:<...>\": dial tcp 127.0.0.1:\(way.listener.port): connect: connection refused"
          ).matches(error), "\(error)")
        #expect(try Files.list(learner.images + "/downloads") == [])

        try registry.corrupt(layer)
        let damaged = try await learner.pullError(registry.address + "/team/tool:1")
        #expect(
          TextPattern(
            "podium: failed to pull and unpack image \"\(registry.address)/team/tool:1\": failed commit on ref \"layer-\(layer)\": unexpected commit digest sha256:<...>, expected \(layer): failed precondition"
          ).matches(damaged), "\(damaged)")
        #expect(try Files.list(learner.images + "/downloads") == [])
        #expect(!Files.exists(learner.images + "/blobs/sha256/" + layer.dropFirst("sha256:".count)))
      }
    }
  }
}

extension String {
  fileprivate static let busybox = "docker.io/library/busybox:latest"
  fileprivate static let ubuntu = "docker.io/library/ubuntu:latest"
}

extension Learner {
  /// The image store.
  var images: String { home + "/data/podium/images" }

  /// Makes the stand-ins, without a cluster.
  func makeImages() async throws {
    let answer = try await podium("images", "ls")
    #expect(answer.end == .exited(0), "\(answer.error)")
  }

  /// A layout with the image `own`, which is like the stand-in for busybox and not the same.
  fileprivate func alteredBusybox() async throws -> String {
    let layout = home + "/altered"
    let copied = try await ProgramOutput.of(
      "skopeo", ["copy", "--quiet", "oci:\(images):\(String.busybox)", "oci:\(layout):own"], within: .seconds(60))
    #expect(copied.end == .exited(0), "\(copied.error)")
    let altered = try await ProgramOutput.of(
      "umoci", ["insert", "--image", "\(layout):own", #filePath, "/own"], within: .seconds(60))
    #expect(altered.end == .exited(0), "\(altered.error)")
    return layout
  }

  fileprivate func inspect(_ image: String) async throws -> Document {
    let answer = try await podium("images", "inspect", image)
    #expect(answer.end == .exited(0), "\(answer.error)")
    return try Document.parse(json: Array(answer.output.utf8))
  }

  /// Whether the control plane removes the image, asked as kubelets ask.
  fileprivate func isRemoved(_ image: Document) async throws -> Bool {
    let control = HTTPClient(unixSocket: "\(home)/runtime/podium/\(cluster)/sockets/api.sock")
    let body: Document = ["id": image["id"] ?? .null]
    let answer = try await control.send(APIRequest("POST", "/podium/images/remove", body: body.json()))
    guard case .bytes(let bytes) = answer.body else { return false }
    #expect(answer.status == 200, "\(String(decoding: bytes, as: UTF8.self))")
    return try Document.parse(json: bytes)["removed"]?.boolValue == true
  }

  fileprivate func configure(_ settings: String) throws { try write(settings, ".config/podium/registries.yaml") }
  fileprivate func logIn(_ configuration: String) throws { try write(configuration, ".docker/config.json") }

  private func write(_ text: String, _ name: String) throws {
    let path = home + "/home/" + name
    try Files.makeDirectories(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    try Files.write(text, to: path)
  }

  /// What `podium images pull` complains about, in its last line.
  fileprivate func pullError(_ name: String) async throws -> String {
    let answer = try await podium("images", "pull", name)
    #expect(answer.end == .exited(1))
    return String(answer.error.split(separator: "\n").last ?? "")
  }

  /// Starts a pod that sleeps, and waits until it is ready if it is to be.
  fileprivate func start(
    _ pod: String, _ image: String, policy: String, secrets: [String] = [], isReady: Bool = true
  ) async throws {
    let manifest: Document = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(pod)],
      "spec": [
        "terminationGracePeriodSeconds": 0, "imagePullSecrets": .list(secrets.map { ["name": .string($0)] }),
        "containers": [
          [
            "name": "main", "image": .string(image), "imagePullPolicy": .string(policy), "command": ["sleep", "600"],
          ]
        ],
      ],
    ]
    let answer = try await podium("kubectl", "apply", "-f", "-", input: manifest.jsonText())
    #expect(answer.end == .exited(0), "\(answer.error)")
    if isReady { try await kubectl("wait", "--for=condition=Ready", "pod/\(pod)", "--timeout=30s") }
  }

  fileprivate func imageID(_ pod: String) async throws -> String {
    try await kubectl("get", "pod", pod, "-o", "jsonpath={.status.containerStatuses[0].imageID}")
  }

  /// Reason and message of the container that does not start.
  fileprivate func waiting(_ pod: String) async throws -> String {
    let state = ".status.containerStatuses[0].state.waiting"
    var words = ""
    try await Deadline.wait("pod \(pod) tells why it waits", within: .seconds(20)) {
      words = try await kubectl("get", "pod", pod, "-o", "jsonpath={\(state).reason} {\(state).message}")
      return words.split(separator: " ").count > 1
    }
    return words
  }

  /// Reasons and messages.
  fileprivate func events(_ pod: String) async throws -> [String] {
    let text = try await kubectl(
      "get", "events", "--field-selector", "involvedObject.name=\(pod)", "-o",
      #"jsonpath={range .items[*]}{.reason} {.message}{"\n"}{end}"#)
    return text.split(separator: "\n").map(String.init)
  }

  fileprivate func expectEvent(_ pod: String, _ pattern: String) async throws {
    var seen: [String] = []
    do {
      try await Deadline.wait("the event", within: .seconds(20)) {
        seen = try await events(pod)
        return seen.contains(where: TextPattern(pattern).matches)
      }
    } catch {
      Issue.record("\(pattern)\nis not among\n\(seen.joined(separator: "\n"))")
    }
  }
}
