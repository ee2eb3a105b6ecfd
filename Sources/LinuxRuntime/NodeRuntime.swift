public import ContainerRuntime
internal import Glibc
internal import Synchronization
internal import SystemIO

/// The container runtime of a node, for the kubelet that runs inside of it: real namespaces, made by node init from the
/// plans that are written here.
public final class NodeRuntime: Runtime {
  /// What there is, as far as node init alone does not know it.
  struct State {
    var sandboxes: [String: SandboxState] = [:]
    var containers: [ContainerID: ContainerState] = [:]
    var addresses: AddressPool
    var listeners: [UInt64: AsyncStream<RuntimeEvent>.Continuation] = [:]
    var nextListener: UInt64 = 0
    var nextExec: UInt64 = 0
  }

  struct SandboxState {
    var spec: SandboxSpec
    var address: IPv4Address?
    var createdAt: Int64
    var isRunning: Bool
  }

  struct ContainerState {
    var record: ContainerRecord
    /// How an exec in it runs.
    var process: ContainerProcess
    var layers: [String]
    /// Of the container's own first process.
    var input: Descriptor?
    /// As the kernel names it: what tells the container's processes where it has no group.
    var mountNamespace: String?
  }

  public let version = "podium://1.0"

  let node: NodeDescription
  let connection: ControlConnection
  let records: NodeRecords
  let images: any ImageSource
  let state: Mutex<State>

  /// Takes over the node whose control socket this is, with all that a kubelet before this one left running.
  public static func open(
    control: Int32 = 3, nodeDirectory: String, images: any ImageSource
  ) async throws(RuntimeError) -> NodeRuntime {
    let node = try NodeDescription.read(from: nodeDirectory)
    let records: NodeRecords
    do {
      records = try NodeRecords(directory: nodeDirectory, addressFile: node.addressFile)
    } catch {
      throw RuntimeError(.failed, "records of node \(node.name): \(error)")
    }
    let runtime = NodeRuntime(
      node: node, connection: ControlConnection(socket: control), records: records, images: images)
    try await runtime.adopt()
    return runtime
  }

  private init(node: NodeDescription, connection: ControlConnection, records: NodeRecords, images: any ImageSource) {
    self.node = node
    self.connection = connection
    self.records = records
    self.images = images
    state = Mutex(State(addresses: AddressPool(gateway: node.gateway, next: records.addressPosition)))
  }

  deinit { connection.disconnect() }

  // MARK: The kubelet's place in the node

  /// Passes on what happens by itself; returns when node init is gone or the task is cancelled.
  public func run() async {
    for await process in connection.exited { await handleExit(process) }
  }

  /// Tells node init that a control plane is there. A node that nobody claims ends itself.
  public func claim() async { try? await connection.claim() }

  /// Ends the whole node, this process included.
  public func endNode() async { await connection.endNode() }

  /// Gives up the connection as a kubelet does that dies: everything goes on, for the next one to take over.
  public func disconnect() {
    for id in state.withLock({ Array($0.containers.keys) }) { LogPump.shared.abandon(id) }
    connection.disconnect()
  }

  // MARK: Inventory and events

  public func inventory() async throws(RuntimeError) -> Inventory {
    state.withLock { state in
      Inventory(
        sandboxes: state.sandboxes.values.map(\.sandbox).sorted { $0.createdAt < $1.createdAt },
        containers: state.containers.values.map(\.record).sorted { $0.createdAt < $1.createdAt })
    }
  }

