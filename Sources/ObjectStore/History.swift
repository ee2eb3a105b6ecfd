/// The questions and commands of the store, in SQL.
struct History {
  let connection: Connection

  /// What a reader needs to start: the present state and where history begins.
  struct Present {
    var objects: ObjectTree
    var revision: Revision
    var compacted: Revision
    var lastWritten: Int64
  }

  func present() throws(StoreError) -> Present {
    try connection.transaction("DEFERRED") { () throws(StoreError) in
      let compacted = try compacted()
      let revision = Revision(try connection.integer("SELECT max(revision) FROM change") ?? 0)
      let newest = max(revision, compacted)
      return Present(
        objects: ObjectTree(sorted: try objects(prefix: "", at: newest)),
        revision: newest,
        compacted: compacted,
        lastWritten: try connection.integer("SELECT max(written) FROM change WHERE revision = ?1", .revision(newest))
          ?? 0
      )
    }
  }

  /// Changes to keys with the prefix, up to a revision, and how far they reach if that took too much memory.
  func changes(
    after: Revision,
    through: Revision,
    prefix: String,
    byteLimit: Int
  ) throws(StoreError) -> (changes: [Change], through: Revision) {
    try connection.transaction("DEFERRED") { () throws(StoreError) in
      try requireKept(after)
      var changes: [Change] = []
      var bytes = 0
      var reached = through
      // The plus keeps SQLite on the order of revisions instead of sorting what the index of keys finds.
      try connection.forEachRow(
        """
        SELECT c.revision, c.key, c.created, c.value, c.previous, p.value, p.revision
        FROM change c LEFT JOIN change p ON p.revision = c.previous
        WHERE c.revision > ?1 AND c.revision <= ?2 AND +c.key >= ?3 AND +c.key < ?4
        ORDER BY c.revision LIMIT ?5
        """,
        [
          .revision(after), .revision(through), .text(prefix), .text(KeyOrder.end(ofPrefix: prefix)),
          .integer(Int64(Self.changesAtOnce)),
        ]
      ) { row throws(StoreError) in
        guard bytes < byteLimit else { return }
        let change = try change(of: row)
        changes.append(change)
        bytes += change.current.value.count + (change.previous?.value.count ?? 0)
        if bytes >= byteLimit || changes.count == Self.changesAtOnce { reached = change.revision }
      }
      return (changes, reached)
    }
  }

  func objects(prefix: String, at revision: Revision) throws(StoreError) -> [StoredObject] {
    var objects: [StoredObject] = []
    // The index of keys gives the order; joining the values to it would have SQLite sort them, in a file if need be.
    try connection.forEachRow(
      """
      SELECT key, max(revision) FROM change WHERE key >= ?1 AND key < ?2 AND revision <= ?3 GROUP BY key ORDER BY key
      """,
      [.text(prefix), .text(KeyOrder.end(ofPrefix: prefix)), .revision(revision)]
    ) { latest throws(StoreError) in
      let modified = latest.revision(1)
      try connection.forEachRow(
        "SELECT value, created FROM change WHERE revision = ?1 AND value IS NOT NULL",
        [.revision(modified)]
      ) { row throws(StoreError) in
        let key = latest.text(0)
        objects.append(StoredObject(key: key, value: row.blob(0), created: row.revision(1), modified: modified))
      }
    }
    return objects
  }

  /// The state at a revision which may since have been compacted.
  func snapshot(prefix: String, at revision: Revision) throws(StoreError) -> ObjectTree {
    try connection.transaction("DEFERRED") { () throws(StoreError) in
      try requireKept(revision)
      return ObjectTree(sorted: try objects(prefix: prefix, at: revision))
    }
  }

  func compacted() throws(StoreError) -> Revision {
    guard let number = try connection.integer("SELECT compacted FROM history") else {
      throw .corrupt(path: connection.path, detail: "it does not say where its history begins")
    }
    return Revision(number)
  }

  func append(_ changes: [Change], written: Int64) throws(StoreError) {
    for change in changes {
      try connection.run(
        "INSERT INTO change (revision, key, created, previous, written, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        .revision(change.revision),
        .text(change.key),
        .revision(change.current.created),
        change.previous.map { .revision($0.modified) } ?? .null,
        .integer(written),
        change.operation == .put ? .blob(change.current.value) : .null
      )
    }
  }

  /// Forgets what was replaced or deleted up to a revision. The work is in proportion to the revisions newly passed.
  func compact(from old: Revision, to new: Revision) throws(StoreError) {
    try connection.run(
      """
      DELETE FROM change WHERE revision IN (
        SELECT previous FROM change WHERE revision > ?1 AND revision <= ?2 AND previous IS NOT NULL
      )
      """,
      .revision(old), .revision(new)
    )
    try connection.run(
      "DELETE FROM change WHERE revision > ?1 AND revision <= ?2 AND value IS NULL",
      .revision(old), .revision(new)
    )
    try connection.run("UPDATE history SET compacted = ?1", .revision(new))
  }

  func timeWritten(_ revision: Revision) throws(StoreError) -> Int64? {
    try connection.integer("SELECT written FROM change WHERE revision = ?1", .revision(revision))
  }

  private static let changesAtOnce = 1_000

  private func requireKept(_ revision: Revision) throws(StoreError) {
    let oldest = try compacted()
    if revision < oldest { throw .compacted(requested: revision, oldest: oldest) }
  }

  private func change(of row: Connection.Row) throws(StoreError) -> Change {
    let revision = row.revision(0)
    let key = row.text(1)
    let created = row.revision(2)
    var previous: StoredObject?
    if !row.isNull(4) {
      guard !row.isNull(5) else {
        throw .corrupt(path: connection.path, detail: "the value before revision \(revision) is missing")
      }
      previous = StoredObject(key: key, value: row.blob(5), created: created, modified: row.revision(6))
    }
    if !row.isNull(3) {
      let current = StoredObject(key: key, value: row.blob(3), created: created, modified: revision)
      return Change(operation: .put, current: current, previous: previous)
    }
    guard var last = previous else {
      throw .corrupt(path: connection.path, detail: "revision \(revision) deletes what did not exist")
    }
    last.modified = revision
    return Change(operation: .delete, current: last, previous: previous)
  }
}
