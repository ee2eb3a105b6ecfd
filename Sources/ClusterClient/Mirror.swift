public import KubernetesAPI
internal import Synchronization

/// A local copy of the objects of a kind, kept up to date by list and watch.
///
/// It connects again by itself, whatever happens to the server; after a gap it tells every object that is, and every
/// one that is no longer, as a change.
public final class Mirror<Object: NamedObject>: Sendable {
  private struct State {
    var objects: [ObjectKey: Object] = [:]
    var isFilled = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let client: ClusterClient
  private let namespace: String?
  private let selection: Selection
  private let state = Mutex(State())

  public init(_ client: ClusterClient, namespace: String? = nil, _ selection: Selection = Selection()) {
    self.client = client
    self.namespace = namespace
    self.selection = selection
  }

  public subscript(key: ObjectKey) -> Object? { state.withLock { $0.objects[key] } }

  /// In no particular order.
  public var objects: [Object] { state.withLock { Array($0.objects.values) } }

  /// Whether the first list has arrived.
  public var isFilled: Bool { state.withLock(\.isFilled) }

  public func waitUntilFilled() async {
    await withCheckedContinuation { continuation in
      let isFilled = state.withLock { state in
        if !state.isFilled { state.waiting.append(continuation) }
        return state.isFilled
      }
      if isFilled { continuation.resume() }
    }
  }

  /// Follows the cluster until cancelled. `onChange` is called after the copy has changed, with the object as it was
  /// before and as it is now.
  public func run(
    onChange: @Sendable (ObjectKey, _ old: Object?, _ new: Object?) -> Void = { _, _, _ in }
  ) async throws {
    var pause = Duration.milliseconds(50)
    while true {
      try Task.checkCancellation()
      do {
        let list = try await client.list(Object.self, namespace: namespace, selection)
        replaceAll(with: list.items, onChange)
        pause = .milliseconds(50)
        try await follow(after: list.resourceVersion, onChange)
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .seconds(2))
      }
    }
  }

  private func follow(
    after resourceVersion: String, _ onChange: (ObjectKey, Object?, Object?) -> Void
  ) async throws {
    var revision = resourceVersion
    while true {
      let watch = try await client.watch(Object.self, namespace: namespace, after: revision, selection)
      defer { watch.cancel() }
      for try await event in watch {
        revision = event.object.metadata.resourceVersion ?? revision
        switch event.type {
        case .added, .modified: set(event.object, onChange)
        case .deleted: remove(event.object, onChange)
        case .bookmark, .error: break
        }
      }
      // A server that ends watches at once is not asked in a hot loop.
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  private func set(_ object: Object, _ onChange: (ObjectKey, Object?, Object?) -> Void) {
    let key = ObjectKey(object)
    let old = state.withLock { $0.objects.updateValue(object, forKey: key) }
    onChange(key, old, object)
  }

  private func remove(_ object: Object, _ onChange: (ObjectKey, Object?, Object?) -> Void) {
    let key = ObjectKey(object)
    _ = state.withLock { $0.objects.removeValue(forKey: key) }
    onChange(key, object, nil)
  }

  private func replaceAll(with items: [Object], _ onChange: (ObjectKey, Object?, Object?) -> Void) {
    let fresh = Dictionary(items.map { (ObjectKey($0), $0) }, uniquingKeysWith: { $1 })
    let (old, waiting) = state.withLock { state in
      defer {
        state.objects = fresh
        state.isFilled = true
        state.waiting = []
      }
      return (state.objects, state.waiting)
    }
    for continuation in waiting { continuation.resume() }
    for (key, object) in old where fresh[key] == nil { onChange(key, object, nil) }
    for (key, object) in fresh where old[key]?.metadata.resourceVersion != object.metadata.resourceVersion {
      onChange(key, old[key], object)
    }
  }
}

/// Where an object is found: its namespace and name.
public struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  public var namespace: String
  public var name: String

  public init(namespace: String = "", name: String) {
    self.namespace = namespace
    self.name = name
  }

  public init(_ object: some NamedObject) {
    self.init(namespace: object.namespace, name: object.name)
  }

  public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

  public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}
