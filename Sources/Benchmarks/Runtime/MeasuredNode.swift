internal import ContainerRuntime
internal import Glibc
internal import LinuxRuntime
internal import SystemIO

/// A node whose kubelet is this process, so that its runtime alone is measured.
final class MeasuredNode: Sendable {
  let bundle: NodeBundle
  let runtime: NodeRuntime
  private let logs: String
  private let delivery: Task<Void, Never>

  private init(bundle: NodeBundle, runtime: NodeRuntime, logs: String) {
    self.bundle = bundle
    self.runtime = runtime
    self.logs = logs
    delivery = Task { await runtime.run() }
  }

  /// Returns when the node is ready for pods.
  static func launch(in folder: String, root: MeasuredRoot) async throws -> MeasuredNode {
    let state = folder + "/state"
    try Files.makeDirectories(state)
    var spec = NodeBundleSpec(
      cluster: "bench-\(getpid())", node: "bench", number: 250, runtimeDirectory: folder + "/nodes",
      stateDirectory: state, kubelet: nil, logFile: folder + "/node.log")
    spec.sharedDirectories = [root.path]
    let bundle = try await NodeBundle.launch(spec)
    do {
      let runtime = try await NodeRuntime.open(
        control: bundle.takeControl(), nodeDirectory: spec.runtimeDirectory + "/bench",
        images: OneImage(layer: root.path))
      return MeasuredNode(bundle: bundle, runtime: runtime, logs: state + "/logs")
    } catch {
      await bundle.stop()
      throw error
    }
  }

  func stop() async {
    delivery.cancel()
    await bundle.stop()
  }

  // MARK: Pods

  /// An ordinary user may have no cgroups of his own.
  private static var setsLimits: Bool { getuid() == 0 }

  func sandbox(_ name: String) async throws -> Sandbox {
    var spec = SandboxSpec(
      id: Self.newID(), podUID: "uid-\(name)", podName: name, podNamespace: "default", hostname: name)
    if Self.setsLimits {
      spec.resources.processes = 1_000
      spec.resources.memoryBytes = 256 << 20
    }
    return try await runtime.createSandbox(spec)
  }

  /// Creates and starts a container: returns once its program has been executed.
  func start(_ command: [String], in sandbox: Sandbox) async throws -> ContainerID {
    let id = Self.newID()
    var spec = ContainerSpec(
      id: id, sandboxID: sandbox.spec.id, name: "main", imageID: OneImage.id, logPath: logs + "/\(id).log")
    spec.command = command
    if Self.setsLimits { spec.resources.memoryBytes = 128 << 20 }
    spec.security.systemCalls = .runtimeDefault
    _ = try await runtime.createContainer(spec)
    try await runtime.startContainer(id)
    return id
  }

  /// Runs a container until it has ended by itself.
  func runToEnd(_ command: [String], in sandbox: Sandbox) async throws -> ContainerID {
    let events = runtime.events()
    let id = try await start(command, in: sandbox)
    for await event in events where event == .containerExited(id) { break }
    return id
  }

  /// With a terminal, to its end.
  func exec(_ command: [String], in container: ContainerID) async throws {
    let streams = AttachSpec(input: true, output: true, errors: false, terminal: true)
    let session = try await runtime.exec(ExecSpec(containerID: container, command: command, streams: streams))
    while !(try await session.readOutput()).isEmpty {}
    let status = try await session.wait()
    guard status.code == 0 else { throw BenchmarkProblem("exec of \(command) ended with \(status.code)") }
  }

  private static func newID() -> String {
    let digits = (0..<4).map { _ in
      let text = String(UInt64.random(in: 0...UInt64.max), radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return digits.joined()
  }

  // MARK: Memory

  /// What this process and all processes of the node that run our program hold, in kilobytes; shared pages count by
  /// their share.
  func ownKilobytes() throws -> Double {
    // By what the program is: a node runs it from a mount of its own, where it has no path.
    let program = Files.inode(of: "/proc/self/exe")
    let own = Self.descendants(of: bundle.initPID).filter { Files.inode(of: "/proc/\($0)/exe") == program }
    return try (own + [getpid()]).map(Self.proportionalKilobytes).reduce(0, +)
  }

  private static func descendants(of pid: Int32) -> [Int32] {
    let children = (try? Files.readText("/proc/\(pid)/task/\(pid)/children")) ?? ""
    return [pid] + children.split(separator: " ").compactMap { Int32($0) }.flatMap(descendants)
  }

  private static func proportionalKilobytes(of pid: Int32) throws -> Double {
    for line in try Files.readText("/proc/\(pid)/smaps_rollup").split(separator: "\n") where line.hasPrefix("Pss:") {
      if let number = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) }) { return number }
    }
    throw BenchmarkProblem("/proc/\(pid)/smaps_rollup does not say how much memory is its share")
  }
}

private struct OneImage: ImageSource {
  static let id = "sha256:bench"
  let layer: String

  private var image: ContainerImage {
    let info = ImageInfo(id: Self.id, names: ["bench:latest"], digest: Self.id, size: 1, isStandIn: true)
    return ContainerImage(info: info, layers: [layer])
  }

  func find(_ reference: String) async throws(RuntimeError) -> ContainerImage? { image }
  func pull(_ reference: String, logins: [String]) async throws(RuntimeError) -> ContainerImage { image }
  func list() async throws(RuntimeError) -> [ImageInfo] { [image.info] }

  func remove(_ id: String) async throws(RuntimeError) -> Bool { false }

  func fileSystem() async throws(RuntimeError) -> FileSystemRoom {
    FileSystemRoom(capacityBytes: 1 << 30, availableBytes: 1 << 30)
  }
}
