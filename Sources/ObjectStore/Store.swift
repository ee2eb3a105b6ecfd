internal import Glibc

/// Documents under keys, with a revision for every write, and watches from any revision that is still kept.
///
/// - A write that was acknowledged is on disk: it survives the end of the process and of the machine.
/// - Writes that come in together share one flush of the disk.
/// - Readers never wait for the disk: the present state is in memory.
/// - Keys are ordered by their bytes. The store gives no meaning to keys or values.
///
/// ```swift
/// let store = try Store.open(path: "cluster.db")
/// let pod = try await store.create("/pods/default/web", bytes)
/// for try await change in try await store.watch(prefix: "/pods/", after: pod.modified) { … }
/// ```
public final class Store: Sendable {
  private let path: String
  private let committed: Committed
  private let journal: Journal

  /// Reads history beside the journal, so that neither waits for the other. In memory both are one.
  private let archive: Journal

  private init(
    path: String,
    history: sending History,
    archiveHistory: sending History?,
    present: History.Present,
    lock: FileLock?,
    settings: Settings
  ) {
    self.path = path
    committed = Committed(path: path, present: present, settings: settings)
    journal = Journal(
      history: history,
      present: present,
      committed: committed,
      lock: lock,
      settings: settings
    )
    if let archiveHistory {
      archive = Journal(
        history: archiveHistory,
        present: present,
        committed: committed,
        lock: nil,
        settings: settings
      )
    } else {
      archive = journal
    }
  }

  // MARK: - Opening and closing

  /// Opens the store in a file, which is created if need be; its directory must exist.
  public static func open(path: String, retention: Retention = .standard) throws(StoreError) -> Store {
    var settings = Settings()
    settings.retention = retention
    return try open(path: path, settings: settings)
  }

  /// Opens the store in a file for a world with a course and a time of its own.
  ///
  /// - Parameter makeExecutor: Gives the place of work of one connection to the file.
  /// - Parameter now: Milliseconds since 1970.
  public static func open(
    path: String, retention: Retention = .standard, on makeExecutor: @escaping @Sendable () -> any StoreExecutor,
    now: @escaping @Sendable () -> Int64
  ) throws(StoreError) -> Store {
    var settings = Settings()
    settings.retention = retention
    settings.makeExecutor = makeExecutor
    settings.now = now
    return try open(path: path, settings: settings)
  }

  /// A store that is gone when it is closed.
  public static func inMemory(retention: Retention = .standard) throws(StoreError) -> Store {
    var settings = Settings()
    settings.retention = retention
    return try inMemory(settings: settings)
  }

  static func open(path: String, settings: Settings) throws(StoreError) -> Store {
    let lock = try FileLock(for: path)
    try createPrivateFile(path)
    let hasLog = access(path + "-wal", F_OK) == 0
    let connection = try Connection(path: path, access: .readWrite)
    // Before anything is changed: a file of another program is to be left as it is.
    try Layout.requireOurs(connection)
    // Nobody has closed it: with the power, pages may have gone that are read only later.
    if hasLog { try connection.requireWhole() }
    try connection.useDurableLog()
    try Layout.prepare(connection)
    let history = History(connection: connection)
    let present = try history.present()
    let archive = History(connection: try Connection(path: path, access: .readOnly))
    return Store(
      path: path,
      history: history,
      archiveHistory: archive,
      present: present,
      lock: lock,
      settings: settings
    )
  }

  static func inMemory(settings: Settings) throws(StoreError) -> Store {
    let connection = try Connection(path: Connection.inMemoryPath, access: .readWrite)
    try Layout.prepare(connection)
    let history = History(connection: connection)
    let present = try history.present()
    return Store(
      path: Connection.inMemoryPath,
      history: history,
      archiveHistory: nil,
      present: present,
      lock: nil,
      settings: settings
    )
  }

  /// Ends all watches, waits for writes on their way to disk, refuses all others, and lets go of the file.
  public func close() async {
    committed.close()
    await archive.close()
    await journal.close()
  }

  // MARK: - Reading

