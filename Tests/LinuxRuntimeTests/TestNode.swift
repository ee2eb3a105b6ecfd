import ContainerRuntime
import Glibc
import LinuxRuntime
import Synchronization
import SystemIO
import TestSupport
import Testing

/// Tests that make namespaces, one after the other: each counts what is left on the machine.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RealNodes {}

/// A node without a kubelet program: the test itself is the kubelet.
struct TestNode {
  let bundle: NodeBundle
  let runtime: NodeRuntime
  let folder: TemporaryFolder
  let spec: NodeBundleSpec
  let image: TestImage

  /// Runs the body with a fresh node, and records an issue for whatever is left when the node has ended.
  static func with(
    _ change: @Sendable (inout NodeBundleSpec) -> Void = { _ in }, _ body: @Sendable (TestNode) async throws -> Void
  ) async throws {
    try await TemporaryFolder.with { folder in
      let name = String(folder.path.dropFirst("/tmp/".count))
      setenv(LeakCensus.marker, name, 1)
      let scope: LeakCensus.Scope = [.processes, .mounts, .networkLinks, .controlGroups]
      try await LeakCensus.check(scope, run: name, matching: name) {
        try await withNode(cluster: name, folder, change, body)
      }
    }
  }

  private static func withNode(
    cluster: String, _ folder: TemporaryFolder, _ change: @Sendable (inout NodeBundleSpec) -> Void,
    _ body: @Sendable (TestNode) async throws -> Void
  ) async throws {
    let image = try TestImage.make(in: folder)
    var spec = try Self.spec(cluster: cluster, folder)
    change(&spec)
    let bundle = try await NodeBundle.launch(spec)
    do {
      let runtime = try await NodeRuntime.open(
        control: bundle.takeControl(), nodeDirectory: spec.runtimeDirectory + "/podium", images: image)
      let node = TestNode(bundle: bundle, runtime: runtime, folder: folder, spec: spec, image: image)
      try await whileRunning(runtime) { try await body(node) }
    } catch {
      await bundle.stop()
      throw error
    }
    await bundle.stop()
  }

  /// The runtime passes on its events while the body runs.
  static func whileRunning(_ runtime: NodeRuntime, _ body: @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await runtime.run() }
      defer { group.cancelAll() }
      try await body()
    }
  }

  static func spec(cluster: String, _ folder: TemporaryFolder) throws -> NodeBundleSpec {
    try Files.makeDirectories(folder.path("state"))
    var spec = NodeBundleSpec(
      cluster: cluster, node: "podium", number: 7, runtimeDirectory: folder.path("nodes"),
      stateDirectory: folder.path("state"), kubelet: nil, logFile: folder.path("node.log"))
    spec.sharedDirectories = [folder.path("image")]
    return spec
  }

  // MARK: Pods

  func sandbox(_ name: String = "web", _ change: (inout SandboxSpec) -> Void = { _ in }) async throws -> Sandbox {
    var spec = SandboxSpec(
      id: Self.newID(), podUID: "uid-\(name)", podName: name, podNamespace: "default", hostname: name)
    change(&spec)
    return try await runtime.createSandbox(spec)
  }

  func containerSpec(
    _ command: [String], in sandbox: Sandbox, _ change: (inout ContainerSpec) -> Void = { _ in }
  ) -> ContainerSpec {
    let id = Self.newID()
    var spec = ContainerSpec(
      id: id, sandboxID: sandbox.spec.id, name: "main", imageID: TestImage.id,
      logPath: folder.path("state/logs/\(id).log"))
    spec.command = command
    change(&spec)
    return spec
  }

  /// Creates and starts a container.
  @discardableResult
  func run(
    _ command: [String], in sandbox: Sandbox, _ change: (inout ContainerSpec) -> Void = { _ in }
  ) async throws -> ContainerSpec {
    let spec = containerSpec(command, in: sandbox, change)
    _ = try await runtime.createContainer(spec)
    try await runtime.startContainer(spec.id)
    return spec
  }

  /// Runs a shell script as a container and gives its log and its end.
  func output(
    of script: String, in sandbox: Sandbox, _ change: (inout ContainerSpec) -> Void = { _ in }
  ) async throws -> (log: String, status: ContainerRuntime.ExitStatus) {
    let spec = try await run(["sh", "-c", script], in: sandbox, change)
    let status = try await end(of: spec.id)
    return (try log(spec), status)
  }

  /// How a container ended, waiting for it.
  func end(of id: ContainerID) async throws -> ContainerRuntime.ExitStatus {
    let found = Mutex<ContainerRuntime.ExitStatus?>(nil)
    try await Deadline.wait("end of container \(id)") {
      let record = try await runtime.inventory().containers.first { $0.spec.id == id }
      if case .exited(_, let status) = record?.state { found.withLock { $0 = status } }
      return found.withLock { $0 != nil }
    }
    return found.withLock { $0! }
  }

  /// The text of a log without times, streams and tags.
  func log(_ spec: ContainerSpec) throws -> String {
    try Files.readText(spec.logPath).split(separator: "\n").map { line in
      line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).last.map { $0 + "\n" } ?? ""
    }.joined()
  }

  func exec(_ command: [String], in id: ContainerID) async throws -> (output: String, errors: String, code: Int32) {
    let session = try await runtime.exec(ExecSpec(containerID: id, command: command, streams: AttachSpec()))
    async let errors = Self.readAll { try await session.readErrors() }
    let output = try await Self.readAll { try await session.readOutput() }
    return (output, try await errors, try await session.wait().code)
  }

  static func readAll(_ next: () async throws -> [UInt8]) async throws -> String {
    var bytes: [UInt8] = []
    while true {
      let more = try await next()
      if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
      bytes += more
    }
  }

  static func newID() -> String {
    (0..<8).map { _ in
      let text = String(UInt32.random(in: 0...UInt32.max), radix: 16)
      return String(repeating: "0", count: 8 - text.count) + text
    }.joined()
  }
}

