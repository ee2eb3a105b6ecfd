public import ClusterClient
public import ControlLoop
internal import KubernetesAPI

/// Sees to it that every namespace has an account called `default`, which pods speak as that name no other.
public final class ServiceAccountController: Sendable {
  private let client: ClusterClient
  private let namespaces: Mirror<Namespace>
  private let accounts: Mirror<ServiceAccount>
  /// Names of namespaces.
  private let queue: ReconcileLoop<String>

  public init(client: ClusterClient, time: any TimeSource = SystemTime()) {
    self.client = client
    namespaces = Mirror(client)
    accounts = Mirror(client, Selection(fieldSelector: "metadata.name=default"))
    queue = ReconcileLoop(width: 4, time: time)
  }

  /// Works until cancelled.
  public func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { [self] in
        try await namespaces.run { key, _, new in
          if new != nil { self.queue.add(key.name) }
        }
      }
      group.addTask { [self] in
        try await accounts.run { key, _, new in
          if new == nil { self.queue.add(key.namespace) }
        }
      }
      group.addTask { [self] in
        await accounts.waitUntilFilled()
        await queue.run { name in await self.furnish(name) }
      }
    }
  }

  private func furnish(_ name: String) async -> Outcome {
    guard let namespace = namespaces[ObjectKey(name: name)], namespace.takesNewObjects else { return .done }
    if accounts[ObjectKey(namespace: name, name: "default")] != nil { return .done }
    var account = ServiceAccount()
    account.metadata = ObjectMeta(name: "default", namespace: name)
    do {
      _ = try await client.create(account)
      return .done
    } catch {
      return error.endsFurnishing ? .done : .failed
    }
  }
}

extension Namespace {
  var takesNewObjects: Bool { metadata.deletionTimestamp == nil }
}

extension StatusError {
  /// What is to be there is there, or the namespace is going.
  var endsFurnishing: Bool {
    isAlreadyExists || isNotFound || (status.details?.causes.contains { $0.reason == "NamespaceTerminating" } ?? false)
  }
}
