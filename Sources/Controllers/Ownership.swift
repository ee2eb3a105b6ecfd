internal import KubernetesAPI

/// What the garbage collector knows of an object: who it is, whom it belongs to, and what holds it.
struct OwnedObject: Sendable, Equatable {
  static let orphanFinalizer = "orphan"
  static let foregroundFinalizer = "foregroundDeletion"

  let place: ObjectPlace
  var metadata: ObjectMeta

  var uid: String { metadata.uid ?? "" }
  var isBeingDeleted: Bool { metadata.deletionTimestamp != nil }
  /// Waits until its dependents have been told that they have lost their owner.
  var isOrphaning: Bool { isBeingDeleted && metadata.finalizers.contains(Self.orphanFinalizer) }
  /// Waits until its dependents have gone.
  var isDeletingDependents: Bool { isBeingDeleted && metadata.finalizers.contains(Self.foregroundFinalizer) }

  func blocks(_ owner: String) -> Bool {
    metadata.ownerReferences.contains { $0.uid == owner && $0.blockOwnerDeletion == true }
  }
}

/// Where an object of any kind is found.
struct ObjectPlace: Hashable, Sendable {
  let resource: Resource
  let namespace: String?
  let name: String

  static func == (left: ObjectPlace, right: ObjectPlace) -> Bool {
    left.name == right.name && left.namespace == right.namespace
      && left.resource.qualifiedName == right.resource.qualifiedName
      && left.resource.version == right.resource.version
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(namespace)
    hasher.combine(resource.qualifiedName)
  }
}

/// All objects of the cluster by their identities, with the links between them.
struct Ownership: Sendable {
  private var objects: [String: OwnedObject] = [:]
  private var dependentsByOwner: [String: Set<String>] = [:]

  subscript(uid: String) -> OwnedObject? { objects[uid] }

  /// What belongs to an object, whether that is there or not, in no particular order.
  func dependents(of owner: String) -> [OwnedObject] {
    (dependentsByOwner[owner] ?? []).compactMap { objects[$0] }
  }

  /// Takes in what an object is now; answers the identities of those whose case is to be looked at.
  mutating func set(_ object: OwnedObject) -> Set<String> {
    unlink(object.uid)
    objects[object.uid] = object
    for owner in object.metadata.ownerReferences { dependentsByOwner[owner.uid ?? "", default: []].insert(object.uid) }
    let owners = object.metadata.ownerReferences.compactMap(\.uid)
    var news: Set<String> = []
    if object.isOrphaning || object.isDeletingDependents || owners.contains(where: { objects[$0] == nil }) {
      news.insert(object.uid)
    }
    // What waits for this object may wait no longer, or has been waiting without knowing of it.
    for owner in owners where objects[owner]?.isDeletingDependents == true { news.formUnion([owner, object.uid]) }
    return news
  }

  /// Takes out an object that is gone; answers the identities of those whose case is to be looked at.
  mutating func remove(_ uid: String) -> Set<String> {
    guard let object = objects[uid] else { return [] }
    unlink(uid)
    objects[uid] = nil
    let waiting = object.metadata.ownerReferences.compactMap(\.uid).filter {
      objects[$0]?.isDeletingDependents == true
    }
    return (dependentsByOwner[uid] ?? []).union(waiting)
  }

  private mutating func unlink(_ uid: String) {
    for owner in objects[uid]?.metadata.ownerReferences.compactMap(\.uid) ?? [] {
      dependentsByOwner[owner]?.remove(uid)
      if dependentsByOwner[owner]?.isEmpty == true { dependentsByOwner[owner] = nil }
    }
  }
}

/// How an owner is, when the question is whether what belongs to it may go.
enum OwnerState: Sendable, Equatable {
  case present
  /// Present until its dependents have gone.
  case waiting
  case absent
}

/// What is to be done about one object.
enum GarbageDecision: Sendable, Equatable {
  case nothing
  /// Tell these that they belong to it no more, then let it go.
  case orphan([String])
  /// Look at these, which it waits for.
  case wait([String])
  case release(finalizer: String)
  /// Some owners are gone; others keep it.
  case dropOwners([String])
  /// Nobody keeps it any more. What waits in a circle is told to wait no longer.
  case delete(propagation: String, unblocking: Bool)

  /// - Parameter owners: How each of the object's owners is, by identity.
  static func about(
    _ object: OwnedObject, owners: [String: OwnerState], dependents: [OwnedObject]
  ) -> GarbageDecision {
    if object.isOrphaning { return .orphan(dependents.map(\.uid)) }
    if object.isDeletingDependents {
      let blocking = dependents.filter { $0.blocks(object.uid) }
      if blocking.isEmpty { return .release(finalizer: OwnedObject.foregroundFinalizer) }
      return .wait(blocking.filter { !$0.isDeletingDependents }.map(\.uid))
    }
    if object.isBeingDeleted || owners.isEmpty { return .nothing }
    let leaving = owners.filter { $0.value != .present }.keys.sorted()
    if leaving.isEmpty { return .nothing }
    if leaving.count < owners.count { return .dropOwners(leaving) }
    if owners.values.contains(.waiting) && !dependents.isEmpty {
      return .delete(
        propagation: "Foreground", unblocking: dependents.contains { $0.isDeletingDependents })
    }
    let finalizers = object.metadata.finalizers
    if finalizers.contains(OwnedObject.orphanFinalizer) { return .delete(propagation: "Orphan", unblocking: false) }
    if finalizers.contains(OwnedObject.foregroundFinalizer) {
      return .delete(propagation: "Foreground", unblocking: false)
    }
    return .delete(propagation: "Background", unblocking: false)
  }
}