/// One image, made of the machine's own busybox.
struct TestImage: ImageSource {
  static let id = "sha256:busybox"
  let image: ContainerImage
  private let place: String

  static func make(in folder: TemporaryFolder) throws -> TestImage {
    let root = folder.path("image/layer")
    for name in ["bin", "etc", "tmp", "root", "home/guest"] {
      try Files.makeDirectories(root + "/" + name, mode: 0o755)
    }
    chmod(folder.path, 0o755)
    chmod(root + "/tmp", 0o1777)
    try Files.write(Files.read("/usr/bin/busybox"), to: root + "/bin/busybox", mode: 0o755)
    for applet in [
      "sh", "cat", "ls", "echo", "true", "false", "sleep", "hostname", "ip", "id", "mount", "stty", "tty", "nc", "ps",
      "kill", "head", "dd", "touch", "mkdir", "wget", "httpd", "env", "pwd", "test", "grep", "yes", "ping", "readlink",
      "mknod", "mv", "ln", "chown", "chroot", "umount", "printf", "wc", "tail", "tr", "unshare",
    ] { symlink("busybox", root + "/bin/" + applet) }
    try folder.write(
      "root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000:guest:/home/guest:/bin/sh\n", to: "image/layer/etc/passwd")
    try folder.write("root:x:0:\nguest:x:1000:\nextra:x:2000:guest\n", to: "image/layer/etc/group")
    try folder.write("not a program\n", to: "image/layer/bin/broken")
    for (file, mode) in [("etc/passwd", 0o644), ("etc/group", 0o644), ("bin/broken", 0o755)] {
      chmod(root + "/" + file, mode_t(mode))
    }
    // For programs of the machine, where a test shows them.
    for folder in ["lib", "lib64"] { symlink("usr/" + folder, root + "/" + folder) }
    symlink("/outside", root + "/escape")
    try Files.makeDirectories(root + "/outside", mode: 0o755)
    symlink("../landing", root + "/etc/up")
    try Files.makeDirectories(root + "/landing", mode: 0o755)
    var image = ContainerImage(
      info: ImageInfo(id: id, names: ["docker.io/library/busybox:latest"], digest: id, size: 1, isStandIn: true),
      layers: [root])
    image.arguments = ["sh"]
    return TestImage(image: image, place: folder.path("image"))
  }

  func find(_ reference: String) async throws(RuntimeError) -> ContainerImage? {
    if reference == "tall" { return tall() }
    return reference == Self.id || reference == "busybox" ? image : nil
  }

  /// The same image with a hundred layers more below it, each of which has a file, and hides that of the one below: made
  /// for those who ask for it, since it takes its time.
  private func tall() -> ContainerImage? {
    var tall = image
    do {
      tall.layers =
        try (1...100).map { number in
          let name = String(repeating: "0123456789abcde" + String(number % 10, radix: 16), count: 4)
          let layer = "\(place)/\(number)/\(name)"
          try Files.makeDirectories(layer + "/stack", mode: 0o755)
          for folder in ["\(place)/\(number)", layer, layer + "/stack"] { chmod(folder, 0o755) }
          for file in ["top", "layer-\(number)"] {
            try Files.write("\(number)\n", to: layer + "/stack/" + file, mode: 0o644)
          }
          return layer
        } + image.layers
    } catch {
      Issue.record("\(error)")
      return nil
    }
    return tall
  }

  func pull(_ reference: String, logins: [String]) async throws(RuntimeError) -> ContainerImage { image }

  func list() async throws(RuntimeError) -> [ImageInfo] { [image.info] }

  func remove(_ id: String) async throws(RuntimeError) -> Bool { false }

  func fileSystem() async throws(RuntimeError) -> FileSystemRoom {
    FileSystemRoom(capacityBytes: 1 << 30, availableBytes: 1 << 30)
  }
}
