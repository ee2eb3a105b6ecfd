internal import Synchronization

/// What is safely on disk, as all readers and watches see it.
///
/// A lock, where other shared state is an actor: a reader must not wait behind a disk flush, and looking up an object
/// takes far less than passing from one thread to another.
final class Committed: Sendable {
  /// The objects of one revision.
  struct Snapshot: Sendable {
    var objects: ObjectTree
    var revision: Revision
  }

  /// A snapshot in the past, or where it can be had.
  enum PastSnapshot {
    case found(ObjectTree)
    case onlyOnDisk
  }

  /// What a watch does next.
  enum WatchStep {
    case deliver(Watch.Event)
    case readHistory(after: Revision, through: Revision)
    case wait
    case finish
  }

  private struct State {
    var snapshot: Snapshot
    var compacted: Revision
    var recent: RecentChanges
    var watches: [Int: WatchState] = [:]
    var watchesEver = 0
    var isClosed = false
  }

  private struct WatchState {
    let prefix: String
    /// All changes for this watch up to here were handed out.
    var reached: Revision
    /// Read from disk and not yet handed out; `reached` goes to `backlogEnd` after the last.
    var backlog: ArraySlice<Change> = []
    var backlogEnd: Revision
    /// A watch that had caught up once may not fall far behind again.
    var hasCaughtUp = false
    var owesProgress = false
    var waiter: CheckedContinuation<Void, Never>?

    mutating func wake() -> CheckedContinuation<Void, Never>? {
      defer { waiter = nil }
      return waiter
    }
  }

  let path: String
  private let watchLagLimit: Int
  private let state: Mutex<State>

  init(path: String, present: History.Present, settings: Settings) {
    self.path = path
    watchLagLimit = settings.watchLagLimit
    let recent = RecentChanges(
      after: present.revision,
      countLimit: settings.recentCountLimit,
      byteLimit: settings.recentByteLimit
    )
    state = Mutex(
      State(
        snapshot: Snapshot(objects: present.objects, revision: present.revision),
        compacted: present.compacted,
        recent: recent
      )
    )
  }

  // MARK: - Reading

  /// Where the store stands; nil when it is closed.
  func position() -> (snapshot: Snapshot, compacted: Revision, watches: Int)? {
    state.withLock { state in
      state.isClosed ? nil : (state.snapshot, state.compacted, state.watches.count)
    }
  }

  /// Also of a closed store.
  var lastSnapshot: Snapshot {
    state.withLock { state in state.snapshot }
  }

  func snapshot() throws(StoreError) -> Snapshot {
    guard let position = position() else { throw .closed(path: path) }
    return position.snapshot
  }

  func snapshot(prefix: String, at revision: Revision) throws(StoreError) -> PastSnapshot {
    let outcome = state.withLock { state -> Result<(objects: ObjectTree, since: [Change])?, StoreError> in
      if state.isClosed { return .failure(.closed(path: path)) }
      if let error = Self.error(reading: revision, in: state) { return .failure(error) }
      guard revision >= state.recent.floor else { return .success(nil) }
      return .success((state.snapshot.objects, state.recent.changes(after: revision, prefix: prefix)))
    }
    guard var (objects, since) = try outcome.get() else { return .onlyOnDisk }
    // Outside the lock: taking back many changes takes a while, and others read meanwhile.
    while let change = since.popLast() {
      if let previous = change.previous { objects.put(previous) } else { objects.remove(change.key) }
    }
    return .found(objects)
  }

  private static func error(reading revision: Revision, in state: State) -> StoreError? {
    let current = state.snapshot.revision
    if revision > current { return .futureRevision(requested: revision, current: current) }
    if revision < state.compacted { return .compacted(requested: revision, oldest: state.compacted) }
    return nil
  }

  // MARK: - Publishing

