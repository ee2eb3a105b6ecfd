internal import ClusterClient
internal import ContainerRuntime
internal import KubernetesAPI
internal import ObjectSchema
internal import Simulation
internal import Synchronization

/// Watches what the cluster says and does all the time, and notes what must never be.
final class Auditor: Sendable {
  private struct State {
    var problems: [String] = []
    var pods: [ObjectKey: Pod] = [:]
    /// The revision up to which the watch has told everything.
    var revision: Int64 = 0
    /// Changes up to here were not all told, since the server had forgotten them.
    var forgotten: Int64 = 0
    var seen: Set<Int64> = []
    /// Since when what is said differs from what is, by pod and container.
    var differences: [String: Int64] = [:]
  }

  /// How long what is said of a container may differ from what it does while all is well.
  private static let patience = Duration.seconds(40)

  private let cluster: SimulatedCluster
  private let client: ClusterClient
  private let state = Mutex(State())

  init(_ cluster: SimulatedCluster) {
    self.cluster = cluster
    client = cluster.client
  }

  var problems: [String] { state.withLock(\.problems) }

  /// The pods as the watch has shown them.
  var pods: [Pod] { state.withLock { $0.pods.sorted { $0.key < $1.key }.map(\.value) } }

  func note(_ problem: String) {
    cluster.history.note("! \(problem)")
    state.withLock { if $0.problems.count < 20 { $0.problems.append(problem) } }
  }

  /// Whether the watch has told of a write, or could not since the server had forgotten it.
  func hasSeen(_ revision: Int64) -> Bool {
    state.withLock { $0.seen.contains(revision) || revision <= $0.forgotten }
  }

  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { [self] in await follow() }
      group.addTask { [self] in
        while (try? await cluster.time.sleep(for: .seconds(1))) != nil { await compare() }
      }
    }
  }

  // MARK: What is said

  private func follow() async {
    var isLost = true
    while !Task.isCancelled {
      do {
        if isLost {
          let list = try await client.list(Pod.self)
          start(from: list)
          isLost = false
        }
        let watch = try await client.watch(Pod.self, after: String(state.withLock(\.revision)))
        defer { watch.cancel() }
        for try await event in watch { take(event) }
      } catch {
        if (error as? StatusError)?.code == 410 { isLost = true }
      }
      try? await cluster.time.sleep(for: .milliseconds(20))
    }
  }

  private func start(from list: ObjectList<Pod>) {
    let revision = Int64(list.resourceVersion) ?? 0
    if revision < state.withLock(\.revision) { note("the list is of \(revision), older than what the watch has told") }
    state.withLock { state in
      state.pods = Dictionary(uniqueKeysWithValues: list.items.map { (ObjectKey($0), $0) })
      state.revision = revision
      state.forgotten = revision
    }
  }

  private func take(_ event: WatchEvent<Pod>) {
    let revision = event.object.metadata.resourceVersion.flatMap { Int64($0) } ?? 0
    let (last, old) = state.withLock { ($0.revision, $0.pods[ObjectKey(event.object)]) }
    if revision < last || revision == last && event.type != .bookmark {
      note("the watch tells of revision \(revision) after \(last)")
    }
    state.withLock { state in
      state.revision = max(revision, last)
      state.seen.insert(revision)
      switch event.type {
      case .added, .modified: state.pods[ObjectKey(event.object)] = event.object
      case .deleted: state.pods[ObjectKey(event.object)] = nil
      case .bookmark, .error: break
      }
    }
    switch event.type {
    case .added: if let old { note("\(old.name) is added, and was there") }
    case .modified:
      guard let old else { return note("\(event.object.name) is changed, and was not there") }
      compare(old, event.object)
    case .deleted: if old == nil { note("\(event.object.name) is deleted, and was not there") }
    case .bookmark, .error: break
    }
  }

  /// What no change of a pod may do.
  private func compare(_ old: Pod, _ new: Pod) {
    let name = "\(new.name) (\(new.uid.prefix(8)))"
    if old.uid != new.uid { note("\(name) was \(old.uid.prefix(8)) a moment ago") }
    if old.metadata.deletionTimestamp != nil, new.metadata.deletionTimestamp == nil { note("\(name) is to live again") }
    if let node = old.spec.nodeName, node != new.spec.nodeName { note("\(name) has moved") }
    if let phase = old.status.phase, phase == "Succeeded" || phase == "Failed", new.status.phase != phase {
      note("\(name) was \(phase) and is \(new.status.phase ?? "nothing")")
    }
    for status in old.status.containerStatuses + old.status.initContainerStatuses {
      let now = (new.status.containerStatuses + new.status.initContainerStatuses).first { $0.name == status.name }
      if (now?.restartCount ?? 0) < (status.restartCount ?? 0) {
        note("\(name): \(status.name ?? "") had \(status.restartCount ?? 0) restarts and has \(now?.restartCount ?? 0)")
      }
    }
  }

  // MARK: What is

  /// What is said of containers must soon be what they do.
  private func compare() async {
    for (name, most) in cluster.machines.flatMap({ $0.runtime.mostRunningAtOnce.sorted { $0.key < $1.key } })
    where most > 1 {
      note("container \(name) ran \(most) times at once")
    }
    var present: Set<String> = []
    for machine in cluster.machines {
      guard let inventory = try? await machine.runtime.inventory() else { continue }
      present.formUnion(differences(inventory, on: machine.configuration.nodeName))
    }
    let now = cluster.world.now
    let patience = Self.patience.components.seconds * 1_000_000_000
    let (since, trouble) = (state.withLock(\.differences), cluster.lastTrouble)
    let areAllAlive = cluster.components.allSatisfy(cluster.isAlive)
    for difference in present.sorted() {
      let begin = max(since[difference] ?? now, trouble)
      if areAllAlive, now - begin > patience { note("for \(Self.patience): \(difference)") }
    }
    state.withLock { state in
      state.differences = Dictionary(uniqueKeysWithValues: present.map { ($0, state.differences[$0] ?? now) })
    }
  }

  private func differences(_ inventory: Inventory, on node: String) -> [String] {
    var differences: [String] = []
    let running = Set(inventory.containers.filter(\.isRunning).map { "podium://\($0.spec.id)" })
    var told: Set<String> = []
    for pod in pods where pod.spec.nodeName == node {
      for status in pod.status.containerStatuses + pod.status.initContainerStatuses {
        guard status.state.running != nil || status.ready == true && status.state.terminated == nil else { continue }
        told.insert(status.containerID ?? "")
        if !running.contains(status.containerID ?? "") {
          differences.append("\(pod.name)/\(status.name ?? "") is told to run, and does not")
        }
      }
      let isReady = pod.status.conditions.contains { $0.type == "Ready" && $0.status == "True" }
      if isReady, !pod.status.containerStatuses.allSatisfy({ running.contains($0.containerID ?? "") }) {
        differences.append("\(pod.name) is told to be ready, and is not")
      }
    }
    for id in running.subtracting(told) { differences.append("container \(id) runs, and nobody says so") }
    return differences
  }
}

extension ContainerRecord {
  var isRunning: Bool { if case .running = state { true } else { false } }
}
