public import ClusterClient
public import ControlLoop
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Empties namespaces that are being deleted, and lets them go once they are empty.
public final class NamespaceController: Sendable {
  /// What holds a namespace until this controller is done with it.
  static let finalizer = "kubernetes"

  private let client: ClusterClient
  private let time: any TimeSource
  private let namespaces: Mirror<Namespace>
  private let queue: ReconcileLoop<ObjectKey>
  /// The kinds that live in namespaces and can be deleted.
  private let contents = Resource.all.filter {
    $0.isNamespaced && $0.verbs.contains("deletecollection") && !$0.isStoredInAnotherForm
  }

  public init(client: ClusterClient, time: any TimeSource = SystemTime()) {
    self.client = client
    self.time = time
    namespaces = Mirror(client)
    queue = ReconcileLoop(width: 4, time: time)
  }

  /// Works until cancelled.
  public func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { [self] in
        try await namespaces.run { key, _, new in
          if let new, Self.isToBeEmptied(new) { self.queue.add(key) }
        }
      }
      group.addTask { [self] in await queue.run { key in await self.empty(key) } }
    }
  }

  static func isToBeEmptied(_ namespace: Namespace) -> Bool {
    namespace.metadata.deletionTimestamp != nil && namespace.spec.finalizers.contains(finalizer)
  }

  private func empty(_ key: ObjectKey) async -> Outcome {
    guard let namespace = namespaces[key], Self.isToBeEmptied(namespace) else { return .done }
    do {
      var remains: [Remains] = []
      for resource in contents {
        _ = try await client.send(
          "DELETE", resource.path(namespace: key.name), query: [QueryItem("propagationPolicy", "Background")])
        remains.append(try await self.remains(of: resource, in: key.name))
      }
      guard remains.contains(where: { $0.count > 0 }) else {
        try await finalize(namespace)
        return .done
      }
      try await report(remains, of: namespace)
      // Pods take their time to end, and nobody tells when a finalizer is gone.
      return .again(after: .seconds(1))
    } catch {
      return error.isNotFound ? .done : .failed
    }
  }

  private func remains(of resource: Resource, in namespace: String) async throws(StatusError) -> Remains {
    let answer = try await client.send(
      "GET", resource.path(namespace: namespace),
      accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
    guard let items = (try? Document.parse(json: answer))?["items"]?.listValue else {
      throw StatusError.internalError("the list of \(resource.plural) in \(namespace) cannot be read")
    }
    var finalizers: [String: Int] = [:]
    for item in items {
      for finalizer in item["metadata"]?["finalizers"]?.listValue ?? [] {
        finalizers[finalizer.stringValue ?? "", default: 0] += 1
      }
    }
    return Remains(resource: resource.remainsName, count: items.count, finalizers: finalizers)
  }

  private func finalize(_ namespace: Namespace) async throws(StatusError) {
    var namespace = namespace
    namespace.spec.finalizers.removeAll { $0 == Self.finalizer }
    namespace.metadata.resourceVersion = nil
    _ = try await client.send(
      "PUT", Namespace.resource.path(name: namespace.name, subresource: "finalize"),
      body: namespace.typed().document().json())
  }

  private func report(_ remains: [Remains], of namespace: Namespace) async throws(StatusError) {
    var changed = namespace
    changed.status.conditions = Remains.conditions(
      remains, since: namespace.status.conditions, now: time.now().toTheSecond)
    if changed.status == namespace.status { return }
    changed.metadata.resourceVersion = nil
    _ = try await client.updateStatus(changed)
  }
}

/// What is still there of one kind in a namespace that is to be emptied.
struct Remains: Equatable {
  var resource: String
  var count: Int
  /// How many of them each finalizer holds.
  var finalizers: [String: Int] = [:]

  /// How a terminating namespace says what it waits for.
  static func conditions(
    _ all: [Remains], since before: [NamespaceCondition], now: Timestamp
  ) -> [NamespaceCondition] {
    let left = all.filter { $0.count > 0 }
    let contents = left.map { "\($0.resource) has \($0.count) resource instances" }
    let held = left.reduce(into: [:]) { $0.merge($1.finalizers, uniquingKeysWith: +) }.sorted { $0.key < $1.key }
      .map { "\($0.key) in \($0.value) resource instances" }
    let states: [(type: String, status: Bool, reason: String, message: String)] = [
      (
        "NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered"
      ),
      (
        "NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
        "All legacy kube types successfully parsed"
      ),
      (
        "NamespaceDeletionContentFailure", false, "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization"
      ),
      (
        "NamespaceContentRemaining", !contents.isEmpty, contents.isEmpty ? "ContentRemoved" : "SomeResourcesRemain",
        contents.isEmpty
          ? "All content successfully removed" : "Some resources are remaining: \(contents.joined(separator: ", "))"
      ),
      (
        "NamespaceFinalizersRemaining", !held.isEmpty, held.isEmpty ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
        held.isEmpty
          ? "All content-preserving finalizers finished"
          : "Some content in the namespace has finalizers remaining: \(held.joined(separator: ", "))"
      ),
    ]
    return states.map { state in
      var condition = NamespaceCondition()
      condition.type = state.type
      condition.status = state.status ? "True" : "False"
      condition.reason = state.reason
      condition.message = state.message
      condition.lastTransitionTime = now
      if let old = before.first(where: { $0.type == state.type }), old.status == condition.status {
        condition.lastTransitionTime = old.lastTransitionTime
      }
      return condition
    }
  }
}

extension Resource {
  /// `pods.`, `deployments.apps`: the group stands behind a dot even if it has no name.
  fileprivate var remainsName: String { "\(plural).\(group)" }
}
