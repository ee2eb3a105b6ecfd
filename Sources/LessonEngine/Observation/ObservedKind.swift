internal import ClusterClient
internal import KubernetesAPI

/// A kind of object that sentences and expected objects can name, and how it is followed.
public struct ObservedKind: Sendable, Hashable, CustomStringConvertible {
  public let name: String
  let resource: Resource
  let makeFollower: @Sendable (_ client: ClusterClient, _ namespace: String) -> KindFollower

  public static let pod = ObservedKind(Pod.self)
  static let all: [ObservedKind] = [
    .pod, ObservedKind(Deployment.self), ObservedKind(ReplicaSet.self), ObservedKind(DaemonSet.self),
    ObservedKind(Job.self), ObservedKind(Service.self), ObservedKind(ConfigMap.self), ObservedKind(Secret.self),
    ObservedKind(ServiceAccount.self), ObservedKind(Node.self),
  ]
  /// Those of which a namespace has its own.
  static let ofNamespaces = Set(all.filter(\.resource.isNamespaced))

  private init<Object: NamedObject>(_ type: Object.Type) {
    name = type.resource.kind
    resource = type.resource
    makeFollower = { client, namespace in
      let mirror = Mirror<Object>(client, namespace: type.resource.isNamespaced ? namespace : nil)
      return KindFollower(
        resource: type.resource,
        follow: { note, noteRefusal in
          try await mirror.run(
            onChange: { key, old, new in
              note(Sighting(kind: type.resource.kind, name: key.name, uid: (new ?? old)?.uid ?? "", object: new))
            }, onRefusal: noteRefusal)
        },
        waitUntilAnswered: { await mirror.waitUntilAnswered() })
    }
  }

  /// As a sentence says it: `pod`, `Pod` or `pods`.
  init(word: String) throws(SentenceError) {
    let wanted = word.lowercased()
    guard let kind = Self.all.first(where: { $0.resource.singular == wanted || $0.resource.plural == wanted }) else {
      let known = Self.all.map(\.resource.singular).joined(separator: ", ")
      throw SentenceError(description: "\"\(word)\" is no kind of object that can be watched: expected one of \(known)")
    }
    self = kind
  }

  /// As commands and sentences call it.
  var word: String { resource.singular }

  public var description: String { name }
  public static func == (left: ObservedKind, right: ObservedKind) -> Bool { left.name == right.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// Follows the objects of one kind.
struct KindFollower: Sendable {
  let resource: Resource
  let follow:
    @Sendable (
      _ note: @escaping @Sendable (Sighting) -> Void, _ noteRefusal: @escaping @Sendable (StatusError?) -> Void
    ) async throws -> Void
  /// Returns when what is there is known, or when it is known that it may not be listed.
  let waitUntilAnswered: @Sendable () async -> Void
}
