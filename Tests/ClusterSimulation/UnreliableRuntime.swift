internal import ContainerRuntime
internal import SimulatedRuntime
internal import Simulation
internal import Synchronization

/// A machine's runtime as one kubelet reaches it: what it asks for takes a while, fails now and then, and is done or not
/// when the kubelet dies meanwhile.
struct UnreliableRuntime: Runtime {
  let machine: ScriptedRuntime
  let cluster: SimulatedCluster
  /// Of the kubelet.
  let life: Life

  private func work<Value: Sendable>(
    _ what: String, _ body: () async throws(RuntimeError) -> Value
  ) async throws(RuntimeError) -> Value {
    try await wait()
    if cluster.weather.failsInRuntime {
      cluster.history.note("\(what) fails")
      throw RuntimeError(.failed, "the runtime has failed")
    }
    let value = try await body()
    cluster.history.note(what)
    try await wait()
    return value
  }

  private func wait() async throws(RuntimeError) {
    do { try await cluster.weather.delay() } catch { throw RuntimeError(.failed, "given up") }
    guard life.isAlive else { throw RuntimeError(.failed, "the kubelet is dead") }
  }

  var version: String { machine.version }

  func inventory() async throws(RuntimeError) -> Inventory {
    guard life.isAlive else { throw RuntimeError(.failed, "the kubelet is dead") }
    return try await machine.inventory()
  }

  func container(_ id: ContainerID) async throws(RuntimeError) -> ContainerRecord? { try await machine.container(id) }

  func events() -> AsyncStream<RuntimeEvent> {
    guard cluster.fault == .hidesExits else { return machine.events() }
    let (silence, sink) = AsyncStream.makeStream(of: RuntimeEvent.self)
    // Open as long as somebody listens.
    sink.onTermination = { _ in sink.finish() }
    return silence
  }

  func createSandbox(_ spec: SandboxSpec) async throws(RuntimeError) -> Sandbox {
    try await work("sandbox of \(spec.podName) made") { () throws(RuntimeError) in
      try await machine.createSandbox(spec)
    }
  }

  func removeSandbox(_ id: String) async throws(RuntimeError) {
    try await work("sandbox \(id.prefix(8)) removed") { () throws(RuntimeError) in
      if cluster.fault != .leavesSandboxes { try await machine.removeSandbox(id) }
    }
  }

  func createContainer(_ spec: ContainerSpec) async throws(RuntimeError) -> ContainerID {
    try await work("container \(spec.name) \(spec.attempt) made") { () throws(RuntimeError) in
      try await machine.createContainer(spec)
    }
  }

  func startContainer(_ id: ContainerID) async throws(RuntimeError) {
    try await work("container \(id.prefix(8)) started") { () throws(RuntimeError) in
      if cluster.fault == .startsTwice, var spec = try await machine.container(id)?.spec {
        spec.id = id + "twin"
        try await machine.startContainer(try await machine.createContainer(spec))
      }
      try await machine.startContainer(id)
    }
  }

  func signalContainer(_ id: ContainerID, _ signal: Int32) async throws(RuntimeError) {
    try await work("container \(id.prefix(8)) gets signal \(signal)") { () throws(RuntimeError) in
      try await machine.signalContainer(id, signal)
    }
  }

  func removeContainer(_ id: ContainerID) async throws(RuntimeError) {
    try await work("container \(id.prefix(8)) removed") { () throws(RuntimeError) in
      try await machine.removeContainer(id)
    }
  }

  func exec(_ spec: ExecSpec) async throws(RuntimeError) -> any ExecSession {
    try await wait()
    return try await machine.exec(spec)
  }

  func attach(_ id: ContainerID, _ streams: AttachSpec) async throws(RuntimeError) -> any ExecSession {
    try await machine.attach(id, streams)
  }

  func dial(sandbox id: String, port: UInt16) async throws(RuntimeError) -> any ByteConnection {
    try await machine.dial(sandbox: id, port: port)
  }

  func usage(of id: ContainerID) async throws(RuntimeError) -> ResourceUsage { try await machine.usage(of: id) }
  func usageOfNode() async throws(RuntimeError) -> ResourceUsage { try await machine.usageOfNode() }
  func findImage(_ reference: String) async throws(RuntimeError) -> ImageInfo? {
    try await machine.findImage(reference)
  }

  func pullImage(_ reference: String, logins: [String]) async throws(RuntimeError) -> ImageInfo {
    try await wait()
    return try await machine.pullImage(reference, logins: logins)
  }

  func listImages() async throws(RuntimeError) -> [ImageInfo] { try await machine.listImages() }
  func removeImage(_ id: String) async throws(RuntimeError) -> Bool { try await machine.removeImage(id) }
  func imageFileSystem() async throws(RuntimeError) -> FileSystemRoom { try await machine.imageFileSystem() }
}
