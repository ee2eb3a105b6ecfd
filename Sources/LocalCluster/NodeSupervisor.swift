internal import ContainerRuntime
internal import Documents
internal import Glibc
internal import LinuxRuntime
internal import Synchronization
internal import SystemIO

/// Keeps the nodes of a cluster running: finds those that outlived an earlier control plane, starts those that are
/// missing, and starts again what has ended.
final class NodeSupervisor: Sendable {
  private struct State {
    var roster: NodeRoster
    var bundles: [String: NodeBundle] = [:]
    /// Rung when something about a node has changed that its keeper should know.
    var bells: [String: AsyncStream<Void>.Continuation] = [:]
    /// Set once the cluster is to end: what ends now ends for good.
    var isStopping = false
  }

  private let paths: ClusterPaths
  private let state: Mutex<State>
  private let newcomers: AsyncStream<String>
  private let announceNewcomer: AsyncStream<String>.Continuation
  private let log: @Sendable (String) -> Void

  init(paths: ClusterPaths, roster: NodeRoster, log: @escaping @Sendable (String) -> Void) {
    self.paths = paths
    self.log = log
    state = Mutex(State(roster: roster))
    (newcomers, announceNewcomer) = AsyncStream.makeStream()
    for member in roster.members { announceNewcomer.yield(member.name) }
  }

  /// Keeps nodes until cancelled.
  func run() async throws {
    await endStrangers()
    await withDiscardingTaskGroup { group in
      for await name in newcomers { group.addTask { [self] in await keep(name) } }
    }
  }

  /// Ends every node and waits until nothing of it is left.
  func stop() async {
    let running = state.withLock { state in
      state.isStopping = true
      for bell in state.bells.values { bell.yield() }
      return Array(state.bundles.values)
    }
    await withDiscardingTaskGroup { group in
      for bundle in running { group.addTask { await bundle.stop() } }
    }
    Self.sweep(paths)
  }

  /// Ends nodes that no control plane looks after; answers whether there were any.
  static func stopOrphans(_ paths: ClusterPaths) async -> Bool {
    let names = NodeBundle.known(runtimeDirectory: paths.nodes)
    let found = await withTaskGroup { group in
      for name in names { group.addTask { await end(name, paths) } }
      return await group.reduce(false) { $0 || $1 }
    }
    sweep(paths)
    return found
  }

  private static func end(_ name: String, _ paths: ClusterPaths) async -> Bool {
    await NodeBundle.end(cluster: paths.machineName, node: name, runtimeDirectory: paths.nodes)
  }

  private static func find(_ name: String, _ paths: ClusterPaths) -> NodeBundle? {
    NodeBundle.find(cluster: paths.machineName, node: name, runtimeDirectory: paths.nodes)
  }

  private static func sweep(_ paths: ClusterPaths) {
    NodeBundle.sweep(cluster: paths.machineName, runtimeDirectory: paths.nodes)
  }

  /// Nodes that run and are in no list: their removal was cut short.
  private func endStrangers() async {
    let members = state.withLock { $0.roster.members.map(\.name) }
    for name in NodeBundle.known(runtimeDirectory: paths.nodes) where !members.contains(name) {
      _ = await Self.end(name, paths)
    }
    for name in (try? Files.list(paths.disks)) ?? [] where !members.contains(name) {
      try? await HostFiles.remove(paths.disk(of: name))
    }
    Self.sweep(paths)
  }

  // MARK: What can be asked

  /// What `podium cluster status` and `podium node list` tell.
  func status() -> [Document] {
    state.withLock { state in
      state.roster.members.map { member in
        [
          "name": .string(member.name), "range": .string(member.podRange), "stopped": .bool(member.isStopped),
          "running": .bool(state.bundles[member.name] != nil),
          "pid": .integer(state.bundles[member.name]?.initPID ?? 0),
        ]
      }
    }
  }

  /// Answers the name of the new node, which is being started.
  func add(_ name: String?) throws -> String {
    let member = try change { roster throws(ClusterProblem) in try roster.add(name, longestName: paths.longestNodeName)
    }
    announceNewcomer.yield(member.name)
    return member.name
  }

