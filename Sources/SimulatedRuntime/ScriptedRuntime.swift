public import ContainerRuntime
internal import Synchronization

/// Containers that follow a script in given time, for tests and for simulations of many nodes.
///
/// The type is not named after its module, which would hide the module.
public final class ScriptedRuntime: Runtime {
  /// What the simulated machine is like.
  public struct Settings: Sendable {
    /// How the container behaves, by its specification.
    public var script: @Sendable (ContainerSpec) -> ContainerScript = { _ in .server }
    /// Present images, by the reference that finds them.
    public var images: [String: ImageInfo] = [:]
    /// What can be pulled.
    public var registry: [String: ImageInfo] = [:]
    /// Why an image cannot be pulled, in the registry's words.
    public var pullFailures: [String: String] = [:]
    public var pullTime = Duration.milliseconds(9)
    /// Of the disk with the images.
    public var disk = FileSystemRoom(capacityBytes: 100 << 30, availableBytes: 90 << 30)
    /// Images that others on the machine use.
    public var imagesOfOthers: Set<String> = []
    /// Why images cannot be removed, if they cannot.
    public var removalFailure: String?
    /// Each step of making something takes so long.
    public var stepTime = Duration.milliseconds(1)

    public init() {}
  }

  private struct State {
    var settings: Settings
    var sandboxes: [String: Sandbox] = [:]
    var containers: [ContainerID: ContainerRecord] = [:]
    var scripts: [ContainerID: ContainerScript] = [:]
    /// When a container ends by itself or by TERM.
    var endings: [ContainerID: (moment: Int64, status: ExitStatus)] = [:]
    var listeners: [Int: AsyncStream<RuntimeEvent>.Continuation] = [:]
    var nextListener = 0
    var nextAddress = 2
    var mostRunningAtOnce: [String: Int] = [:]
    var signals: [ContainerID: [Int32]] = [:]

    mutating func forget(_ id: ContainerID) {
      containers[id] = nil
      scripts[id] = nil
      endings[id] = nil
    }
  }

  private let time: any SimulatedTime
  // A lock, because the kubelet calls from many tasks; nothing is awaited while it is held.
  private let state: Mutex<State>
  private let bell: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation

