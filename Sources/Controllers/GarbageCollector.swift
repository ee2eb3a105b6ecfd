public import ClusterClient
public import ControlLoop
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// Deletes what belonged to objects that are gone, and does before what the deletion of an object asks for: lets its
/// dependents go first, or tells them that they belong to nobody.
public final class GarbageCollector: Sendable {
  private let client: ClusterClient
  private let feeds: [MetadataFeed]
  private let queue: ReconcileLoop<String>
  // A lock, because the feeds' callbacks write here.
  private let known = Mutex(Ownership())
  private let listed = Mutex<[String: Set<String>]>([:])

  public init(client: ClusterClient, time: any TimeSource = SystemTime()) {
    self.client = client
    queue = ReconcileLoop(width: 8, time: time)
    feeds = Resource.all
      .filter { $0.verbs.contains("delete") && $0.verbs.contains("watch") && $0.dependents != .ignored }
      .map { MetadataFeed(client: client, resource: $0) { try await time.sleep(for: $0) } }
  }

  /// Works until cancelled.
  public func run() async throws {
    let (filled, isFilled) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    try await withThrowingDiscardingTaskGroup { group in
      for feed in feeds {
        group.addTask { [self] in
          try await feed.run { news in
            self.take(news, of: feed.resource)
            if self.listed.withLock(\.count) == self.feeds.count { isFilled.yield() }
          }
        }
      }
      group.addTask { [self] in
        // Who is missing can only be said when everybody has been counted.
        for await _ in filled { break }
        await queue.run { uid in await self.look(at: uid) }
      }
    }
  }

  private func take(_ news: MetadataFeed.News, of resource: Resource) {
    var cases: Set<String> = []
    let name = "\(resource.apiVersion)/\(resource.plural)"
    known.withLock { known in
      listed.withLock { listed in
        switch news {
        case .changed(let object):
          listed[name, default: []].insert(object.uid)
          cases = known.set(object)
        case .gone(let uid):
          listed[name]?.remove(uid)
          cases = known.remove(uid)
        case .all(let objects):
          let present = Set(objects.map(\.uid))
          for uid in (listed[name] ?? []).subtracting(present) { cases.formUnion(known.remove(uid)) }
          for object in objects { cases.formUnion(known.set(object)) }
          listed[name] = present
        }
      }
    }
    for uid in cases { queue.add(uid) }
  }

  // MARK: One case

  private func look(at uid: String) async -> Outcome {
    let (object, dependents) = known.withLock { ($0[uid], $0.dependents(of: uid)) }
    guard let object else { return .done }
    do {
      let owners = object.isBeingDeleted ? [:] : try await states(of: object)
      switch GarbageDecision.about(object, owners: owners, dependents: dependents) {
      case .nothing: break
      case .wait(let uids): for uid in uids { queue.add(uid) }
      case .orphan:
        for dependent in dependents { try await drop([uid], from: dependent) }
        try await release(object, OwnedObject.orphanFinalizer)
      case .release(let finalizer): try await release(object, finalizer)
      case .dropOwners(let uids): try await drop(uids, from: object)
      case .delete(let propagation, let isUnblocking):
        if isUnblocking { try await unblock(object) }
        try await delete(object, propagation)
      }
      return .done
    } catch {
      // Gone, or changed, in which case the news of it is on its way.
      return error.isNotFound ? .done : error.isConflict ? .again(after: .milliseconds(50)) : .failed
    }
  }

  private func states(of object: OwnedObject) async throws(StatusError) -> [String: OwnerState] {
    var states: [String: OwnerState] = [:]
    for owner in object.metadata.ownerReferences {
      let uid = owner.uid ?? ""
      if let known = known.withLock({ $0[uid] }) {
        states[uid] = known.isDeletingDependents ? .waiting : .present
      } else {
        states[uid] = try await isThere(owner, of: object) ? .present : .absent
      }
    }
    return states
  }

  /// Asks the server, since news of an owner may come later than that of what belongs to it.
  private func isThere(_ owner: OwnerReference, of object: OwnedObject) async throws(StatusError) -> Bool {
    // Of a kind that is not served here nobody can say that it is gone; nor of an owner in some namespace or other.
    guard let resource = Resource.find(apiVersion: owner.apiVersion ?? "", kind: owner.kind ?? ""),
      !resource.isNamespaced || object.place.namespace != nil
    else { return true }
    do {
      let answer = try await client.send(
        "GET", resource.path(namespace: object.place.namespace, name: owner.name ?? ""))
      return (try? Document.parse(json: answer))?["metadata"]?["uid"]?.stringValue == owner.uid
    } catch {
      if error.isNotFound { return false }
      throw error
    }
  }

  // MARK: Deeds

  private func delete(_ object: OwnedObject, _ propagation: String) async throws(StatusError) {
    var options = DeleteOptions()
    options.propagationPolicy = propagation
    options.preconditions = Preconditions()
    options.preconditions?.uid = object.uid
    // Somebody may have adopted it since.
    options.preconditions?.resourceVersion = object.metadata.resourceVersion
    _ = try await client.send("DELETE", object.place.path, body: options.document().json())
  }

  private func release(_ object: OwnedObject, _ finalizer: String) async throws(StatusError) {
    let kept = object.metadata.finalizers.filter { $0 != finalizer }
    try await patch(object, ["finalizers": .list(kept.map { .string($0) })])
  }

  private func drop(_ owners: [String], from object: OwnedObject) async throws(StatusError) {
    let kept = object.metadata.ownerReferences.filter { !owners.contains($0.uid ?? "") }
    try await patch(object, ["ownerReferences": .list(kept.map { $0.document() })])
  }

  private func unblock(_ object: OwnedObject) async throws(StatusError) {
    let references = object.metadata.ownerReferences.map { owner in
      var owner = owner
      owner.blockOwnerDeletion = false
      return owner.document()
    }
    try await patch(object, ["ownerReferences": .list(references)])
  }

  /// Changes the very state that was looked at, and no other.
  private func patch(_ object: OwnedObject, _ changes: Document) async throws(StatusError) {
    var metadata = changes
    metadata["uid"] = .string(object.uid)
    metadata["resourceVersion"] = object.metadata.resourceVersion.map { .string($0) }
    _ = try await client.send(
      "PATCH", object.place.path, contentType: PatchType.merge.rawValue,
      body: Document.map(DocumentMap([("metadata", metadata)])).json())
  }
}

extension ObjectPlace {
  fileprivate var path: String { resource.path(namespace: namespace, name: name) }
}
