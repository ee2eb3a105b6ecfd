internal import CLinux
internal import ClusterClient
public import Documents
internal import Glibc
public import HTTPTransport
internal import KubernetesAPI
internal import LinuxRuntime
internal import SystemIO

/// The client's way to a running control plane: finds it, or starts it.
public struct ClusterLauncher: Sendable {
  public let paths: ClusterPaths

  /// What is started as the control plane: this very program, unless it is another one that measures it.
  private let program: String
  private let lifeline: Lifeline?

  public init(paths: ClusterPaths, program: String = "/proc/self/exe") {
    self.paths = paths
    self.program = program
    lifeline = nil
  }

  /// A cluster that goes with whoever has started it, and all that it has stored with it.
  public init(temporary paths: ClusterPaths) throws {
    self.paths = paths
    program = "/proc/self/exe"
    lifeline = try Lifeline()
  }

  /// A connection to the control plane, whether or not it is there.
  public var client: HTTPClient { HTTPClient(unixSocket: paths.apiSocket) }

  public func isRunning() async -> Bool {
    guard let response = try? await client.send(APIRequest("GET", "/readyz")) else { return false }
    return response.status == 200
  }

  /// Returns once the API answers; a cluster that has to be started gets the time until its node takes pods.
  public func ensureUsable() async throws {
    // This stands before every single command, so it must cost next to nothing.
    if (try? SocketProbe.find(paths.apiSocket)) == .served { return }
    try await ensureRunning()
    try await waitForReadyNode()
  }

  /// Returns once the API answers.
  public func ensureRunning() async throws {
    if await isRunning() { return }
    // Several clients may come at once; one of them starts it, the others find it.
    let lock = try FileLock.acquire(paths.startLock)
    defer { withExtendedLifetime(lock) {} }
    if await isRunning() { return }
    try await start()
  }

  private func start() async throws {
    var ends: [Int32] = [-1, -1]
    try systemCall("pipe") { pipe2(&ends, O_CLOEXEC) }
    let readiness = Descriptor(adopting: ends[0], name: "readiness of the control plane")
    let pid: Int32
    do {
      defer { close(ends[1]) }
      let log = try Files.open(paths.log, O_WRONLY | O_CREAT | O_APPEND)
      defer { close(log) }
      let null = try Files.open("/dev/null", O_RDWR)
      defer { close(null) }
      var launch = ProcessLaunch(
        program, ["podium", "--cluster", paths.cluster, "cluster", "serve", "--ready-descriptor", "3"])
      launch.descriptors = [0: null, 1: log, 2: log, 3: ends[1]]
      if let lifeline {
        launch.arguments += ["--owner-descriptor", "4"]
        launch.descriptors[4] = lifeline.farEnd
      }
      launch.startsSession = true
      pid = try launch.start()
    }
    reapWhenEnded(pid)
    var answer: [UInt8] = []
    while true {
      let chunk = try await readiness.read()
      if chunk.isEmpty { break }
      answer += chunk
    }
    let text = String(decoding: answer, as: UTF8.self)
    if text.hasPrefix("ready\n") {
      let remark = text.dropFirst("ready\n".count)
      if !remark.isEmpty { tell("podium: \(remark)\n") }
      return
    }
    throw ClusterProblem(
      "the cluster did not start: \(text.isEmpty ? "it ended without a word" : text); see \(paths.log)")
  }

  /// Whoever starts a cluster is told what became of it, wherever its output goes.
  private func tell(_ text: String) { _ = text.withCString { write(2, $0, strlen($0)) } }

  /// Which nodes somebody waits for.
  private enum Awaited {
    case any, all
    case named(String)

    func isMet(by ready: [String], of wanted: [String]) -> Bool {
      switch self {
      // When all of them are stopped, somebody wants it so.
      case .any: !ready.isEmpty || wanted.isEmpty
      case .all: ready.count == wanted.count
      case .named(let name): ready.contains(name)
      }
    }

    var subject: String {
      switch self {
      case .any: "no node became ready"
      case .all: "not every node became ready"
      case .named(let name): "node \(name) did not become ready"
      }
    }
  }

  /// Returns once a node takes pods.
  public func waitForReadyNode() async throws { try await wait(for: .any) }

  /// Returns once every node takes pods that is not stopped.
  public func waitForAllNodes() async throws { try await wait(for: .all) }

  /// Returns once this one takes pods.
  public func waitForNode(_ name: String) async throws { try await wait(for: .named(name)) }