  public init(time: any SimulatedTime, settings: Settings = Settings()) {
    self.time = time
    state = Mutex(State(settings: settings))
    (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  public var version: String { "podium-simulated://1.0" }

  /// Lets the scripts go on until cancelled.
  public func run() async {
    await withDiscardingTaskGroup { group in
      var alarm: Int64?
      ring.yield()
      for await _ in bell {
        let now = time.nanoseconds()
        endDue(now)
        guard let next = state.withLock({ $0.endings.values.map(\.moment).min() }) else { continue }
        if let alarm, alarm > now, alarm <= next { continue }
        alarm = next
        group.addTask { [self] in
          try? await time.sleep(untilNanoseconds: next)
          ring.yield()
        }
      }
      group.cancelAll()
    }
  }

  // MARK: What a test may do and see

  public func change(_ change: @Sendable (inout Settings) -> Void) { state.withLock { change(&$0.settings) } }

  /// Ends a container as if it had ended by itself.
  public func end(_ id: ContainerID, code: Int32, outOfMemory: Bool = false) {
    let now = time.nanoseconds()
    finish(id, ExitStatus(code: code, wasOutOfMemory: outOfMemory, finishedAt: now))
  }

  /// The sandbox's own process dies, and with it all that runs in it.
  public func killSandbox(_ id: String) {
    let now = time.nanoseconds()
    let (inside, listeners) = state.withLock { state in
      state.sandboxes[id]?.isRunning = false
      return (
        state.containers.values.filter { $0.spec.sandboxID == id }.map(\.spec.id), Array(state.listeners.values)
      )
    }
    for container in inside { finish(container, ExitStatus(code: 137, signal: 9, finishedAt: now)) }
    for listener in listeners { listener.yield(.sandboxExited(id)) }
  }

  /// Everything is lost at once, as when a machine loses power.
  public func losePower() {
    state.withLock { state in
      state.sandboxes = [:]
      state.containers = [:]
      state.scripts = [:]
      state.endings = [:]
    }
  }

  /// For each container of a pod, as `uid/name`: how many of it ever ran at the same time.
  public var mostRunningAtOnce: [String: Int] { state.withLock(\.mostRunningAtOnce) }

  public func signals(to id: ContainerID) -> [Int32] { state.withLock { $0.signals[id] ?? [] } }

  // MARK: Runtime

  public func inventory() async throws(RuntimeError) -> Inventory {
    state.withLock { state in
      Inventory(
        sandboxes: state.sandboxes.values.sorted { $0.spec.id < $1.spec.id },
        containers: state.containers.values.sorted { $0.spec.id < $1.spec.id })
    }
  }

  public func container(_ id: ContainerID) async throws(RuntimeError) -> ContainerRecord? {
    state.withLock { $0.containers[id] }
  }

  public func events() -> AsyncStream<RuntimeEvent> {
    let (stream, continuation) = AsyncStream.makeStream(of: RuntimeEvent.self)
    let number = state.withLock { state in
      state.nextListener += 1
      state.listeners[state.nextListener] = continuation
      return state.nextListener
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.listeners[number] = nil }
    }
    return stream
  }

  public func createSandbox(_ spec: SandboxSpec) async throws(RuntimeError) -> Sandbox {
    try await step()
    let now = time.nanoseconds()
    return state.withLock { state in
      let address = "10.244.0.\(state.nextAddress)"
      state.nextAddress += 1
      let sandbox = Sandbox(spec: spec, addresses: [address], isRunning: true, createdAt: now)
      state.sandboxes[spec.id] = sandbox
      return sandbox
    }
  }

  public func removeSandbox(_ id: String) async throws(RuntimeError) {
    try await step()
    state.withLock { state in
      state.sandboxes[id] = nil
      for record in state.containers.values where record.spec.sandboxID == id { state.forget(record.spec.id) }
    }
  }

  public func createContainer(_ spec: ContainerSpec) async throws(RuntimeError) -> ContainerID {
    try await step()
    let now = time.nanoseconds()
    let isPossible = state.withLock { state in
      guard state.sandboxes[spec.sandboxID]?.isRunning == true else { return false }
      state.containers[spec.id] = ContainerRecord(spec: spec, createdAt: now, state: .created)
      state.scripts[spec.id] = state.settings.script(spec)
      return true
    }
    if !isPossible { throw RuntimeError(.notFound, "sandbox \(spec.sandboxID) is not running") }
    return spec.id
  }

  public func startContainer(_ id: ContainerID) async throws(RuntimeError) {
    try await step()
    let now = time.nanoseconds()
    let failure = state.withLock { state -> RuntimeError? in
      guard let record = state.containers[id], let script = state.scripts[id] else {
        return RuntimeError(.notFound, "container \(id) is not there")
      }
      if let message = script.startFailure {
        state.containers[id]?.state = .exited(startedAt: 0, ExitStatus(code: 128, finishedAt: now))
        return RuntimeError(.startFailed, message)
      }
      state.containers[id]?.state = .running(startedAt: now)
      if let runs = script.runs {
        let moment = now + runs.nanoseconds
        let code = script.runsOutOfMemory ? 137 : script.exitCode
        state.endings[id] = (
          moment, ExitStatus(code: code, wasOutOfMemory: script.runsOutOfMemory, finishedAt: moment)
        )
      }
      let key = "\(record.spec.labels["io.kubernetes.pod.uid"] ?? record.spec.sandboxID)/\(record.spec.name)"
      let running = state.containers.values.count { other in
        guard case .running = other.state else { return false }
        return other.spec.name == record.spec.name
          && other.spec.labels["io.kubernetes.pod.uid"] == record.spec.labels["io.kubernetes.pod.uid"]
      }
      state.mostRunningAtOnce[key] = max(running, state.mostRunningAtOnce[key] ?? 0)
      return nil
    }
    ring.yield()
    if let failure { throw failure }
  }

  public func signalContainer(_ id: ContainerID, _ signal: Int32) async throws(RuntimeError) {
    let now = time.nanoseconds()
    state.withLock { state in
      guard case .running = state.containers[id]?.state else { return }
      state.signals[id, default: []].append(signal)
      let ending: (moment: Int64, status: ExitStatus)?
      switch (signal, state.scripts[id]?.onTerminate) {
      case (9, _): ending = (now, ExitStatus(code: 137, signal: 9, finishedAt: now))
      case (15, .exits(let code, let delay)):
        let moment = now + delay.nanoseconds
        ending = (moment, ExitStatus(code: code, finishedAt: moment))
      default: ending = nil
      }
      guard let ending, ending.moment < state.endings[id]?.moment ?? .max else { return }
      state.endings[id] = ending
    }
    ring.yield()
  }

  public func removeContainer(_ id: ContainerID) async throws(RuntimeError) {
    try await step()
    state.withLock { $0.forget(id) }
  }

  public func exec(_ spec: ExecSpec) async throws(RuntimeError) -> any ExecSession {
    let now = time.nanoseconds()
    let answer = state.withLock { state -> CommandAnswer? in
      guard case .running(let startedAt) = state.containers[spec.containerID]?.state else { return nil }
      return state.scripts[spec.containerID]?.answer(
        to: spec.command.first ?? "", after: .nanoseconds(now - startedAt))
    }
    guard let answer else { throw RuntimeError(.notRunning, "container \(spec.containerID) is not running") }
    return ScriptedSession(answer: answer, time: time)
  }

  public func attach(_ id: ContainerID, _ streams: AttachSpec) async throws(RuntimeError) -> any ExecSession {
    throw RuntimeError(.unsupported, "a simulated container has no streams")
  }

  public func dial(sandbox id: String, port: UInt16) async throws(RuntimeError) -> any ByteConnection {
    let answer = state.withLock { state in
      state.containers.values.filter { $0.spec.sandboxID == id }.compactMap { record -> String? in
        guard case .running = record.state else { return nil }
        return state.scripts[record.spec.id]?.ports[port]
      }.first
    }
    guard let answer else { throw RuntimeError(.failed, "connection refused") }
    return ScriptedConnection(answer: answer)
  }

  /// Every container keeps a tenth of a processor busy, from its start on.
  public func usage(of id: ContainerID) async throws(RuntimeError) -> ResourceUsage {
    guard case .running(let startedAt)? = state.withLock({ $0.containers[id]?.state }) else {
      throw RuntimeError(.notRunning, "container not running (\(id))")
    }
    let now = time.nanoseconds()
    return ResourceUsage(
      memoryWorkingSetBytes: 1 << 20, cpuNanoseconds: (now - startedAt) / 10, measuredAt: now)
  }

  public func usageOfNode() async throws(RuntimeError) -> ResourceUsage {
    let now = time.nanoseconds()
    return ResourceUsage(memoryWorkingSetBytes: 64 << 20, cpuNanoseconds: now / 2, measuredAt: now)
  }

  public func findImage(_ reference: String) async throws(RuntimeError) -> ImageInfo? {
    if reference.contains(where: \.isUppercase) {
      throw RuntimeError(.invalidImageName, "couldn't parse image name \"\(reference)\": invalid reference format")
    }
    return state.withLock { $0.settings.images[reference] }
  }

  public func pullImage(_ reference: String, logins: [String]) async throws(RuntimeError) -> ImageInfo {
    let settings = state.withLock(\.settings)
    try await pass(settings.pullTime)
    guard let found = settings.registry[reference] else {
      throw RuntimeError(.imageNotFound, settings.pullFailures[reference] ?? "\(reference): not found")
    }
    state.withLock { $0.settings.images[reference] = found }
    return found
  }

  public func listImages() async throws(RuntimeError) -> [ImageInfo] {
    state.withLock { Array(Set($0.settings.images.values.map(\.id))).sorted() }.compactMap { id in
      state.withLock { $0.settings.images.values.first { $0.id == id } }
    }
  }

  public func removeImage(_ id: String) async throws(RuntimeError) -> Bool {
    let outcome = state.withLock { state -> Result<Bool, RuntimeError> in
      if let why = state.settings.removalFailure { return .failure(RuntimeError(.failed, why)) }
      if state.settings.imagesOfOthers.contains(id) { return .success(false) }
      let sizes = Set(state.settings.images.values.filter { $0.id == id }.map(\.size))
      state.settings.images = state.settings.images.filter { $0.value.id != id }
      state.settings.disk.availableBytes += sizes.first ?? 0
      return .success(true)
    }
    return try outcome.get()
  }

  public func imageFileSystem() async throws(RuntimeError) -> FileSystemRoom { state.withLock(\.settings.disk) }

  // MARK: Time

  private func step() async throws(RuntimeError) { try await pass(state.withLock { $0.settings.stepTime }) }

  private func pass(_ duration: Duration) async throws(RuntimeError) {
    if duration == .zero { return }
    do {
      try await time.sleep(untilNanoseconds: time.nanoseconds() + duration.nanoseconds)
    } catch {
      throw RuntimeError(.failed, "given up")
    }
  }

  private func endDue(_ now: Int64) {
    let due = state.withLock { $0.endings.filter { $0.value.moment <= now } }
    for (id, ending) in due.sorted(by: { ($0.value.moment, $0.key) < ($1.value.moment, $1.key) }) {
      finish(id, ending.status)
    }
  }

  private func finish(_ id: ContainerID, _ status: ExitStatus) {
    let listeners = state.withLock { state -> [AsyncStream<RuntimeEvent>.Continuation] in
      state.endings[id] = nil
      guard case .running(let startedAt) = state.containers[id]?.state else { return [] }
      state.containers[id]?.state = .exited(startedAt: startedAt, status)
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.yield(.containerExited(id)) }
  }
}

extension Duration {
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}

/// A command's scripted course.
private final class ScriptedSession: ExecSession {
  private let answer: CommandAnswer
  private let time: any SimulatedTime
  private let isRead = Mutex(false)