  public var currentRevision: Revision {
    get async { committed.lastSnapshot.revision }
  }

  public func get(_ key: String) async throws(StoreError) -> StoredObject? {
    try committed.snapshot().objects[key]
  }

  /// The objects under a prefix, in the order of their keys, now or at a revision that is still kept.
  public func list(
    prefix: String,
    after key: String? = nil,
    limit: Int? = nil,
    at revision: Revision? = nil
  ) async throws(StoreError) -> Listing {
    let snapshot = try await snapshot(prefix: prefix, at: revision)
    let page = snapshot.objects.page(prefix: prefix, after: key, limit: limit)
    return Listing(objects: page.objects, revision: snapshot.revision, remaining: page.remaining)
  }

  /// Changes under a prefix after a revision that is still kept; take the revision from a listing to miss none.
  public func watch(prefix: String, after revision: Revision) async throws(StoreError) -> Watch {
    try Watch(prefix: prefix, after: revision, committed: committed, archive: archive)
  }

  private func snapshot(prefix: String, at revision: Revision?) async throws(StoreError) -> Committed.Snapshot {
    guard let revision else { return try committed.snapshot() }
    let objects =
      switch try committed.snapshot(prefix: prefix, at: revision) {
      case .found(let objects): objects
      case .onlyOnDisk: try await archive.snapshot(prefix: prefix, at: revision)
      }
    return Committed.Snapshot(objects: objects, revision: revision)
  }

  // MARK: - Writing

  /// Runs a group of writes that are kept together or, when the body throws, not at all.
  ///
  /// Returns when the writes are safely on disk. The body runs once, on the store's own thread, with nobody writing in
  /// between: it must not wait for anything.
  public func update<R: Sendable>(
    _ body: @escaping @Sendable (inout Transaction) throws -> R
  ) async throws -> R {
    try await journal.write(body).get()
  }

  /// Writes an object that must not exist yet.
  @discardableResult
  public func create(_ key: String, _ value: [UInt8]) async throws(StoreError) -> StoredObject {
    try await write { transaction throws(StoreError) in try transaction.create(key, value) }
  }

  /// Replaces an object that must exist, at the expected revision if one is given.
  @discardableResult
  public func update(
    _ key: String,
    _ value: [UInt8],
    expecting expected: Revision? = nil
  ) async throws(StoreError) -> StoredObject {
    try await write { transaction throws(StoreError) in try transaction.update(key, value, expecting: expected) }
  }

  /// Writes an object, whether or not it exists.
  @discardableResult
  public func put(_ key: String, _ value: [UInt8]) async throws(StoreError) -> StoredObject {
    try await write { transaction throws(StoreError) in transaction.put(key, value) }
  }

  /// Deletes an object that must exist, at the expected revision if one is given, and returns its last value.
  @discardableResult
  public func delete(_ key: String, expecting expected: Revision? = nil) async throws(StoreError) -> StoredObject {
    try await write { transaction throws(StoreError) in try transaction.delete(key, expecting: expected) }
  }

  private func write<R: Sendable>(
    _ body: @escaping @Sendable (inout Transaction) throws(StoreError) -> R
  ) async throws(StoreError) -> R {
    try await journal.write(body).get()
  }

  // MARK: - Upkeep

  /// Forgets all changes but the last `count`; the store does the like by itself, as its retention says.
  public func compact(keeping count: Int) async throws(StoreError) {
    let current = try committed.snapshot().revision
    try await journal.compact(through: current.advanced(by: -count))
  }

  /// Reads the whole store and says what is wrong with it, a sentence each; none means that it is sound.
  public func check() async throws(StoreError) -> [String] {
    try await archive.check()
  }

  public var statistics: Statistics {
    get async throws(StoreError) {
      guard let position = committed.position() else { throw .closed(path: path) }
      return Statistics(
        objects: position.snapshot.objects.count,
        current: position.snapshot.revision,
        oldest: position.compacted,
        watches: position.watches,
        flushes: await journal.flushes
      )
    }
  }
}
