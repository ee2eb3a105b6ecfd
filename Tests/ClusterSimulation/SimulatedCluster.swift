internal import ClusterClient
internal import ContainerRuntime
internal import ControlLoop
internal import Controllers
internal import Kubelet
internal import KubernetesAPI
internal import Scheduler
internal import SimulatedRuntime
internal import Simulation
internal import Synchronization
internal import SystemIO

/// A whole cluster of true components in a simulated world: what is simulated are time, the network between them, and the
/// containers.
final class SimulatedCluster: Sendable {
  private struct State {
    var server: SimulatedServer?
    var serversEver = 0
    /// The store's files as the next server finds them.
    var disk: StoreFiles
    var processes: [String: SimulatedProcess] = [:]
    var lastTrouble: Int64 = 0
  }

  let world: SimulatedWorld
  let time: WorldTime
  let history: History
  let weather: Weather
  let fault: Fault?
  let machines: [SimulatedMachine]
  private let folder: String
  private let hasControllers: Bool
  private let state: Mutex<State>

  init(seed: UInt64, world: SimulatedWorld, folder: String, disk: StoreFiles, fault: Fault?, prints: Bool) {
    self.world = world
    let time = WorldTime(world: world)
    self.time = time
    let start = world.now
    history = History(prints: prints) { world.now - start }
    weather = Weather(world: world)
    self.fault = fault
    self.folder = folder
    hasControllers = seed % 4 == 0
    machines = (0..<(seed % 5 == 0 ? 2 : 1)).map {
      SimulatedMachine(number: $0, seed: seed, folder: folder, time: time)
    }
    state = Mutex(State(disk: disk))
  }

  /// Names of everything that can be killed, but the machines as a whole.
  var components: [String] {
    ["server", "scheduler"] + (hasControllers ? ["controllers"] : []) + machines.map(\.kubeletName)
  }

  var server: SimulatedServer? { state.withLock(\.server) }

  /// A client that always gets an answer while there is a server.
  var client: ClusterClient {
    ClusterClient(endpoint: UnreliableEndpoint(cluster: self, life: Life(), name: "auditor", isPerfect: true))
  }

  /// When something last went wrong or came back.
  var lastTrouble: Int64 { state.withLock(\.lastTrouble) }

  func noteTrouble(_ what: String) {
    history.note("* \(what)")
    state.withLock { $0.lastTrouble = world.now }
  }

  // MARK: Life and death

  func isAlive(_ component: String) -> Bool {
    state.withLock { component == "server" ? $0.server != nil : $0.processes[component] != nil }
  }

  func start(_ component: String) throws {
    if isAlive(component) { return }
    noteTrouble("\(component) starts")
    if component == "server" { return try startServer() }
    let life = Life()
    let client = client(component, life)
    let process: SimulatedProcess
    switch component {
    case "scheduler":
      process = SimulatedProcess(life, world) { [time] in
        try await PodScheduler(client: client, host: "oracle", time: time).run()
      }
    case "controllers":
      process = SimulatedProcess(life, world) { [time] in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await GarbageCollector(client: client, time: time).run() }
          group.addTask { try await NodeLifecycleController(client: client, time: time).run() }
          try await group.waitForAll()
        }
      }
    default:
      guard let machine = machines.first(where: { $0.kubeletName == component }) else { return }
      let runtime = UnreliableRuntime(machine: machine.runtime, cluster: self, life: life)
      let kubelet = KubeletService(
        client: client, runtime: runtime, configuration: machine.configuration,
        network: ScriptedNetwork(runtime: machine.runtime), time: time, randomness: { [world] in world.randomness() })
      process = SimulatedProcess(life, world) { try await kubelet.run() }
    }
    state.withLock { $0.processes[component] = process }
  }

  func kill(_ component: String) async throws {
    guard isAlive(component) else { return }
    noteTrouble("\(component) is killed")
    if component == "server" { return try await killServer() }
    let process = state.withLock { $0.processes.removeValue(forKey: component) }
    await process?.kill()
  }

  /// Everything that runs on the machine is gone at once.
  func cutPower(of machine: SimulatedMachine) async throws {
    try await kill(machine.kubeletName)
    noteTrouble("the power of \(machine.configuration.nodeName) fails")
    machine.runtime.losePower()
  }

  func startAll() throws {
    for component in components { try start(component) }
  }

  /// Ends the world's processes for good.
  func end() async throws {
    for component in components { try await kill(component) }
  }

  private func client(_ name: String, _ life: Life) -> ClusterClient {
    ClusterClient(endpoint: UnreliableEndpoint(cluster: self, life: life, name: name), userAgent: name)
  }

  private func startServer() throws {
    let (number, disk) = state.withLock { state in
      state.serversEver += 1
      return (state.serversEver, state.disk)
    }
    let file = "\(folder)/store-\(number)"
    try disk.write(to: file)
    let server = try SimulatedServer(file: file, world: world)
    state.withLock { $0.server = server }
  }

  private func killServer() async throws {
    let (number, server) = state.withLock { state in
      defer { state.server = nil }
      return (state.serversEver, state.server)
    }
    if fault != .losesWrites {
      let disk = try StoreFiles(of: "\(folder)/store-\(number)")
      state.withLock { $0.disk = disk }
    }
    server?.life.end()
    // What the dead server's last requests still do, they do to files that nobody reads any more.
    await server?.store.close()
  }
}

/// A node's machine: it keeps its containers and files while kubelets come and go.
struct SimulatedMachine: Sendable {
  let runtime: ScriptedRuntime
  let configuration: KubeletConfiguration

  var kubeletName: String { "kubelet of " + configuration.nodeName }

  init(number: Int, seed: UInt64, folder: String, time: WorldTime) {
    var settings = ScriptedRuntime.Settings()
    settings.registry["busybox"] = .busybox
    settings.stepTime = .zero
    settings.script = { Load.script($0, seed) }
    runtime = ScriptedRuntime(time: time, settings: settings)
    var configuration = KubeletConfiguration(
      nodeName: number == 0 ? "oracle" : "oracle-\(number)", nodeAddresses: ["10.77.0.\(number + 1)"])
    configuration.rootDirectory = "\(folder)/\(number)/kubelet"
    configuration.logDirectory = "\(folder)/\(number)/logs"
    // Less often than true ones, for the sake of speed.
    configuration.heartbeatInterval = .seconds(20)
    configuration.evictionInterval = .seconds(3600)
    // What is left over shows: nobody comes and takes it away.
    configuration.containerGarbageInterval = .seconds(86_400)
    self.configuration = configuration
  }

  /// Of which pods there are files.
  var podsWithFiles: Set<String> {
    let volumes = (try? Files.list("\(configuration.rootDirectory)/pods")) ?? []
    let logs = (try? Files.list(configuration.logDirectory)) ?? []
    return Set(volumes).union(logs.compactMap { $0.split(separator: "_").last.map(String.init) })
  }
}

/// A process of the cluster while it lives.
struct SimulatedProcess: Sendable {
  private let life: Life
  private let work: Task<Void, Never>

  init(_ life: Life, _ world: SimulatedWorld, _ body: @escaping @Sendable () async throws -> Void) {
    self.life = life
    work = Task(executorPreference: world) { try? await body() }
  }

  /// Nothing that it still tries reaches anybody.
  func kill() async {
    life.end()
    work.cancel()
    await work.value
  }
}