  init(answer: CommandAnswer, time: any SimulatedTime) {
    self.answer = answer
    self.time = time
  }

  func readOutput() async throws -> [UInt8] {
    let isRead = isRead.withLock { isRead in
      defer { isRead = true }
      return isRead
    }
    return isRead ? [] : Array(answer.output.utf8)
  }

  func readErrors() async throws -> [UInt8] { [] }
  func writeInput(_ bytes: [UInt8]) async throws {}
  func closeInput() {}
  func resize(columns: UInt16, rows: UInt16) {}
  func abandon() {}

  func wait() async throws(RuntimeError) -> ExitStatus {
    do {
      try await time.sleep(untilNanoseconds: time.nanoseconds() + answer.takes.nanoseconds)
    } catch {
      throw RuntimeError(.failed, "given up")
    }
    return ExitStatus(code: answer.code, finishedAt: time.nanoseconds())
  }
}

/// A connection on which one answer comes, whatever is sent.
private final class ScriptedConnection: ByteConnection {
  private let answer: Mutex<String>

  init(answer: String) { self.answer = Mutex(answer) }

  func read() async throws -> [UInt8] {
    answer.withLock { answer in
      defer { answer = "" }
      return Array(answer.utf8)
    }
  }

  func write(_ bytes: [UInt8]) async throws {}
  func closeWriting() {}
  func close() {}
}
