internal import ClusterClient
internal import Documents
internal import Glibc
internal import ImageStore
internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore
internal import Synchronization

/// What clients may ask the control plane's process itself.
final class ProcessControls: ControlEndpoint.Controls {
  let loopback = Mutex<LoopbackAccess?>(nil)
  private let store: Store
  private let nodes: NodeSupervisor
  private let client: ClusterClient
  private let paths: ClusterPaths
  private let stopRequests: AsyncStream<Void>.Continuation
  private let started: Timestamp

  init(
    store: Store, nodes: NodeSupervisor, client: ClusterClient, paths: ClusterPaths,
    requestStop: AsyncStream<Void>.Continuation, started: Timestamp
  ) {
    self.store = store
    self.nodes = nodes
    self.client = client
    self.paths = paths
    stopRequests = requestStop
    self.started = started
  }

  func status() async -> Document {
    var document: Document = [
      "pid": .integer(getpid()), "started": .string(started.text), "nodes": .list(nodes.status()),
      "revision": .integer(await store.currentRevision.number),
    ]
    if let port = loopback.withLock({ $0?.port }) { document["server"] = .string("https://127.0.0.1:\(port)") }
    return document
  }

  func kubeconfig() async throws -> String {
    guard let loopback = loopback.withLock({ $0 }) else { throw ClusterProblem("the cluster is still starting") }
    return try loopback.kubeconfig()
  }

  func pull(_ body: [UInt8]) async throws(StatusError) -> APIResponse {
    let store: Images
    do {
      store = try Images.open(at: paths.images)
    } catch {
      throw StatusError.internalError("\(error)")
    }
    return try await RemotePull.perform(body, RegistryAccess(images: store))
  }

  func removeImage(_ body: [UInt8]) async throws(StatusError) -> APIResponse {
    let machine: MachineImages
    do {
      machine = try MachineImages(paths)
    } catch {
      throw StatusError.internalError("\(error)")
    }
    return try await RemoteRemoval.perform(body, machine)
  }

  func requestStop() { stopRequests.yield() }

  func addNode(_ name: String?) async throws -> String { try nodes.add(name) }

  func change(node name: String, _ change: NodeChange) async throws {
    switch change {
    case .start: try nodes.start(name)
    case .stop: try await nodes.stop(name)
    case .kill: try nodes.kill(name)
    case .remove:
      try await nodes.remove(name)
      try await forget(name)
    }
  }

  /// A machine that was taken away for good is known to nobody any more, and its pods ran there alone.
  private func forget(_ name: String) async throws(StatusError) {
    var atOnce = DeleteOptions()
    atOnce.gracePeriodSeconds = 0
    let pods = try await client.list(Pod.self, Selection(fieldSelector: "spec.nodeName=\(name)"))
    for pod in pods.items {
      try? await client.delete(Pod.self, pod.name, namespace: pod.namespace, atOnce)
    }
    do throws(StatusError) {
      try await client.delete(Node.self, name)
    } catch {
      // It may never have come so far as to say that it is there.
      if !error.isNotFound { throw error }
    }
  }
}
