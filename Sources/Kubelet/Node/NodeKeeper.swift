internal import ClusterClient
internal import ContainerRuntime
internal import ControlLoop
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Registers the node and gives its signs of life; tells its status when there is something new in it.
struct NodeKeeper: Sendable {
  /// How often the status is told although it is as it was.
  private static let reportInterval = Duration.seconds(300)

  let context: KubeletContext
  private let nodes: Mirror<Node>

  init(context: KubeletContext) {
    self.context = context
    nodes = Mirror(
      context.client, Selection(fieldSelector: "metadata.name=\(context.configuration.nodeName)"),
      pause: { [time = context.time] in try await time.sleep(for: $0) })
  }

  func run() async {
    record(.normal("Starting", "Starting kubelet."))
    await withDiscardingTaskGroup { group in
      group.addTask { try? await nodes.run() }
      await nodes.waitUntilFilled()
      await keep()
      group.cancelAll()
    }
  }

  private func keep() async {
    var description = NodeDescription(configuration: context.configuration, facts: context.facts)
    description.runtimeVersion = context.runtime.version
    var isAnnounced = false
    var told: (status: NodeStatus, at: Timestamp)?
    while !Task.isCancelled {
      description.images = (try? await context.runtime.listImages()) ?? []
      if let (node, isNew) = try? await register(description) {
        if !isAnnounced {
          isAnnounced = true
          announce()
        }
        var status = description.status(now: context.time.now())
        status.keepTransitions(of: node.status)
        let isNews = isNew || !status.says(node.status) || told.map { !status.says($0.status) } ?? true
        if isNews || told.map({ context.time.now() - $0.at >= Self.reportInterval }) ?? true {
          if await patch(status) {
            told = (status, context.time.now())
            if isNew || !node.isReady { record(status: "NodeReady") }
          }
        }
        await renewLease(of: node)
      }
      do { try await context.time.sleep(for: context.configuration.heartbeatInterval) } catch { return }
    }
  }

  /// Whoever looks for it sees the last renewal; a missed one is made up for at the next heartbeat.
  private func renewLease(of node: Node) async {
    do throws(StatusError) {
      _ = try await context.client.update(NodeLease.lease(of: node, now: context.time.now()))
    } catch {
      if error.isConnectionFailure { return }
    }
    await context.serverAnswered()
  }

  /// What a kubelet says of its node when it starts.
  private func announce() {
    for reason in ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"] {
      record(status: reason)
    }
    record(.normal("NodeAllocatableEnforced", "Updated Node Allocatable limit across pods"))
  }

  private func record(status reason: String) {
    record(.normal(reason, "Node \(context.configuration.nodeName) status is now: \(reason)"))
  }

  /// The node as the API has it; made when it is not there.
  private func register(_ description: NodeDescription) async throws -> (node: Node, isNew: Bool) {
    var pause = Duration.milliseconds(50)
    while true {
      if let node = nodes[ObjectKey(name: context.configuration.nodeName)] { return (node, false) }
      do throws(StatusError) {
        do throws(StatusError) {
          return (try await context.client.create(description.node(now: context.time.now())), true)
        } catch {
          // The mirror is behind.
          guard error.isAlreadyExists else { throw error }
          return (try await context.client.get(Node.self, context.configuration.nodeName), false)
        }
      } catch {
        try await context.time.sleep(for: pause)
        pause = min(pause * 2, .seconds(5))
      }
    }
  }

  private func patch(_ status: NodeStatus) async -> Bool {
    let patch: Document = ["status": status.document()]
    do throws(StatusError) {
      _ = try await context.client.patch(
        Node.self, context.configuration.nodeName, subresource: "status", .merge, patch)
      return true
    } catch {
      return false
    }
  }

  private func record(_ note: EventNote) { context.recorder.record(context.nodeReference, note) }
}

extension NodeStatus {
  /// Whether both tell the same, whenever they did.
  fileprivate func says(_ other: NodeStatus) -> Bool {
    func timeless(_ status: NodeStatus) -> NodeStatus {
      var status = status
      for index in status.conditions.indices {
        status.conditions[index].lastHeartbeatTime = nil
        status.conditions[index].lastTransitionTime = nil
      }
      return status
    }
    return timeless(self) == timeless(other)
  }

  /// A condition that has not changed keeps the time of its last change.
  fileprivate mutating func keepTransitions(of old: NodeStatus) {
    for index in conditions.indices {
      guard let before = old.conditions.first(where: { $0.type == conditions[index].type }),
        before.status == conditions[index].status
      else { continue }
      conditions[index].lastTransitionTime = before.lastTransitionTime
    }
  }
}
