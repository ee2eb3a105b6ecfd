public import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import Synchronization

/// The names in a cluster, and a line about each, kept up to date by watches: completion asks here and not the server.
///
/// A kind is followed from the first question about it on.
public final class ObjectCatalogue: Sendable {
  private struct Shelf {
    var namespaces: [String: SortedObjects] = [:]
    var isFilled = false
    /// Nobody waits for a server that has just not answered.
    var isUnreachable = false
    var waiting: [AsyncStream<Void>.Continuation] = []
  }

  private let client: ClusterClient
  private let requests: AsyncStream<ResourceKind>
  private let queue: AsyncStream<ResourceKind>.Continuation
  /// By the path of the kind's list.
  private let shelves = Mutex<[String: Shelf]>([:])

  public init(_ client: ClusterClient) {
    self.client = client
    (requests, queue) = AsyncStream.makeStream()
    for resource in [Pod.resource, Namespace.resource, Node.resource] { follow(ResourceKind(resource)) }
  }

  /// Follows the cluster until it is cancelled.
  public func run() async {
    await withDiscardingTaskGroup { group in
      for await kind in requests { group.addTask { await self.keepUpToDate(kind) } }
      group.cancelAll()
    }
  }

  // MARK: Questions

  /// The objects of a kind in a namespace whose names begin so, by name; nil when they are not known in time.
  func objects(of kind: ResourceKind, namespace: String, prefix: String = "") async -> [KnownObject]? {
    follow(kind)
    await waitUntilFilled(kind)
    return shelves.withLock { shelves in
      guard let shelf = shelves[kind.path(namespace: nil)], shelf.isFilled else { return nil }
      return shelf.namespaces[kind.isNamespaced ? namespace : ""]?.beginning(with: prefix) ?? []
    }
  }

  private func follow(_ kind: ResourceKind) {
    let isNew = shelves.withLock { shelves in
      let path = kind.path(namespace: nil)
      if shelves[path] != nil { return false }
      shelves[path] = Shelf()
      return true
    }
    if isNew { queue.yield(kind) }
  }

  private func waitUntilFilled(_ kind: ResourceKind, within limit: Duration = .seconds(1)) async {
    let (filled, continuation) = AsyncStream<Void>.makeStream()
    let waits = shelves.withLock { shelves in
      let path = kind.path(namespace: nil)
      guard let shelf = shelves[path], !shelf.isFilled, !shelf.isUnreachable else { return false }
      shelves[path]?.waiting.append(continuation)
      return true
    }
    if !waits { return }
    await withTaskGroup(of: Void.self) { race in
      race.addTask { for await _ in filled {} }
      race.addTask { try? await Task.sleep(for: limit) }
      await race.next()
      race.cancelAll()
    }
  }

  // MARK: Following

  private func keepUpToDate(_ kind: ResourceKind) async {
    var pause = Duration.milliseconds(50)
    while !Task.isCancelled {
      do {
        let (revision, columns) = try await fill(kind)
        pause = .milliseconds(50)
        try await followChanges(of: kind, after: revision, columns)
      } catch {
        change(kind) { $0.isUnreachable = true }
      }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(2))
    }
  }

  /// Only objects with containers are asked for as a whole.
  private static func query(_ kind: ResourceKind) -> [QueryItem] {
    let hasContainers = kind.categories.contains("all") && kind.plural != "services"
    return [QueryItem("includeObject", hasContainers ? "Object" : "Metadata")]
  }

  private static let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

  /// Asks once, and follows nothing.
  static func list(_ kind: ResourceKind, namespace: String, _ client: ClusterClient) async throws -> [KnownObject] {
    let answer = try await client.send(
      "GET", kind.path(namespace: namespace), query: query(kind) + [QueryItem("limit", "500")], accept: accept)
    let table = try Document.parse(json: answer)
    return objects(table, SummaryColumns(table)).sorted { $0.name < $1.name }
  }

  private func fill(_ kind: ResourceKind) async throws -> (revision: String, columns: SummaryColumns) {
    let answer = try await client.send(
      "GET", kind.path(namespace: nil), query: Self.query(kind), accept: Self.accept)
    let table = try Document.parse(json: answer)
    let columns = SummaryColumns(table)
    let objects = Self.objects(table, columns)
    change(kind) { shelf in
      shelf.namespaces = Dictionary(grouping: objects, by: \.namespace).mapValues { SortedObjects($0) }
      shelf.isFilled = true
    }
    return (table["metadata"]?["resourceVersion"]?.stringValue ?? "", columns)
  }

  private static func objects(_ table: Document, _ columns: SummaryColumns) -> [KnownObject] {
    (table["rows"]?.listValue ?? []).compactMap { row in
      row["object"].flatMap { KnownObject($0, summary: columns.text(row["cells"]?.listValue ?? [])) }
    }
  }

  private func followChanges(of kind: ResourceKind, after revision: String, _ columns: SummaryColumns) async throws {
    let query =
      Self.query(kind) + [
        QueryItem("watch", "true"), QueryItem("resourceVersion", revision), QueryItem("allowWatchBookmarks", "true"),
      ]
    let events = DocumentLines(
      try await client.stream("GET", kind.path(namespace: nil), query: query, accept: Self.accept))
    defer { events.cancel() }
    for try await event in events {
      guard let (type, table) = try GetWatch.read(event) else { continue }
      for object in Self.objects(table, columns) {
        change(kind) { shelf in
          if type == .deleted {
            shelf.namespaces[object.namespace]?.remove(object.name)
          } else {
            shelf.namespaces[object.namespace, default: SortedObjects([])].set(object)
          }
        }
      }
    }
  }

  /// Whoever waits hears of it.
  private func change(_ kind: ResourceKind, _ body: (inout Shelf) -> Void) {
    let waiting = shelves.withLock { shelves in
      let path = kind.path(namespace: nil)
      var shelf = shelves.removeValue(forKey: path) ?? Shelf()
      defer { shelves[path] = shelf }
      shelf.isUnreachable = false
      body(&shelf)
      let waiting = shelf.waiting
      shelf.waiting = []
      return waiting
    }
    for continuation in waiting { continuation.finish() }
  }
}

/// Objects of one namespace in the order of their names.
private struct SortedObjects {
  private var objects: [KnownObject]

  init(_ objects: [KnownObject]) { self.objects = objects.sorted { $0.name < $1.name } }

  /// Where the name is, or would be.
  private func place(of name: String) -> Int {
    var (low, high) = (0, objects.count)
    while low < high {
      let middle = (low + high) / 2
      if objects[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low
  }

  mutating func set(_ object: KnownObject) {
    let place = place(of: object.name)
    if place < objects.count, objects[place].name == object.name {
      objects[place] = object
    } else {
      objects.insert(object, at: place)
    }
  }

  mutating func remove(_ name: String) {
    let place = place(of: name)
    if place < objects.count, objects[place].name == name { objects.remove(at: place) }
  }

  func beginning(with prefix: String) -> [KnownObject] {
    Array(objects[place(of: prefix)...].prefix { $0.name.hasPrefix(prefix) })
  }
}
