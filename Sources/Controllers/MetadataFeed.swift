internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Follows the metadata of all objects of a kind, whichever kind that is.
struct MetadataFeed: Sendable {
  private static let accept =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

  let client: ClusterClient
  let resource: Resource
  let pause: @Sendable (Duration) async throws -> Void

  enum News: Sendable {
    /// All that there is, first of all and after a gap.
    case all([OwnedObject])
    case changed(OwnedObject)
    case gone(uid: String)
  }

  /// Follows until cancelled, over whatever breaks in between.
  func run(_ tell: @Sendable (News) -> Void) async throws {
    var delay = Duration.milliseconds(50)
    while true {
      try Task.checkCancellation()
      do {
        let list = try await read()
        tell(.all((list["items"]?.listValue ?? []).compactMap(object)))
        delay = .milliseconds(50)
        try await follow(after: list["metadata"]?["resourceVersion"]?.stringValue ?? "", tell)
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        try await pause(delay)
        delay = min(delay * 2, .seconds(2))
      }
    }
  }

  private func read() async throws -> Document {
    try Document.parse(json: try await client.send("GET", resource.path(), accept: Self.accept))
  }

  private func follow(after resourceVersion: String, _ tell: (News) -> Void) async throws {
    var revision = resourceVersion
    while true {
      let query = [
        QueryItem("watch", "true"), QueryItem("resourceVersion", revision), QueryItem("allowWatchBookmarks", "true"),
      ]
      let lines = DocumentLines(
        try await client.stream("GET", resource.path(), query: query, accept: Self.accept))
      defer { lines.cancel() }
      for try await line in lines {
        guard let document = line["object"] else { continue }
        if line["type"] == "ERROR" { throw StatusError(Status.decode(document).value) }
        revision = document["metadata"]?["resourceVersion"]?.stringValue ?? revision
        guard line["type"] != "BOOKMARK", let object = object(document) else { continue }
        tell(line["type"] == "DELETED" ? .gone(uid: object.uid) : .changed(object))
      }
      // A server that ends watches at once is not asked in a hot loop.
      try await pause(.milliseconds(10))
    }
  }

  private func object(_ document: Document) -> OwnedObject? {
    let metadata = ObjectMeta.decode(document["metadata"] ?? .null).value
    guard let name = metadata.name, metadata.uid != nil else { return nil }
    return OwnedObject(resource: resource, name: name, metadata)
  }
}

extension OwnedObject {
  /// Without what the garbage collector does not ask for, since there is one of these for every object.
  init(resource: Resource, name: String, _ metadata: ObjectMeta) {
    var kept = ObjectMeta()
    kept.uid = metadata.uid
    kept.resourceVersion = metadata.resourceVersion
    kept.deletionTimestamp = metadata.deletionTimestamp
    kept.ownerReferences = metadata.ownerReferences
    kept.finalizers = metadata.finalizers
    self.init(place: ObjectPlace(resource: resource, namespace: metadata.namespace, name: name), metadata: kept)
  }
}
