internal import ClusterClient
internal import ContainerRuntime
internal import ControlLoop
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Registers the node and keeps its status fresh.
struct NodeKeeper: Sendable {
  let context: KubeletContext

  func run() async {
    var description = NodeDescription(configuration: context.configuration, facts: context.facts)
    description.runtimeVersion = context.runtime.version
    record(.normal("Starting", "Starting kubelet."))
    var isAnnounced = false
    while !Task.isCancelled {
      description.images = (try? await context.runtime.listImages()) ?? []
      if let (node, isNew) = try? await register(description) {
        if !isAnnounced {
          isAnnounced = true
          announce()
        }
        var status = description.status(now: context.time.now())
        status.keepTransitions(of: node.status)
        let isTold = await patch(status)
        if isTold, isNew || !node.isReady { record(status: "NodeReady") }
        // Whoever looks for it sees the last renewal; a missed one is made up for at the next heartbeat.
        _ = try? await context.client.update(NodeLease.lease(of: node, now: context.time.now()))
      }
      do { try await context.time.sleep(for: context.configuration.heartbeatInterval) } catch { return }
    }
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
      do throws(StatusError) {
        do throws(StatusError) {
          return (try await context.client.get(Node.self, context.configuration.nodeName), false)
        } catch {
          guard error.isNotFound else { throw error }
          return (try await context.client.create(description.node(now: context.time.now())), true)
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
