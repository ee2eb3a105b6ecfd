internal import ClusterClient
internal import ControlLoop
internal import KubernetesAPI

/// Keeps an object of one name in every namespace, as it is wanted there.
final class NamespaceFurnisher<Object: NamedObject & Equatable>: Sendable {
  private let client: ClusterClient
  private let name: String
  private let wanted: @Sendable (Object) -> Object
  private let namespaces: Mirror<Namespace>
  private let furniture: Mirror<Object>
  /// Names of namespaces.
  private let queue: ReconcileLoop<String>

  /// - Parameter wanted: What the object has to be, from what it is or from an empty one.
  init(
    _ client: ClusterClient, name: String, time: any TimeSource, wanted: @escaping @Sendable (Object) -> Object
  ) {
    self.client = client
    self.name = name
    self.wanted = wanted
    namespaces = Mirror(client)
    furniture = Mirror(client, Selection(fieldSelector: "metadata.name=\(name)"))
    queue = ReconcileLoop(width: 4, time: time)
  }

  /// Works until cancelled.
  func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { [self] in
        try await namespaces.run { key, _, new in
          if new != nil { self.queue.add(key.name) }
        }
      }
      group.addTask { [self] in
        try await furniture.run { key, _, _ in self.queue.add(key.namespace) }
      }
      group.addTask { [self] in
        await furniture.waitUntilFilled()
        await queue.run { name in await self.furnish(name) }
      }
    }
  }

  private func furnish(_ room: String) async -> Outcome {
    guard let namespace = namespaces[ObjectKey(name: room)], namespace.metadata.deletionTimestamp == nil else {
      return .done
    }
    do {
      if let present = furniture[ObjectKey(namespace: room, name: name)] {
        let wanted = wanted(present)
        if wanted != present { _ = try await client.update(wanted) }
      } else {
        var object = Object()
        object.metadata = ObjectMeta(name: name, namespace: room)
        _ = try await client.create(wanted(object))
      }
      return .done
    } catch {
      return error.endsFurnishing ? .done : .failed
    }
  }
}

extension StatusError {
  /// What is to be there is there, or the namespace is going.
  fileprivate var endsFurnishing: Bool {
    isAlreadyExists || isNotFound || (status.details?.causes.contains { $0.reason == "NamespaceTerminating" } ?? false)
  }
}