  /// Shows what was just made durable to readers and wakes the watches that it concerns.
  func publish(_ snapshot: Snapshot, changes: [Change], compacted: Revision) {
    let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.snapshot = snapshot
      for change in changes { state.recent.append(change) }
      state.compacted = compacted
      state.recent.drop(through: compacted)

      var woken: [CheckedContinuation<Void, Never>] = []
      for index in state.watches.values.indices where state.watches.values[index].waiter != nil {
        let prefix = state.watches.values[index].prefix
        if changes.contains(where: { KeyOrder.hasPrefix($0.key, prefix) }) {
          if let waiter = state.watches.values[index].wake() { woken.append(waiter) }
        } else {
          // One that waits has seen everything, so it need not look at what is not for it.
          state.watches.values[index].reached = snapshot.revision
        }
      }
      return woken
    }
    for waiter in woken { waiter.resume() }
  }

  func close() {
    let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.isClosed = true
      return state.watches.values.indices.compactMap { state.watches.values[$0].wake() }
    }
    for waiter in woken { waiter.resume() }
  }

  // MARK: - Watches

  func addWatch(prefix: String, after revision: Revision) throws(StoreError) -> Int {
    let outcome = state.withLock { state -> Result<Int, StoreError> in
      guard !state.isClosed else { return .failure(.closed(path: path)) }
      if let error = Self.error(reading: revision, in: state) { return .failure(error) }
      state.watchesEver += 1
      state.watches[state.watchesEver] = WatchState(prefix: prefix, reached: revision, backlogEnd: revision)
      return .success(state.watchesEver)
    }
    return try outcome.get()
  }

  func removeWatch(_ id: Int) {
    state.withLock { state in state.watches.removeValue(forKey: id) }?.waiter?.resume()
  }

  /// How far a watch has come: every change for it up to this revision was handed out.
  func progress(of id: Int) -> Revision? {
    state.withLock { state in state.watches[id]?.reached }
  }

  func requestProgress(of id: Int) {
    let waiter = state.withLock { state in
      state.watches[id]?.owesProgress = true
      return state.watches[id]?.wake()
    }
    waiter?.resume()
  }

  func nextStep(of id: Int) throws(StoreError) -> WatchStep {
    let outcome = state.withLock { state -> Result<WatchStep, StoreError> in
      guard !state.isClosed, var watch = state.watches[id] else { return .success(.finish) }
      let step = Self.step(&watch, in: state, lagLimit: watchLagLimit)
      state.watches[id] = watch
      return step
    }
    return try outcome.get()
  }

  func addBacklog(_ changes: [Change], through revision: Revision, to id: Int) {
    state.withLock { state in
      state.watches[id]?.backlog = changes[...]
      state.watches[id]?.backlogEnd = revision
      if changes.isEmpty { state.watches[id]?.reached = revision }
    }
  }

  /// Returns when there may be something for the watch, or its task is cancelled.
  nonisolated(nonsending) func wait(for id: Int) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          // Looked at again under the lock: a change may have come since, and whoever cancels takes this lock too.
          guard !Task.isCancelled, !state.isClosed, let watch = state.watches[id],
            watch.reached == state.snapshot.revision, !watch.owesProgress
          else { return false }
          precondition(watch.waiter == nil, "a watch has one reader at a time")
          state.watches[id]?.waiter = continuation
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      state.withLock { state in state.watches[id]?.wake() }?.resume()
    }
  }

  private static func step(
    _ watch: inout WatchState,
    in state: State,
    lagLimit: Int
  ) -> Result<WatchStep, StoreError> {
    let current = state.snapshot.revision
    if let change = watch.backlog.popFirst() {
      watch.reached = watch.backlog.isEmpty ? watch.backlogEnd : change.revision
      return .success(.deliver(.change(change)))
    }
    if watch.reached < state.compacted {
      return .failure(.compacted(requested: watch.reached, oldest: state.compacted))
    }
    if watch.reached < state.recent.floor {
      if watch.hasCaughtUp, watch.reached.distance(to: current) > lagLimit {
        return .failure(.watchFellBehind(reached: watch.reached, current: current))
      }
      return .success(.readHistory(after: watch.reached, through: state.recent.floor))
    }
    if let change = state.recent.firstChange(after: watch.reached, prefix: watch.prefix) {
      if watch.hasCaughtUp, change.revision.distance(to: current) >= lagLimit {
        return .failure(.watchFellBehind(reached: watch.reached, current: current))
      }
      watch.reached = change.revision
      return .success(.deliver(.change(change)))
    }
    watch.reached = current
    watch.hasCaughtUp = true
    if watch.owesProgress {
      watch.owesProgress = false
      return .success(.deliver(.progress(current)))
    }
    return .success(.wait)
  }
}
