internal import ContainerRuntime
internal import Documents
internal import Glibc
internal import LinuxRuntime
internal import Synchronization
internal import SystemIO

/// Keeps the nodes of a cluster running: finds those that outlived an earlier control plane, starts those that are
/// missing, and starts again what has ended.
final class NodeSupervisor: Sendable {
  private let paths: ClusterPaths
  private let names: [String]
  private let bundles = Mutex<[String: NodeBundle]>([:])
  /// Set once the cluster is to end: what ends now ends for good.
  private let isStopping = Mutex(false)
  private let log: @Sendable (String) -> Void

  init(paths: ClusterPaths, names: [String], log: @escaping @Sendable (String) -> Void) {
    self.paths = paths
    self.names = names
    self.log = log
  }

  /// Returns when cancelled, or once every node has ended after `stop`.
  func run() async throws {
    NodeBundle.sweep(cluster: paths.machineName, runtimeDirectory: paths.nodes)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, name) in names.enumerated() {
        group.addTask { [self] in try await keepRunning(name, number: UInt8(index)) }
      }
      try await group.waitForAll()
    }
  }

  /// Ends every node and waits until nothing of it is left.
  func stop() async {
    isStopping.withLock { $0 = true }
    let running = bundles.withLock { Array($0.values) }
    for bundle in running { await bundle.stop() }
    NodeBundle.sweep(cluster: paths.machineName, runtimeDirectory: paths.nodes)
  }

  /// Ends nodes that no control plane looks after; answers whether there were any.
  static func stopOrphans(_ paths: ClusterPaths) async -> Bool {
    var found = false
    for name in NodeBundle.known(runtimeDirectory: paths.nodes) {
      guard let bundle = NodeBundle.find(cluster: paths.machineName, node: name, runtimeDirectory: paths.nodes) else {
        continue
      }
      found = true
      await bundle.stop()
    }
    NodeBundle.sweep(cluster: paths.machineName, runtimeDirectory: paths.nodes)
    return found
  }

  /// What `podium cluster status` tells.
  func status() -> [Document] {
    bundles.withLock { bundles in
      names.map { name in
        ["name": .string(name), "running": .bool(bundles[name] != nil), "pid": .integer(bundles[name]?.initPID ?? 0)]
      }
    }
  }

  private func keepRunning(_ name: String, number: UInt8) async throws {
    var pause = Duration.milliseconds(100)
    while !isStopping.withLock({ $0 }) {
      try Task.checkCancellation()
      do {
        let bundle = try await findOrLaunch(name, number: number)
        bundles.withLock { $0[name] = bundle }
        let started = ContinuousClock.now
        await bundle.waitUntilEnded()
        bundles.withLock { $0[name] = nil }
        if isStopping.withLock({ $0 }) { return }
        log("node \(name) has ended")
        if .now - started > .seconds(10) { pause = .milliseconds(100) }
      } catch {
        log("node \(name) cannot be started: \(error)")
      }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(10))
    }
  }

  private func findOrLaunch(_ name: String, number: UInt8) async throws(RuntimeError) -> NodeBundle {
    if let found = NodeBundle.find(cluster: paths.machineName, node: name, runtimeDirectory: paths.nodes) {
      return found
    }
    return try await NodeBundle.launch(spec(name, number: number))
  }

  private func spec(_ name: String, number: UInt8) -> NodeBundleSpec {
    let directory = paths.nodes + "/" + name
    let kubelet = KubeletProgram(
      arguments: [
        "podium", "kubelet", "--node", name, "--node-directory", directory, "--api-socket", paths.apiSocket,
        "--kubelet-socket", paths.kubeletSocket(node: name), "--images", paths.images,
        "--number", String(number),
      ],
      environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
    var spec = NodeBundleSpec(
      cluster: paths.machineName, node: name, number: number, runtimeDirectory: paths.nodes,
      stateDirectory: paths.state,
      kubelet: kubelet, logFile: paths.state + "/node-\(name).log")
    spec.sharedDirectories = [paths.sockets, paths.images]
    return spec
  }
}
