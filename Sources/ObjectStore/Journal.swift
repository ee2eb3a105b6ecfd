/// The database on a thread of its own: one journal writes the store, a second one reads its history.
actor Journal {
  private nonisolated let executor: any StoreExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let path: String
  private let settings: Settings
  private let committed: Committed
  // Declared in this order because they are let go in it: the lock only when the files are closed.
  private var history: History?
  private var lock: FileLock?

  private var compacted: Revision
  private var lastWritten: Int64
  private var group: [any PendingWrite] = []
  /// Set when the disk failed under a write: what it holds is then uncertain until the store is opened again.
  private var writeFailure: StoreError?
  private(set) var flushes = 0

  init(
    history: sending History,
    present: History.Present,
    committed: Committed,
    lock: FileLock?,
    settings: Settings
  ) {
    executor = settings.makeExecutor()
    path = committed.path
    self.history = history
    self.committed = committed
    self.lock = lock
    self.settings = settings
    compacted = present.compacted
    lastWritten = present.lastWritten
  }

  func close() {
    history = nil
    lock = nil
  }

  // MARK: - Group commit

  /// Runs a transaction and returns when it is safely on disk, together with the others that came in meanwhile.
  ///
  /// The writer waits outside the actor, so that its answer reaches it while the thread is busy with the next group.
  nonisolated func write<R: Sendable, E: Error>(
    _ body: @escaping @Sendable (inout Transaction) throws(E) -> R
  ) async throws(StoreError) -> Result<R, E> {
    let answer = await withCheckedContinuation { continuation in
      executor.perform {
        self.assumeIsolated { $0.join(PendingTransaction(body, continuation: continuation)) }
      }
    }
    return try answer.get()
  }

  private func join(_ write: any PendingWrite) {
    group.append(write)
    // The first of a group sends for the flush, which comes after all who already wait for this thread.
    if group.count == 1 {
      executor.perform { self.assumeIsolated { $0.flush() } }
    }
  }

  private func flush() {
    let group = self.group
    self.group = []
    do throws(StoreError) {
      try commit(group)
    } catch {
      for write in group { write.finish(error) }
      return
    }
    for write in group { write.finish(nil) }
    tidyLog()
  }

  private func commit(_ group: [any PendingWrite]) throws(StoreError) {
    let history = try opened()
    if let writeFailure { throw writeFailure }
    var snapshot = try committed.snapshot()
    var changes: [Change] = []
    for write in group {
      var transaction = Transaction(on: snapshot.objects, at: snapshot.revision)
      guard write.apply(to: &transaction) else { continue }
      snapshot = Committed.Snapshot(objects: transaction.objects, revision: transaction.revision)
      changes += transaction.changes
    }
    guard !changes.isEmpty else { return }

    // A clock that was set back must not make history look younger than it is.
    lastWritten = max(lastWritten, settings.now())
    do throws(StoreError) {
      compacted = try history.connection.transaction("IMMEDIATE") { () throws(StoreError) in
        try history.append(changes, written: lastWritten)
        return try compactALittle(history, current: snapshot.revision, justWritten: changes.count)
      }
    } catch {
      if error.leavesDiskUncertain { writeFailure = error }
      throw error
    }
    flushes += 1
    committed.publish(snapshot, changes: changes, compacted: compacted)
  }

  /// Moves the log into the database file, after the writers have their answers.
  private func tidyLog() {
    guard writeFailure == nil, let connection = history?.connection, connection.logLength >= 1_000 else { return }
    do throws(StoreError) {
      try connection.checkpoint()
    } catch {
      if error.leavesDiskUncertain { writeFailure = error }
    }
  }

  // MARK: - Compaction

  /// Every group of writes takes a little more history away than it adds, so that compaction never holds up a writer.
  private func compactALittle(
    _ history: History,
    current: Revision,
    justWritten: Int
  ) throws(StoreError) -> Revision {
    let step = compacted.advanced(by: 2 * justWritten + 64)
    guard step <= current else { return compacted }
    let isTooMuch = step.distance(to: current) >= settings.retention.count
    let isTooOld = try history.timeWritten(step).map { $0 < lastWritten - settings.retention.age.milliseconds } ?? false
    guard isTooMuch || isTooOld else { return compacted }
    try history.compact(from: compacted, to: step)
    return step
  }

  /// Forgets history up to a revision, in steps between which others may write.
  func compact(through target: Revision) async throws(StoreError) {
    while compacted < target {
      let history = try opened()
      if let writeFailure { throw writeFailure }
      let snapshot = try committed.snapshot()
      guard target <= snapshot.revision else {
        throw .futureRevision(requested: target, current: snapshot.revision)
      }
      let step = min(target, compacted.advanced(by: 1_000))
      try history.connection.transaction("IMMEDIATE") { () throws(StoreError) in
        try history.compact(from: compacted, to: step)
      }
      compacted = step
      committed.publish(snapshot, changes: [], compacted: compacted)
      tidyLog()
      await letOthersGoFirst()
    }
  }

  private func letOthersGoFirst() async {
    await withCheckedContinuation { continuation in
      executor.perform { continuation.resume() }
    }
  }

  // MARK: - History

  func changes(
    after: Revision,
    through: Revision,
    prefix: String
  ) throws(StoreError) -> (changes: [Change], through: Revision) {
    try opened().changes(after: after, through: through, prefix: prefix, byteLimit: 1 << 20)
  }

  func snapshot(prefix: String, at revision: Revision) throws(StoreError) -> ObjectTree {
    try opened().snapshot(prefix: prefix, at: revision)
  }

  func check() throws(StoreError) -> [String] {
    let history = try opened()
    return try SelfCheck(history: history, committed: committed).findings()
  }

  private func opened() throws(StoreError) -> History {
    guard let history else { throw .closed(path: path) }
    return history
  }
}
