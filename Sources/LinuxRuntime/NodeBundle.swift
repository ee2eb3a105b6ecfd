internal import CLinux
internal import CNodeInit
public import ContainerRuntime
internal import Glibc
internal import Synchronization
internal import SystemIO

/// What a node is to be.
public struct NodeBundleSpec: Sendable, Equatable {
  public var cluster: String
  public var node: String
  /// The third part of its pods' addresses: 10.244.NUMBER.0/24.
  public var number: UInt8
  /// Holds a directory for each running node: its lock, its description, what its kubelet remembers.
  public var runtimeDirectory: String
  /// Of the cluster; the node ends when it is removed. Visible in the node at the same path, like all others here.
  public var stateDirectory: String
  /// Images, the API server's socket, and whatever else the kubelet writes or reads.
  public var sharedDirectories: [String] = []
  /// One of the shared directories, in which the nodes of the cluster have their mailboxes: by them they reach each
  /// other's pods. Nil: this node is alone.
  public var packetFolder: String?
  /// Nil: the control socket is handed to the launching process, by `takeControl`.
  public var kubelet: KubeletProgram?
  /// Where node init and the kubelet write what has no better place.
  public var logFile: String
  /// The node ends when no control plane claimed it for so long.
  public var unclaimedSeconds: UInt32 = 600

  public init(
    cluster: String, node: String, number: UInt8, runtimeDirectory: String, stateDirectory: String,
    kubelet: KubeletProgram?, logFile: String
  ) {
    self.cluster = cluster
    self.node = node
    self.number = number
    self.runtimeDirectory = runtimeDirectory
    self.stateDirectory = stateDirectory
    self.kubelet = kubelet
    self.logFile = logFile
  }

  var directory: String { runtimeDirectory + "/" + node }

  /// Node init gives it this name, which goes with the node.
  var mailbox: String? { packetFolder.map { "\($0)/packets-\(number).sock" } }
}

/// The program that node init starts, and starts again when it ends; its socket to node init is descriptor 3.
public struct KubeletProgram: Sendable, Equatable {
  /// The running program itself unless another one is named.
  public var path = "/proc/self/exe"
  public var arguments: [String]
  public var environment: [String]

  public init(arguments: [String], environment: [String]) {
    self.arguments = arguments
    self.environment = environment
  }

  var plan: Plan {
    var plan = Plan()
    plan.streams = .inherited
    plan.child = [.execute(candidates: [path], arguments: arguments, environment: environment)]
    return plan
  }
}

/// A running node, seen from outside: one bundle of namespaces that ends as a whole.
public final class NodeBundle: Sendable {
  public let cluster: String
  public let node: String
  /// Pid 1 of the node, as this process sees it.
  public let initPID: Int32
  /// Nil when only pid 1 is left, which follows it.
  private let launcherProcess: Descriptor?
  private let initProcess: Descriptor
  /// Gives control sockets when no kubelet was started.
  private let launcher: Launcher?
  private let handedControl: Mutex<Int32>

  private init(
    cluster: String, node: String, pids: (launcher: Int32, node: Int32), launcher: Launcher?, control: Int32
  ) throws(SystemCallError) {
    self.cluster = cluster
    self.node = node
    initPID = pids.node
    launcherProcess = try? Self.openProcess(pids.launcher, "launcher of node \(node)")
    initProcess = try Self.openProcess(pids.node, "node \(node)")
    self.launcher = launcher
    handedControl = Mutex(control)
  }

  deinit { handedControl.withLock { if $0 >= 0 { close($0) } } }

  private static func openProcess(_ pid: Int32, _ name: String) throws(SystemCallError) -> Descriptor {
    Descriptor(adopting: try systemCall("pidfd_open", on: name) { clinux_pidfd_open(pid) }, name: name)
  }

  // MARK: Starting and finding

