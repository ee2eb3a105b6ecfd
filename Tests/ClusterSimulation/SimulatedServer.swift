internal import APIServer
internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore
internal import Simulation
internal import Synchronization
internal import SystemIO

/// One life of the API server, over a file that outlives it.
final class SimulatedServer: Sendable {
  let life = Life()
  let store: Store
  let endpoint: Server

  init(file: String, world: SimulatedWorld) throws {
    store = try Store.open(
      path: file, retention: Retention(age: .seconds(86_400), count: 100_000),
      on: { SimulatedStoreThread(world: world) }, now: { world.now / 1_000_000 })
    endpoint = Server(
      store: store, nodes: NoNodes(), clock: { Timestamp(nanosecondsSince1970: world.now) },
      randomness: { world.randomness() })
  }

  private struct NoNodes: NodeConnector {
    func endpoint(node: Node) async throws(StatusError) -> any APIEndpoint {
      throw StatusError.unavailable("nobody calls the kubelets of this world")
    }
  }
}

/// The files of a store as they are on the disk at this moment.
struct StoreFiles: Sendable {
  private let content: [String: [UInt8]]

  init(of path: String) throws {
    var content: [String: [UInt8]] = [:]
    for end in ["", "-wal"] where Files.exists(path + end) { content[end] = try Files.read(path + end) }
    self.content = content
  }

  func write(to path: String) throws {
    for (end, bytes) in content { try Files.write(bytes, to: path + end) }
  }
}

/// A store's place of work in a simulated world: pieces come in order, and between two of them anything may happen.
final class SimulatedStoreThread: StoreExecutor {
  private enum Piece {
    case job(UnownedJob)
    case work(@Sendable () -> Void)
  }

  private let world: SimulatedWorld
  private let line = Mutex<[Piece]>([])

  init(world: SimulatedWorld) { self.world = world }

  func enqueue(_ job: consuming ExecutorJob) { append(.job(UnownedJob(job))) }

  func perform(_ work: @escaping @Sendable () -> Void) { append(.work(work)) }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  /// A simulated world has one thread.
  func checkIsolated() {}

  private func append(_ piece: Piece) {
    line.withLock { $0.append(piece) }
    world.perform { self.takeNext() }
  }

  private func takeNext() {
    switch line.withLock({ $0.removeFirst() }) {
    case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
    case .work(let work): work()
    }
  }
}
