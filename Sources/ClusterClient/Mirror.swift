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
    var refusal: StatusError?
    var waiting: [Int: Waiting] = [:]
    var nextWaiting = 0
  }

  private struct Waiting {
    let continuation: CheckedContinuation<Void, Never>
    let takesRefusal: Bool
  }

  private let client: ClusterClient
  private let namespace: String?
  private let selection: Selection
  private let pause: @Sendable (Duration) async throws -> Void
  private let state = Mutex(State())

  /// - Parameter pause: How to wait before the next try when the server does not answer.
  public init(
    _ client: ClusterClient, namespace: String? = nil, _ selection: Selection = Selection(),
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.client = client
    self.namespace = namespace
    self.selection = selection
    self.pause = pause
  }

  public subscript(key: ObjectKey) -> Object? { state.withLock { $0.objects[key] } }

  /// In no particular order.
  public var objects: [Object] { state.withLock { Array($0.objects.values) } }

  /// Whether the first list has arrived.
  public var isFilled: Bool { state.withLock(\.isFilled) }

  /// Returns when the first list has arrived, or when the waiting task is cancelled.
  public func waitUntilFilled() async { await wait(takingRefusal: false) }

  /// Returns when the first list has arrived as well as when the server does not give it to us.
  public func waitUntilAnswered() async { await wait(takingRefusal: true) }

  private func wait(takingRefusal takesRefusal: Bool) async {
    let number = state.withLock { state in
      state.nextWaiting += 1
      return state.nextWaiting
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.isFilled || takesRefusal && state.refusal != nil || Task.isCancelled { return true }
          state.waiting[number] = Waiting(continuation: continuation, takesRefusal: takesRefusal)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: number) }?.continuation.resume()
    }
  }

  /// Follows the cluster until cancelled. `onChange` is called after the copy has changed, with the object as it was
  /// before and as it is now. It asks on where it is refused, for rights may be granted; `onRefusal` is told when it is,
  /// and nil when it is no more.
  public func run(
    onChange: @Sendable (ObjectKey, _ old: Object?, _ new: Object?) -> Void = { _, _, _ in },
    onRefusal: @Sendable (StatusError?) -> Void = { _ in }
  ) async throws {
    var delay = Duration.milliseconds(50)
    while true {
      try Task.checkCancellation()
      do {
        let list = try await client.list(Object.self, namespace: namespace, selection)
        replaceAll(with: list.items, onChange)
        if endRefusal() { onRefusal(nil) }
        delay = .milliseconds(50)
        try await follow(after: list.resourceVersion, onChange)
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        if let refusal = error as? StatusError, refusal.isRefusal { note(refusal, onRefusal) }
        try await pause(delay)
        delay = min(delay * 2, .seconds(2))
      }
    }
  }

  /// Who waits for the answer finds it told already.
  private func note(_ refusal: StatusError, _ onRefusal: (StatusError?) -> Void) {
    if state.withLock({ $0.refusal == nil }) { onRefusal(refusal) }
    let waiting = state.withLock { state in
      defer { state.waiting = state.waiting.filter { !$0.value.takesRefusal } }
      state.refusal = refusal
      return state.waiting.values.filter(\.takesRefusal)
    }
    for one in waiting { one.continuation.resume() }
  }

  private func endRefusal() -> Bool {
    state.withLock { state in
      defer { state.refusal = nil }
      return state.refusal != nil
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
      try await pause(.milliseconds(10))
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
    let old = state.withLock { state in
      defer { state.objects = fresh }
      return state.objects
    }
    for (key, object) in old where fresh[key] == nil { onChange(key, object, nil) }
    for (key, object) in fresh where old[key]?.metadata.resourceVersion != object.metadata.resourceVersion {
      onChange(key, old[key], object)
    }
    // Who waits for the list finds it told already.
    let waiting = state.withLock { state in
      defer {
        state.isFilled = true
        state.waiting = [:]
      }
      return state.waiting.values
    }
    for one in waiting { one.continuation.resume() }
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