  /// Starts a node that is not running; returns when it is ready for pods, its kubelet being started.
  public static func launch(_ spec: NodeBundleSpec) async throws(RuntimeError) -> NodeBundle {
    do {
      guard let lock = try NodeLock.take(in: spec.directory) else {
        throw RuntimeError(.failed, "node \(spec.node) of cluster \(spec.cluster) is running already")
      }
      return try await launch(spec, locked: lock)
    } catch let error as RuntimeError {
      throw error
    } catch {
      throw RuntimeError(.failed, "node \(spec.node): \(error)")
    }
  }

  private static func launch(_ spec: NodeBundleSpec, locked lock: consuming NodeLock) async throws -> NodeBundle {
    let (mapping, remedy) = await IDMapping.working()
    let description = NodeDescription(
      cluster: spec.cluster, name: spec.node, number: spec.number, hierarchy: .usable(),
      isRootless: mapping.isRootless, mapsOtherUsers: mapping.mapsOtherUsers,
      otherUsersRemedy: remedy,
      addressFile: "\(spec.stateDirectory)/node-\(spec.node).next-address")
    try prepare(spec, description)
    let plan = try launchPlan(spec, description, mapping)
    let launcher: Launcher
    do {
      launcher = try Launcher.start(plan, kubelet: spec.kubelet?.plan, lock: lock.descriptor, logFile: spec.logFile)
    } catch {
      // There is no launcher that would do it.
      description.cgroups.sweep()
      try Files.removeTree(spec.directory)
      throw error
    }
    let control = try await awaitReady(launcher, plan, spec)
    let pids = NodeLock.holder(in: spec.directory)
    guard let pids else { throw RuntimeError(.failed, "the node ended as soon as it was ready; see \(spec.logFile)") }
    let isHandedOver = spec.kubelet == nil
    return try NodeBundle(
      cluster: spec.cluster, node: spec.node, pids: pids, launcher: isHandedOver ? launcher : nil, control: control)
  }

  /// Clears what a node of this name left behind that did not end in order, and makes the places for the new one.
  private static func prepare(_ spec: NodeBundleSpec, _ description: NodeDescription) throws(SystemCallError) {
    description.cgroups.sweep()
    for name in try Files.list(spec.directory) where name != "lock" {
      try Files.removeTree(spec.directory + "/" + name)
    }
    try Files.makeDirectories(mountPoint(spec))
    try description.cgroups.prepare()
    try description.write(to: spec.directory)
  }

  private static func mountPoint(_ spec: NodeBundleSpec) -> String { spec.directory + "/root" }

  private static func launchPlan(
    _ spec: NodeBundleSpec, _ description: NodeDescription, _ mapping: IDMapping
  ) throws(ProfileError) -> Plan {
    let node = NodePlan(
      nodeName: spec.node, cgroups: description.cgroups, mapping: mapping, mountPoint: mountPoint(spec),
      readOnlyPaths: HostSurroundings.readOnlyPaths(),
      writablePaths: [spec.stateDirectory, spec.directory] + spec.sharedDirectories,
      links: HostSurroundings.links(), bridge: NodeDescription.bridge, number: spec.number,
      packetFolder: spec.packetFolder, nameServers: (try? Files.readText("/etc/resolv.conf")) ?? "",
      systemCallFilter: mapping.isRootless ? nil : try SystemCallFilter(.ofRootsNodes, named: "of every node of root"),
      leftovers: [spec.directory] + (spec.mailbox.map { [$0] } ?? []))
    var plan = node.plan()
    plan.stateDirectory = spec.stateDirectory
    plan.unclaimedSeconds = spec.unclaimedSeconds
    plan.handsOverControl = spec.kubelet == nil
    return plan
  }

  /// Returns the control socket, if there is to be no kubelet.
  private static func awaitReady(_ launcher: Launcher, _ plan: Plan, _ spec: NodeBundleSpec) async throws -> Int32 {
    guard let (failure, control) = try await launcher.nextReport() else {
      throw RuntimeError(.failed, "node init ended while the node was being set up; see \(spec.logFile)")
    }
    guard let failure else { return control }
    throw RuntimeError(
      .unsupported, "cannot set up node \(spec.node): \(StartFailure.described(failure, plan)); see `podium doctor`")
  }

