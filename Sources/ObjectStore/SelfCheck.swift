/// Looks for anything in the database that the store would never have written.
struct SelfCheck {
  let history: History
  let committed: Committed

  /// One sentence for each thing found wrong; none means a sound store.
  func findings() throws(StoreError) -> [String] {
    while true {
      guard let memory = committed.position() else { throw .closed(path: committed.path) }
      let found: [String]? = try history.connection.transaction("DEFERRED") { () throws(StoreError) in
        // The database is never behind memory, but history may have been compacted past it in between.
        guard try history.compacted() <= memory.snapshot.revision else { return nil }
        return try damagedPages() + brokenLinks() + remains() + gaps() + differences(from: memory.snapshot)
      }
      if let found { return found }
    }
  }

  private func damagedPages() throws(StoreError) -> [String] {
    try texts("PRAGMA integrity_check(20)").filter { $0 != "ok" }.map { "SQLite: \($0)" }
  }

  /// Above the compacted revision each change names the one before it in the same life of its key.
  private func brokenLinks() throws(StoreError) -> [String] {
    try texts(
      """
      WITH linked AS (
        SELECT revision, key, created, previous, value IS NULL AS deletes,
          lag(revision) OVER life AS before, lag(created) OVER life AS created_before,
          lag(value IS NULL) OVER life AS deleted_before
        FROM change WINDOW life AS (PARTITION BY key ORDER BY revision)
      )
      SELECT CASE
        WHEN deletes AND (before IS NULL OR deleted_before) THEN 'revision ' || revision || ' deletes ' || key
          || ', which did not exist'
        WHEN (before IS NULL OR deleted_before) AND (previous IS NOT NULL OR created <> revision)
          THEN 'revision ' || revision || ' creates ' || key || ', but names a change before it'
        WHEN NOT (before IS NULL OR deleted_before) AND (previous IS NOT before OR created <> created_before)
          THEN 'revision ' || revision || ' changes ' || key || ', but does not name revision ' || before
            || ' as the change before it'
        END
      FROM linked WHERE revision > (SELECT compacted FROM history) ORDER BY revision
      """
    )
  }

  /// At and below the compacted revision there is nothing but what was alive there.
  private func remains() throws(StoreError) -> [String] {
    try texts(
      """
      SELECT 'revision ' || revision || ' of ' || key || ' should have been compacted away' FROM change AS old
      WHERE revision <= (SELECT compacted FROM history) AND (value IS NULL OR EXISTS (
        SELECT 1 FROM change WHERE key = old.key AND revision > old.revision
          AND revision <= (SELECT compacted FROM history)
      )) ORDER BY revision
      """
    )
  }

  /// Above the compacted revision each revision is there, and times only move on.
  private func gaps() throws(StoreError) -> [String] {
    try texts(
      """
      WITH kept AS (
        SELECT revision, written, lag(revision, 1, (SELECT compacted FROM history)) OVER (ORDER BY revision) AS before,
          lag(written) OVER (ORDER BY revision) AS written_before
        FROM change WHERE revision > (SELECT compacted FROM history)
      )
      SELECT CASE
        WHEN revision <> before + 1 THEN 'revisions between ' || before || ' and ' || revision || ' are missing'
        WHEN written < written_before THEN 'revision ' || revision || ' was written before revision ' || before
        END
      FROM kept ORDER BY revision
      """
    )
  }

  /// The objects in memory are those on disk.
  private func differences(from memory: Committed.Snapshot) throws(StoreError) -> [String] {
    let onDisk = try history.objects(prefix: "", at: memory.revision)
    let inMemory = memory.objects.page(prefix: "").objects
    guard onDisk != inMemory else { return [] }
    let pairs = zip(onDisk, inMemory).first { $0 != $1 }
    let place = pairs.map { min($0.0.key, $0.1.key) } ?? "the end"
    return ["at revision \(memory.revision) memory and disk differ, first at \(place)"]
  }

  private func texts(_ sql: String) throws(StoreError) -> [String] {
    var texts: [String] = []
    try history.connection.forEachRow(sql) { row throws(StoreError) in
      if !row.isNull(0) { texts.append(row.text(0)) }
    }
    return texts
  }
}