  private func wait(for awaited: Awaited, within limit: Duration = .seconds(20)) async throws {
    let cluster = ClusterClient(endpoint: client)
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      guard let members = await status()?["nodes"]?.listValue else {
        // It was there a moment ago, and has been killed since.
        try await ensureRunning()
        continue
      }
      let wanted = members.filter { $0["stopped"]?.boolValue == false }.compactMap { $0["name"]?.stringValue }
      let running = members.filter { $0["running"]?.boolValue == true }.compactMap { $0["name"]?.stringValue }
      var ready: [String] = []
      // What the store says of a node may be from before it was stopped: its kubelet has to answer as well.
      for node in (try? await cluster.list(Node.self))?.items ?? [] where node.isReady && running.contains(node.name) {
        if await answers(kubeletOf: node.name) { ready.append(node.name) }
      }
      if !members.isEmpty, awaited.isMet(by: ready, of: wanted) { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    throw ClusterProblem(
      "\(awaited.subject) within \(limit.components.seconds) s; see \(paths.log), and podium doctor for what this machine allows"
    )
  }

  private func answers(kubeletOf node: String) async -> Bool {
    let kubelet = HTTPClient(unixSocket: paths.kubeletSocket(node: node))
    return (try? await kubelet.send(APIRequest("GET", "/healthz")))?.status == 200
  }

  // MARK: What a running control plane is asked

  public func status() async -> Document? {
    guard let bytes = try? await ClusterClient(endpoint: client).send("GET", "/podium/status") else { return nil }
    return try? Document.parse(json: bytes)
  }

  /// What `status` tells of each node.
  public func nodes() async throws -> [Document] {
    guard let status = await status() else { throw ClusterProblem("the cluster \"\(paths.cluster)\" is not running") }
    return status["nodes"]?.listValue ?? []
  }

  /// Answers the name of the new node, which is being started; without a name it is given one.
  public func addNode(_ name: String?) async throws -> String {
    let body: Document = name.map { ["name": .string($0)] } ?? [:]
    let answer = try await ask("POST", "/podium/nodes", body: body.json())
    return try Document.parse(json: answer)["name"]?.stringValue ?? ""
  }

  public func change(node: String, _ change: NodeChange) async throws {
    _ = try await ask("POST", "/podium/nodes/\(node)/\(change.rawValue)")
  }

  /// Takes the place of this process with a command inside a node, or with a shell; the first node if none is named.
  public func enter(node name: String?, command: [String]) async throws -> Never {
    let nodes = try await nodes()
    guard let node = name.map({ name in nodes.first { $0["name"]?.stringValue == name } }) ?? nodes.first,
      let name = node["name"]?.stringValue, let pid = node["pid"]?.integerValue
    else { throw ClusterProblem("the cluster has no node \"\(name ?? "")\": see podium node list") }
    if pid == 0 { throw ClusterProblem("node \"\(name)\" does not run: start it by podium node start \(name)") }
    try NodeShell.enter(initPID: Int32(pid), node: name, command: command)
  }

  /// A refusal is told in the control plane's own words.
  private func ask(_ method: String, _ path: String, body: [UInt8] = []) async throws -> [UInt8] {
    do throws(StatusError) {
      return try await ClusterClient(endpoint: client).send(method, path, body: body)
    } catch {
      guard error.isConflict, let message = error.status.message else { throw error }
      throw ClusterProblem(message)
    }
  }

  public func kubeconfig() async throws -> String {
    let bytes = try await ClusterClient(endpoint: client).send("POST", "/podium/kubeconfig")
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Ends all processes of the cluster, in order if its control plane answers; false when nothing ran.
  public func stop() async throws -> Bool {
    var answered = await requestStop()
    // The lock is free once the control plane has ended, however it did.
    let deadline = ContinuousClock.now + .seconds(30)
    var lock = try FileLock.tryAcquire(paths.clusterLock)
    var tries = 0
    while lock == nil {
      if ContinuousClock.now > deadline {
        throw ClusterProblem("the control plane does not end; see \(paths.log)")
      }
      try await Task.sleep(for: .milliseconds(5))
      lock = try FileLock.tryAcquire(paths.clusterLock)
      tries += 1
      // The one that was asked may have been killed since, and another one been started.
      if lock == nil && tries % 100 == 0 { answered = await requestStop() || answered }
    }
    // Nodes outlive a control plane that was killed.
    let leftNode = await NodeSupervisor.stopOrphans(paths)
    // Nobody listens at any of them now.
    for name in try Files.list(paths.sockets) { try Files.removeTree(paths.sockets + "/" + name) }
    return answered || leftNode
  }

  private func requestStop() async -> Bool {
    (try? await ClusterClient(endpoint: client).send("POST", "/podium/stop")) != nil
  }

  /// Removes the cluster with all that it has stored. Images and progress are not its own and stay.
  public func delete() async throws {
    _ = try await stop()
    try await HostFiles.remove(paths.state)
    try Files.removeTree(paths.runtime)
  }

  /// The control plane outlives most clients; one that lives longer must not keep its remains.
  private func reapWhenEnded(_ pid: Int32) {
    let pidfd = clinux_pidfd_open(pid)
    guard pidfd >= 0 else { return }
    let process = Descriptor(adopting: pidfd, name: "control plane")
    Task {
      try? await process.waitUntilReadable()
      var status: Int32 = 0
      waitpid(pid, &status, WNOHANG)
    }
  }
}