  /// The node of this name if it is alive.
  public static func find(cluster: String, node: String, runtimeDirectory: String) -> NodeBundle? {
    let directory = runtimeDirectory + "/" + node
    guard let pids = NodeLock.holder(in: directory),
      let bundle = try? NodeBundle(cluster: cluster, node: node, pids: pids, launcher: nil, control: -1),
      // Still the same one: the numbers belonged to it when they were opened.
      let again = NodeLock.holder(in: directory), again == pids
    else { return nil }
    return bundle
  }

  /// The names of the nodes that have a directory, alive or not.
  public static func known(runtimeDirectory: String) -> [String] {
    (try? Files.list(runtimeDirectory)) ?? []
  }

  // MARK: The control socket of a node without a kubelet

  /// The socket to node init; after that connection was closed, the next call gives a new one.
  public func takeControl() async throws(RuntimeError) -> Int32 {
    let ready = handedControl.withLock { control in
      defer { control = -1 }
      return control
    }
    if ready >= 0 { return ready }
    guard let launcher else { throw RuntimeError(.failed, "node \(node) has a kubelet of its own") }
    do {
      if let (_, control) = try await launcher.nextReport(), control >= 0 { return control }
    } catch {
      throw RuntimeError(.failed, "control of node \(node): \(error)")
    }
    throw RuntimeError(.notRunning, "node \(node) has ended")
  }

  // MARK: Ending

  /// Ends the node with all its pods at once, and returns when nothing is left of it.
  public func stop() async {
    _ = clinux_pidfd_send_signal(initProcess.number, SIGTERM)
    if await hasEnded(within: .seconds(3)) { return }
    _ = clinux_pidfd_send_signal(initProcess.number, SIGKILL)
    await waitUntilEnded()
  }

  /// Pulls the plug: what a machine without power does to its pods.
  public func kill() { _ = clinux_pidfd_send_signal(initProcess.number, SIGKILL) }

  /// Returns when the node has ended and its leftovers are swept.
  public func waitUntilEnded() async {
    try? await initProcess.waitUntilReadable()
    try? await launcherProcess?.waitUntilReadable()
  }

  private func hasEnded(within limit: Duration) async -> Bool {
    await withTaskGroup { group in
      group.addTask {
        await self.waitUntilEnded()
        return !Task.isCancelled
      }
      group.addTask {
        try? await Task.sleep(for: limit)
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }

  /// Ends the node of this name, whoever started it and even while it is being started; returns when nothing is left of
  /// it. Answers whether there was one.
  @discardableResult
  public static func end(cluster: String, node: String, runtimeDirectory: String) async -> Bool {
    let directory = runtimeDirectory + "/" + node
    let deadline = ContinuousClock.now + .seconds(10)
    var isFound = false
    while Files.exists(directory), ContinuousClock.now < deadline {
      if sweepIfDead(cluster: cluster, node: node, directory) { break }
      isFound = true
      if let bundle = find(cluster: cluster, node: node, runtimeDirectory: runtimeDirectory) {
        await bundle.stop()
      } else {
        // Its launcher has not said yet who it is, or pid 1 is about to be gone.
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    return isFound
  }

  /// Removes what dead nodes of a cluster left behind; living ones are not touched.
  public static func sweep(cluster: String, runtimeDirectory: String) {
    let hierarchy = CgroupHierarchy.mounted
    var names = Set(known(runtimeDirectory: runtimeDirectory))
    let groups = Cgroups(hierarchy: hierarchy, node: "podium/\(cluster)")
    for directory in groups.directories("") {
      names.formUnion(((try? Files.list(directory)) ?? []).filter { Files.isDirectory(directory + "/" + $0) })
    }
    for name in names.sorted() { _ = sweepIfDead(cluster: cluster, node: name, runtimeDirectory + "/" + name) }
  }

  private static func sweepIfDead(cluster: String, node: String, _ directory: String) -> Bool {
    guard let lock = try? NodeLock.take(in: directory) else { return false }
    Cgroups(hierarchy: .mounted, node: "podium/\(cluster)/\(node)").sweep()
    try? Files.removeTree(directory)
    _ = consume lock
    return true
  }
}
