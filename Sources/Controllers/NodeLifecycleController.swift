public import ClusterClient
public import ControlLoop
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// Notices nodes that have fallen silent, and moves pods away from nodes that stay so.
public final class NodeLifecycleController: Sendable {
  private let client: ClusterClient
  private let time: any TimeSource
  private let recorder: EventRecorder
  private let nodes: Mirror<Node>
  /// The nodes' signs of life: their status comes only when there is something new in it.
  private let leases: Mirror<Lease>
  private let queue: ReconcileLoop<String>
  // A lock, because the mirror's callbacks write here.
  private let heard = Mutex<[String: LastWord]>([:])

  /// A node's own clock is not trusted: what counts is when its word came, by the clock here.
  private struct LastWord {
    var heartbeat: Timestamp?
    var renewal: Timestamp?
    var at: Timestamp
  }

  public init(client: ClusterClient, time: any TimeSource = SystemTime()) {
    self.client = client
    self.time = time
    recorder = EventRecorder(client: client, component: "node-controller", host: "", time: time)
    nodes = Mirror(client) { try await time.sleep(for: $0) }
    leases = Mirror(client, namespace: "kube-node-lease") { try await time.sleep(for: $0) }
    queue = ReconcileLoop(time: time)
  }

  /// Watches until cancelled.
  public func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { [self] in await recorder.run() }
      group.addTask { [self] in try await nodes.run { key, old, new in self.nodeChanged(key.name, old, new) } }
      group.addTask { [self] in try await leases.run { _, _, new in if let new { self.leaseChanged(new) } } }
      group.addTask { [self] in
        await nodes.waitUntilFilled()
        await queue.run { name in await self.look(at: name) }
      }
    }
  }

  private func nodeChanged(_ name: String, _ old: Node?, _ new: Node?) {
    guard let new else {
      heard.withLock { $0[name] = nil }
      return
    }
    let heartbeat = new.status.conditions.first { $0.type == "Ready" }?.lastHeartbeatTime
    let now = time.now()
    let isNews = heard.withLock { heard in
      if let known = heard[name], known.heartbeat == heartbeat { return false }
      heard[name] = LastWord(heartbeat: heartbeat, renewal: heard[name]?.renewal, at: now)
      return true
    }
    if old == nil {
      record(new, .normal("RegisteredNode", "Node \(name) event: Registered Node \(name) in Controller"))
    }
    // A heartbeat alone changes nothing: the look that is due anyway will see it.
    if !isNews || old == nil || old?.isReady != new.isReady || old?.spec != new.spec { queue.add(name) }
  }

  private func leaseChanged(_ lease: Lease) {
    let now = time.now()
    heard.withLock { heard in
      // The word of a node that is not known yet is its registration.
      guard let known = heard[lease.name], known.renewal != lease.spec.renewTime else { return }
      heard[lease.name] = LastWord(heartbeat: known.heartbeat, renewal: lease.spec.renewTime, at: now)
    }
  }

  // MARK: One node

  private func look(at name: String) async -> Outcome {
    guard let node = nodes[ObjectKey(name: name)] else { return .done }
    let now = time.now()
    let silence = heard.withLock { now - ($0[name]?.at ?? now) }
    let health = NodeHealth(node, silence: silence, now: now)
    do throws(StatusError) {
      if let conditions = health.conditions {
        let patch: Document = ["status": ["conditions": .list(conditions.map { $0.document() })]]
        _ = try await client.patch(Node.self, name, subresource: "status", .merge, patch)
      }
      if let taints = health.taints {
        let patch: Document = ["spec": ["taints": .list(taints.map { $0.document() })]]
        _ = try await client.patch(Node.self, name, .merge, patch)
      }
      if health.isLost {
        record(node, .normal("NodeNotReady", "Node \(name) status is now: NodeNotReady"))
        try await markPodsNotReady(on: name)
      }
    } catch {
      return error.isNotFound ? .done : .failed
    }
    var nextLook = health.nextLook
    if health.taints == nil, node.drivesPodsAway {
      do throws(StatusError) {
        if let deadline = try await evict(from: node, now: now) { nextLook = min(nextLook, deadline - now) }
      } catch {
        return .failed
      }
      // Others may bind pods to it at any time.
      nextLook = min(nextLook, .seconds(1))
    }
    return .again(after: max(.milliseconds(100), nextLook))
  }

  /// Asked for when a node is in trouble: a copy of all pods, kept for that rare case, would cost more than all else here.
  private func pods(on node: String) async throws(StatusError) -> [Pod] {
    try await client.list(Pod.self, Selection(fieldSelector: "spec.nodeName=\(node)")).items
  }

  private func markPodsNotReady(on node: String) async throws(StatusError) {
    for pod in try await pods(on: node) {
      var conditions = pod.status.conditions
      guard let index = conditions.firstIndex(where: { $0.type == "Ready" && $0.status == "True" }) else { continue }
      conditions[index].status = "False"
      conditions[index].lastTransitionTime = time.now().toTheSecond
      recorder.record(pod.reference(), .warning("NodeNotReady", "Node is not ready"))
      let patch: Document = ["status": ["conditions": .list(conditions.map { $0.document() })]]
      do throws(StatusError) {
        _ = try await client.patch(Pod.self, pod.name, namespace: pod.namespace, subresource: "status", .merge, patch)
      } catch  where error.isNotFound {
        continue
      }
    }
  }

  /// Deletes the pods whose tolerance is over; answers when the next one's will be.
  private func evict(from node: Node, now: Timestamp) async throws(StatusError) -> Timestamp? {
    var next: Timestamp?
    for pod in try await pods(on: node.name) where pod.metadata.deletionTimestamp == nil {
      guard let deadline = TaintEviction.deadline(pod, on: node, now: now) else { continue }
      if deadline > now {
        next = min(deadline, next ?? deadline)
        continue
      }
      recorder.record(
        pod.reference(), .normal("TaintManagerEviction", "Marking for deletion Pod \(pod.namespace)/\(pod.name)"))
      var options = DeleteOptions()
      options.preconditions = Preconditions()
      options.preconditions?.uid = pod.metadata.uid
      // Whoever cannot be deleted now is seen at the next look.
      try? await client.delete(Pod.self, pod.name, namespace: pod.namespace, options)
    }
    return next
  }

  private func record(_ node: Node, _ note: EventNote) {
    var reference = ObjectReference()
    reference.apiVersion = "v1"
    reference.kind = "Node"
    reference.name = node.name
    reference.uid = node.uid
    recorder.record(reference, note)
  }
}

extension Node {
  /// Whether it is tainted so that pods have to leave it.
  fileprivate var drivesPodsAway: Bool { spec.taints.contains { $0.effect == "NoExecute" } }
}