  /// Returns when nothing runs of the node any more.
  func remove(_ name: String) async throws {
    try change { roster throws(ClusterProblem) in try roster.remove(name) }
    await end(name)
    try? await HostFiles.remove(paths.disk(of: name))
    try? Files.removeTree(paths.kubeletSocket(node: name))
    // Its log, and what the next node of its name would have wanted to know.
    for file in try Files.list(paths.state) where file.hasPrefix("node-\(name).") {
      try Files.removeTree(paths.state + "/" + file)
    }
  }

  /// Returns when nothing runs of the node any more; it stays down.
  func stop(_ name: String) async throws {
    try change { roster throws(ClusterProblem) in try roster.setStopped(name, true) }
    await end(name)
  }

  func start(_ name: String) throws {
    try change { roster throws(ClusterProblem) in try roster.setStopped(name, false) }
    ring(name)
  }

  /// Pulls the plug; the node is started again like any that ends.
  func kill(_ name: String) throws {
    let bundle = try state.withLock { state throws(ClusterProblem) in
      var roster = state.roster
      // Throws when there is no such node.
      try roster.setStopped(name, roster[name]?.isStopped ?? false)
      return state.bundles[name]
    }
    guard let bundle else {
      throw ClusterProblem("node \"\(name)\" does not run: start it by podium node start \(name)")
    }
    bundle.kill()
  }

  /// Remembered before it is acted on.
  @discardableResult
  private func change<Result>(_ body: (inout NodeRoster) throws(ClusterProblem) -> Result) throws -> Result {
    try state.withLock { state in
      if state.isStopping { throw ClusterProblem("the cluster is stopping") }
      var roster = state.roster
      let result = try body(&roster)
      try roster.save(paths.nodeRoster)
      state.roster = roster
      return result
    }
  }

  private func end(_ name: String) async {
    ring(name)
    _ = await Self.end(name, paths)
  }

  private func ring(_ name: String) { _ = state.withLock { $0.bells[name]?.yield() } }

  // MARK: One node

  /// How the node is to be; nil when it is to be no more.
  private func wanted(_ name: String) -> NodeRoster.Member? {
    state.withLock { $0.isStopping ? nil : $0.roster[name] }
  }

  private func keep(_ name: String) async {
    let (changes, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.bells[name] = bell }
    defer { state.withLock { $0.bells[name] = nil } }
    var change = changes.makeAsyncIterator()
    var pause = Duration.milliseconds(100)
    while let member = wanted(name), !Task.isCancelled {
      if member.isStopped {
        _ = await Self.end(name, paths)
        await change.next()
        continue
      }
      let started = ContinuousClock.now
      do {
        let bundle = try await findOrLaunch(member)
        state.withLock { $0.bundles[name] = bundle }
        // What changed while it was being started has found no bundle to end.
        if wanted(name) != member { await bundle.stop() }
        await bundle.waitUntilEnded()
        state.withLock { $0.bundles[name] = nil }
        if wanted(name) != member { continue }
        log("node \(name) has ended")
        if .now - started > .seconds(10) { pause = .milliseconds(100) }
      } catch {
        log("node \(name) cannot be started: \(error)")
      }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(10))
    }
  }

  private func findOrLaunch(_ member: NodeRoster.Member) async throws(RuntimeError) -> NodeBundle {
    if let found = Self.find(member.name, paths) { return found }
    return try await NodeBundle.launch(spec(member))
  }

  private func spec(_ member: NodeRoster.Member) -> NodeBundleSpec {
    let kubelet = KubeletProgram(
      arguments: [
        "podium", "kubelet", "--node", member.name, "--node-directory", paths.nodes + "/" + member.name,
        "--api-socket", paths.apiSocket, "--kubelet-socket", paths.kubeletSocket(node: member.name),
        "--images", paths.images, "--disk-directory", paths.disk(of: member.name),
        "--number", String(member.number),
      ],
      environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
    var spec = NodeBundleSpec(
      cluster: paths.machineName, node: member.name, number: member.number, runtimeDirectory: paths.nodes,
      stateDirectory: paths.state, kubelet: kubelet, logFile: paths.nodeLog(member.name))
    spec.sharedDirectories = [paths.sockets, paths.images]
    spec.packetFolder = paths.sockets
    return spec
  }
}
