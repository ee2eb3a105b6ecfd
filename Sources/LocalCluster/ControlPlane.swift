internal import APIServer
internal import ClusterClient
internal import Controllers
internal import Documents
internal import Glibc
internal import HTTPTransport
internal import ImageStore
internal import KubernetesAPI
internal import LinuxRuntime
internal import ObjectSchema
internal import ObjectStore
internal import Scheduler
internal import Synchronization
public import SystemIO

/// The process behind `podium cluster`: store, API server, scheduler and controllers, and the care for the nodes.
public final class ControlPlane: Sendable {
  /// So long nobody must have asked for anything, and no pod exist, until the cluster ends by itself.
  static let idleTime = Duration.seconds(600)

  private let paths: ClusterPaths
  private let store: Store
  private let server: Server
  private let http: HTTPServer
  private let nodes: NodeSupervisor
  private let activity = ClientActivity(now: .now)
  private let loopback: LoopbackAccess
  private let identity: ServerIdentity
  /// What the user has to be told of the start; nil when all was as it should be.
  private let remark: String?
  private let stopRequests: AsyncStream<Void>
  private let requestStop: AsyncStream<Void>.Continuation

  /// Opens everything and answers requests from here on.
  private init(paths: ClusterPaths, withNodes: Bool) async throws {
    self.paths = paths
    (store, remark) = try Self.openStore(paths.store)
    identity = try ServerIdentity.loadOrCreate(directory: paths.credentials)
    let keys = try TokenKeys.loadOrCreate(paths.credentials + "/sa.key")
    server = Server(store: store, nodes: LocalNodes(paths: paths), signer: keys)
    try await server.prepare()
    nodes = NodeSupervisor(
      paths: paths, roster: withNodes ? try NodeRoster.load(paths.nodeRoster) : .none, log: Self.log)
    (stopRequests, requestStop) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    let controls = ProcessControls(
      store: store, nodes: nodes, client: ClusterClient(endpoint: server, userAgent: "podium", user: .admin),
      paths: paths, requestStop: requestStop, started: .now())
    let endpoint = ControlEndpoint(server: server, controls: controls, activity: activity)
    http = HTTPServer(endpoint: endpoint)
    loopback = LoopbackAccess(paths: paths, server: http, identity: identity, authenticator: server)
    controls.loopback.withLock { $0 = loopback }
  }

  /// A store that cannot be read any more keeps nobody from working: it is put aside, and an empty one takes its place.
  private static func openStore(_ path: String) throws -> (store: Store, remark: String?) {
    do throws(StoreError) {
      return (try Store.open(path: path), nil)
    } catch {
      guard case .corrupt(_, let detail) = error else { throw error }
      let aside = path + ".damaged-" + Timestamp.now().text
      for part in ["", "-wal"] where Files.exists(path + part) {
        try systemCall("rename", on: path + part) { rename(path + part, aside + part) }
      }
      try Files.removeTree(path + "-shm")
      let remark =
        "the store was damaged (\(detail)) and has been put aside as \(aside): the cluster begins anew with an empty one"
      log(remark)
      return (try Store.open(path: path), remark)
    }
  }

  /// Runs the control plane of a cluster until it is told to stop.
  ///
  /// - Parameters:
  ///   - owner: Where the end of whoever wanted the cluster is heard: then it goes, with all that it has stored.
  ///   - onReady: Called once it answers, with what the user has to be told of the start.
  public static func serve(
    _ paths: ClusterPaths, withNodes: Bool = true, owner: Descriptor? = nil, onReady: (_ remark: String?) -> Void
  ) async throws {
    guard let lock = try FileLock.tryAcquire(paths.clusterLock) else {
      throw ClusterProblem("the cluster \"\(paths.cluster)\" is running already")
    }
    defer { withExtendedLifetime(lock) {} }
    // Only nodes need images. What is missing for them is told before anybody counts on a node.
    if withNodes { try Images.open(at: paths.images).ensureBuiltIns() }
    let plane = try await ControlPlane(paths: paths, withNodes: withNodes)
    try plane.http.listen(unixSocket: paths.apiSocket)
    try plane.loopback.reopen()
    log("serving \(paths.apiSocket)")
    onReady(plane.remark)
    let end = await plane.run(owner)
    log("stopped")
    if end == .ownerEnded {
      try await HostFiles.remove(paths.state)
      try Files.removeTree(paths.runtime)
    }
  }

  /// Why a control plane ends.
  private enum End: Error {
    case stopRequested, ownerEnded, failed
  }

  private func run(_ owner: Descriptor?) async -> End {
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [self] in await server.run() }
      group.addTask { [self] in try await nodes.run() }
      group.addTask { [self] in try await PodScheduler(client: client("kube-scheduler"), host: "podium").run() }
      group.addTask { [self] in try await NamespaceController(client: client("namespace-controller")).run() }
      group.addTask { [self] in
        try await ServiceAccountController(client: client("service-account-controller")).run()
      }
      group.addTask { [self] in
        try await RootCertificatePublisher(
          client: client("root-ca-cert-publisher"), certificate: identity.authorityPEM
        ).run()
      }
      group.addTask { [self] in try await GarbageCollector(client: client("generic-garbage-collector")).run() }
      group.addTask { [self] in try await NodeLifecycleController(client: client("node-controller")).run() }
      group.addTask { [self] in try await watchForIdleness() }
      group.addTask { [self] in
        for await _ in stopRequests { break }
        throw End.stopRequested
      }
      if let owner {
        group.addTask {
          while try await !owner.read().isEmpty {}
          throw End.ownerEnded
        }
      }
      var end = End.failed
      do {
        while try await group.next() != nil {}
      } catch let reason as End {
        end = reason
        Self.log(reason == .ownerEnded ? "whoever started this cluster has ended" : "stopping")
      } catch {
        Self.log("a part of the control plane failed: \(error)")
      }
      await nodes.stop()
      group.cancelAll()
      await http.stop()
      await store.close()
      return end
    }
  }

  /// Ends the cluster as `podium cluster stop` would; called by signal handlers.
  func stop() { requestStop.yield() }

  /// A component of this process speaks to the API server as itself: the great ones as users of their own, each
  /// controller as an account in `kube-system`.
  private func client(_ name: String) -> ClusterClient {
    let user =
      name.hasPrefix("kube-")
      ? UserInfo(name: "system:\(name)", groups: [UserInfo.allAuthenticated])
      : UserInfo.serviceAccount(name, namespace: "kube-system")
    return ClusterClient(endpoint: server, userAgent: name, user: user)
  }

  private func watchForIdleness() async throws {
    while true {
      try await Task.sleep(for: .seconds(30))
      guard activity.quietTime(now: .now) > Self.idleTime else { continue }
      guard let pods = try? await client("kube-apiserver").list(Pod.self), pods.items.isEmpty else { continue }
      Self.log("nobody has asked for anything for \(Self.idleTime.components.seconds) s, and there is no pod")
      stop()
    }
  }

  @Sendable
  static func log(_ line: String) {
    let text = "\(Timestamp.now().nanoText) \(line)\n"
    _ = text.withCString { write(2, $0, strlen($0)) }
  }
}