  public func events() -> AsyncStream<RuntimeEvent> {
    let (stream, continuation) = AsyncStream<RuntimeEvent>.makeStream()
    let key = state.withLock { state in
      state.nextListener += 1
      state.listeners[state.nextListener] = continuation
      return state.nextListener
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.listeners.removeValue(forKey: key) }
    }
    return stream
  }

  private func announce(_ event: RuntimeEvent) {
    let listeners = state.withLock { Array($0.listeners.values) }
    for listener in listeners { listener.yield(event) }
  }

  private func handleExit(_ process: InitProcess) async {
    guard case .ended(let code, let signal, let finishedAt) = process.state,
      let (kind, id) = ProcessName.parse(process.name)
    else { return }
    switch kind {
    case .container:
      await endWhatIsLeft(of: id)
      // What it wrote is in its log before anybody hears that it ended.
      LogPump.shared.drain(id)
      if recordExit(id, code: code, signal: signal, startedAt: process.startedAt, finishedAt: finishedAt) {
        announce(.containerExited(id))
      }
    case .sandbox:
      let wasRunning = state.withLock { state in
        defer { state.sandboxes[id]?.isRunning = false }
        return state.sandboxes[id]?.isRunning ?? false
      }
      if wasRunning { announce(.sandboxExited(id)) }
    case .exec: break
    }
  }

  /// True when this is news.
  @discardableResult
  func recordExit(_ id: ContainerID, code: Int32, signal: Int32?, startedAt: Int64, finishedAt: Int64) -> Bool {
    let known = state.withLock { state -> (ContainerState, SandboxSpec)? in
      guard let container = state.containers[id],
        let sandbox = state.sandboxes[container.record.spec.sandboxID]?.spec
      else { return nil }
      return (container, sandbox)
    }
    guard let (container, sandbox) = known else { return false }
    if case .exited = container.record.state { return false }
    let group = ContainerPlan.cgroup(of: id, in: sandbox)
    // A child that was killed for it counts as well: without it the container is not what it was meant to be.
    let isOutOfMemory = node.cgroups.outOfMemoryKills(group) > 0
    let status = ExitStatus(code: code, signal: signal, wasOutOfMemory: isOutOfMemory, finishedAt: finishedAt)
    return state.withLock { state in
      guard state.containers[id] != nil else { return false }
      state.containers[id]?.record.state = .exited(startedAt: startedAt, status)
      state.containers[id]?.input = nil
      return true
    }
  }

  // MARK: Adoption

  private func adopt() async throws(RuntimeError) {
    let processes: [InitProcess]
    do {
      processes = try await connection.list()
    } catch {
      throw RuntimeError(.failed, "the connection to node init of \(node.name) is closed")
    }
    let byName = Dictionary(processes.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    for (spec, address, createdAt) in records.sandboxes() {
      let process = byName[SandboxPlan.processName(spec.id)]
      state.withLock { state in
        state.sandboxes[spec.id] = SandboxState(
          spec: spec, address: address, createdAt: createdAt, isRunning: process?.state == .running)
        if let address { state.addresses.reserve(address) }
      }
    }
    for (spec, createdAt) in records.containers() { try await adopt(spec, createdAt, byName) }
    // Whoever waited for these is gone with the kubelet that started them.
    for process in processes where ProcessName.parse(process.name)?.kind == .exec {
      try? await connection.forget(process.name)
    }
  }

  private func adopt(
    _ spec: ContainerSpec, _ createdAt: Int64, _ processes: [String: InitProcess]
  ) async throws(RuntimeError) {
    guard let sandbox = state.withLock({ $0.sandboxes[spec.sandboxID]?.spec }) else {
      return records.removeContainer(spec.id)
    }
    let image = try await images.find(spec.imageID)
    let process = try image.map { image throws(RuntimeError) in try resolve(spec, sandbox, image) }
    // An image that was removed meanwhile: the container goes on, and only its own end can still be managed.
    let stand = process ?? ContainerProcess.unknown
    state.withLock { state in
      state.containers[spec.id] = ContainerState(
        record: ContainerRecord(spec: spec, createdAt: createdAt, state: .created), process: stand,
        layers: image?.layers ?? [])
    }
    guard let running = processes[ContainerPlan.processName(spec.id)] else { return }
    let mountNamespace = ProcessSight.mountNamespace(of: running.pid)
    state.withLock { state in
      state.containers[spec.id]?.record.state = .running(startedAt: running.startedAt)
      state.containers[spec.id]?.input = running.inputForAttached
      state.containers[spec.id]?.mountNamespace = mountNamespace
    }
    do {
      try follow(spec, running)
    } catch {
      throw RuntimeError(.failed, "log of container \(spec.name): \(error)")
    }
    if case .ended(let code, let signal, let finishedAt) = running.state {
      await endWhatIsLeft(of: spec.id)
      LogPump.shared.drain(spec.id)
      recordExit(spec.id, code: code, signal: signal, startedAt: running.startedAt, finishedAt: finishedAt)
    }
  }

  func resolve(
    _ spec: ContainerSpec, _ sandbox: SandboxSpec, _ image: ContainerImage
  ) throws(RuntimeError) -> ContainerProcess {
    try ContainerProcess(
      spec: spec, sandbox: sandbox, image: image, accounts: ImageAccounts(layers: image.layers),
      mapping: node.mapping, nodeName: node.name)
  }

  func follow(_ spec: ContainerSpec, _ process: InitProcess) throws(SystemCallError) {
    try LogPump.shared.follow(
      spec.id, output: process.output, errors: process.errors, isTerminal: process.isTerminal, path: spec.logPath,
      spec.logRotation)
  }

  // MARK: Images

  public func findImage(_ reference: String) async throws(RuntimeError) -> ImageInfo? {
    try await images.find(reference)?.info
  }

  public func pullImage(_ reference: String, logins: [String]) async throws(RuntimeError) -> ImageInfo {
    try await images.pull(reference, logins: logins).info
  }

  public func listImages() async throws(RuntimeError) -> [ImageInfo] { try await images.list() }

  public func removeImage(_ id: String) async throws(RuntimeError) -> Bool { try await images.remove(id) }

  public func imageFileSystem() async throws(RuntimeError) -> FileSystemRoom { try await images.fileSystem() }
}

extension NodeRuntime.SandboxState {
  var sandbox: Sandbox {
    Sandbox(
      spec: spec, addresses: address.map { ["\($0)"] } ?? [], isRunning: isRunning, createdAt: createdAt)
  }
}

/// What node init calls its processes.
enum ProcessName {
  enum Kind: String {
    case sandbox, container, exec
  }

  static func parse(_ name: String) -> (kind: Kind, id: String)? {
    let parts = name.split(separator: "/", maxSplits: 1)
    guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
    return (kind, String(parts[1]))
  }
}
