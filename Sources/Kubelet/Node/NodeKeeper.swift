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
    let facts = MachineFacts.read()
    var description = NodeDescription(configuration: context.configuration, facts: facts)
    description.runtimeVersion = context.runtime.version
    var hasSaidStarting = false
    var wasReady: Bool?
    while !Task.isCancelled {
      description.images = (try? await context.runtime.listImages()) ?? []
      if let node = try? await register(description) {
        if !hasSaidStarting {
          hasSaidStarting = true
          record(.normal("Starting", "Starting kubelet."))
        }
        let name = context.configuration.nodeName
        let isReady = node.isReady
        var status = description.status(now: context.time.now())
        status.keepTransitions(of: node.status)
        if await patch(status), wasReady != true {
          wasReady = true
          if !isReady { record(.normal("NodeReady", "Node \(name) status is now: NodeReady")) }
        }
      }
      do { try await context.time.sleep(for: context.configuration.heartbeatInterval) } catch { return }
    }
  }

  /// The node as the API has it; made when it is not there.
  private func register(_ description: NodeDescription) async throws -> Node {
    var pause = Duration.milliseconds(50)
    while true {
      do throws(StatusError) {
        do throws(StatusError) {
          return try await context.client.get(Node.self, context.configuration.nodeName)
        } catch {
          guard error.isNotFound else { throw error }
          return try await context.client.create(description.node(now: context.time.now()))
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

  private func record(_ note: EventNote) {
    var reference = ObjectReference()
    reference.kind = "Node"
    reference.name = context.configuration.nodeName
    // Kubelets speak of their node by its name alone.
    reference.uid = context.configuration.nodeName
    context.recorder.record(reference, note)
  }
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
