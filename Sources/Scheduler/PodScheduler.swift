public import ClusterClient
public import ControlLoop
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// Finds a node for every pod that has none, and tells why when there is none to be found.
public final class PodScheduler: Sendable {
  public static let name = "default-scheduler"
  /// How long a pod waits before it is looked at again although nothing happened. What happened meanwhile and changed
  /// nothing for the pod is no reason to say the same again.
  private static let patience = Duration.seconds(300)

  private let client: ClusterClient
  private let time: any TimeSource
  private let recorder: EventRecorder
  private let pods: Mirror<Pod>
  private let nodes: Mirror<Node>
  private let namespaces: Mirror<Namespace>
  private let queue: ReconcileLoop<ObjectKey>
  // A lock, because the mirror's callbacks look at it, too.
  private let memory = Mutex(Memory())

  private struct Memory {
    /// Where pods are going, by uid, until the mirror shows them there.
    var assumed: [String: (node: String, pod: Pod)] = [:]
    /// Pods for which there was no place when last looked.
    var waiting: Set<ObjectKey> = []
    /// What was last told of a pod that found no place, by uid.
    var told: [String: (message: String, at: Timestamp)] = [:]
  }

  /// - Parameter host: The name of the machine, as events tell it.
  public init(client: ClusterClient, host: String, time: any TimeSource = SystemTime()) {
    self.client = client
    self.time = time
    recorder = EventRecorder(client: client, component: Self.name, host: host, form: .series, time: time)
    pods = Mirror(client) { try await time.sleep(for: $0) }
    nodes = Mirror(client) { try await time.sleep(for: $0) }
    namespaces = Mirror(client) { try await time.sleep(for: $0) }
    queue = ReconcileLoop(time: time, backOff: BackOff(initial: .seconds(1), maximum: .seconds(10)))
  }

  /// Schedules until cancelled.
  public func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { [self] in await recorder.run() }
      group.addTask { [self] in try await pods.run { key, old, new in self.podChanged(key, old, new) } }
      group.addTask { [self] in try await nodes.run { _, old, new in self.nodeChanged(old, new) } }
      group.addTask { [self] in try await namespaces.run { _, old, new in self.namespaceChanged(old, new) } }
      group.addTask { [self] in
        await pods.waitUntilFilled()
        await nodes.waitUntilFilled()
        await namespaces.waitUntilFilled()
        await queue.run { key in await self.schedule(key) }
      }
    }
  }

  // MARK: What happens in the cluster

  private func podChanged(_ key: ObjectKey, _ old: Pod?, _ new: Pod?) {
    guard let new else {
      memory.withLock { memory in
        memory.waiting.remove(key)
        if let old {
          memory.assumed[old.uid] = nil
          memory.told[old.uid] = nil
        }
      }
      // Its place is free again.
      if old.map({ !($0.spec.nodeName ?? "").isEmpty }) ?? true { retryWaiting() }
      return
    }
    if let node = new.spec.nodeName, !node.isEmpty {
      memory.withLock { memory in
        memory.assumed[new.uid] = nil
        memory.told[new.uid] = nil
      }
      let hasEnded = new.hasEnded && !(old?.hasEnded ?? true)
      if hasEnded { retryWaiting() }
    } else if new.isToBeScheduled, old?.spec != new.spec || old?.uid != new.uid {
      queue.add(key)
    }
  }

  private func nodeChanged(_ old: Node?, _ new: Node?) {
    guard let new else { return }
    let isNews =
      old.map { old in
        old.spec != new.spec || old.metadata.labels != new.metadata.labels || old.isReady != new.isReady
          || old.status.allocatable != new.status.allocatable
      } ?? true
    if isNews { retryWaiting() }
  }

  /// Pods may choose their neighbours by the labels of namespaces.
  private func namespaceChanged(_ old: Namespace?, _ new: Namespace?) {
    if let new, old?.metadata.labels != new.metadata.labels { retryWaiting() }
  }

  private func retryWaiting() {
    let waiting = memory.withLock { memory in
      defer { memory.waiting = [] }
      return memory.waiting
    }
    for key in waiting { queue.add(key) }
  }

  // MARK: One pod

  private func schedule(_ key: ObjectKey) async -> Outcome {
    guard let pod = pods[key], pod.isToBeScheduled, memory.withLock({ $0.assumed[pod.uid] == nil }) else {
      return .done
    }
    switch Placement.decide(pod, in: snapshot()) {
    case .node(let node):
      memory.withLock { $0.assumed[pod.uid] = (node, pod) }
      do throws(StatusError) {
        try await client.bind(pod, to: node)
      } catch {
        memory.withLock { $0.assumed[pod.uid] = nil }
        return error.isNotFound || error.isConflict ? .done : .failed
      }
      let message = "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)"
      recorder.record(pod.reference(), EventNote(.normal, "Scheduled", message, action: "Binding"))
      return .done
    case .nowhere(let message):
      let now = time.now()
      let isNews = memory.withLock { memory in
        memory.waiting.insert(key)
        if let told = memory.told[pod.uid], told.message == message, now - told.at < Self.patience { return false }
        memory.told[pod.uid] = (message, now)
        return true
      }
      if isNews {
        recorder.record(pod.reference(), EventNote(.warning, "FailedScheduling", message, action: "Scheduling"))
        await tell(pod, message)
      }
      // Something may have been missed that nobody told of.
      return .again(after: Self.patience)
    }
  }

  private func snapshot() -> Surroundings {
    var placed: [String: [Pod]] = [:]
    var seen: Set<String> = []
    for pod in pods.objects where !pod.hasEnded {
      guard let node = pod.spec.nodeName, !node.isEmpty else { continue }
      placed[node, default: []].append(pod)
      seen.insert(pod.uid)
    }
    let assumed = memory.withLock(\.assumed)
    for (uid, (node, pod)) in assumed where !seen.contains(uid) { placed[node, default: []].append(pod) }
    let states = nodes.objects.sorted { $0.name < $1.name }.map { NodeState($0, pods: placed[$0.name] ?? []) }
    let labels = namespaces.objects.map { ($0.name, $0.metadata.labels) }
    return Surroundings(nodes: states, namespaceLabels: Dictionary(labels) { $1 })
  }

  /// Writes the reason into the pod's condition.
  private func tell(_ pod: Pod, _ message: String) async {
    var condition = PodCondition()
    condition.type = "PodScheduled"
    condition.status = "False"
    condition.reason = "Unschedulable"
    condition.message = message
    let before = pod.status.conditions.first { $0.type == condition.type }
    if before?.status == "False" && before?.message == message { return }
    condition.lastTransitionTime = before?.status == "False" ? before?.lastTransitionTime : time.now().toTheSecond
    let others = pod.status.conditions.filter { $0.type != condition.type }
    let patch: Document = ["status": ["conditions": .list((others + [condition]).map { $0.document() })]]
    // The event says it as well; the next try writes it again.
    _ = try? await client.patch(Pod.self, pod.name, namespace: pod.namespace, subresource: "status", .merge, patch)
  }
}

extension Pod {
  fileprivate var hasEnded: Bool { status.phase == "Succeeded" || status.phase == "Failed" }

  fileprivate var isToBeScheduled: Bool {
    (spec.nodeName ?? "").isEmpty && (spec.schedulerName ?? PodScheduler.name) == PodScheduler.name
      && spec.schedulingGates.isEmpty && metadata.deletionTimestamp == nil
  }
}
