internal import CSQLite

/// A connection to the database, used by one thread at a time.
final class Connection {
  enum Access {
    case readWrite
    case readOnly
  }

  enum Value {
    case integer(Int64)
    case text([UInt8])
    case blob([UInt8])
    case null

    static func text(_ string: String) -> Value { .text(Array(string.utf8)) }
    static func revision(_ revision: Revision) -> Value { .integer(revision.number) }
  }

  static let inMemoryPath = ":memory:"

  let path: String
  private let database: OpaquePointer
  private var statements: [String: OpaquePointer] = [:]
  private let pagesInLog: UnsafeMutablePointer<Int32>

  init(path: String, access: Access) throws(StoreError) {
    let flags =
      switch access {
      case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      // SQLite shares the log's index through a file that even readers write.
      case .readOnly: SQLITE_OPEN_READWRITE
      }
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let opened else {
      let detail = opened.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
      sqlite3_close_v2(opened)
      throw .io(path: path, operation: "open", detail: detail)
    }
    self.path = path
    database = opened
    pagesInLog = .allocate(capacity: 1)
    pagesInLog.initialize(to: 0)
    // People may look at a running store with the sqlite3 tool: wait for them a while.
    sqlite3_busy_timeout(database, 5_000)
    if access == .readOnly {
      try execute("PRAGMA query_only = ON")
    }
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(database)
    pagesInLog.deallocate()
  }

  /// Writes go to a log first, and each commit waits until the disk has it.
  func useDurableLog() throws(StoreError) {
    var mode = ""
    try forEachRow("PRAGMA journal_mode = WAL") { row throws(StoreError) in mode = row.text(0) }
    guard mode == "wal" else {
      throw .io(path: path, operation: "open", detail: "its file system does not allow a write-ahead log")
    }
    // The log is moved into the database between commits, not during one.
    try execute("PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST; PRAGMA wal_autocheckpoint = 0")
    sqlite3_wal_hook(database, recordPagesInLog, pagesInLog)
  }

  /// Throws when a page of the file is missing or makes no sense.
  func requireWhole() throws(StoreError) {
    var problem = "ok"
    try forEachRow("PRAGMA quick_check(1)") { row throws(StoreError) in problem = row.text(0) }
    if problem != "ok" {
      throw .corrupt(path: path, detail: problem.split(separator: "\n").joined(separator: ", "))
    }
  }

  /// How long the write-ahead log was after the last commit.
  var logLength: Int { Int(pagesInLog.pointee) }

  /// Moves the write-ahead log into the database file, as far as readers allow, so that the log can start anew.
  func checkpoint() throws(StoreError) {
    let code = sqlite3_wal_checkpoint_v2(database, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    pagesInLog.pointee = 0
    guard code == SQLITE_OK || code == SQLITE_BUSY else { throw failure(code, "tidy") }
  }

  /// Runs statements that take no values and return no rows.
  func execute(_ sql: String) throws(StoreError) {
    let code = sqlite3_exec(database, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code, "write") }
  }

  func run(_ sql: String, _ values: Value...) throws(StoreError) {
    try forEachRow(sql, values) { _ throws(StoreError) in }
  }

  /// The first column of the first row, if there is one.
  func integer(_ sql: String, _ values: Value...) throws(StoreError) -> Int64? {
    var result: Int64?
    try forEachRow(sql, values) { row throws(StoreError) in result = result ?? row.integer(0) }
    return result
  }

  func forEachRow(
    _ sql: String,
    _ values: [Value] = [],
    _ body: (Row) throws(StoreError) -> Void
  ) throws(StoreError) {
    let statement = try prepared(sql)
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() {
      try bind(value, at: Int32(index + 1), of: statement)
    }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: try body(Row(statement: statement))
      case SQLITE_DONE: return
      case let code: throw failure(code, sqlite3_stmt_readonly(statement) != 0 ? "read" : "write")
      }
    }
  }

  /// Everything that the body reads is of one moment, and what it writes is kept as a whole or not at all.
  func transaction<R>(_ kind: String, _ body: () throws(StoreError) -> R) throws(StoreError) -> R {
    try run("BEGIN \(kind)")
    do {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      // SQLite may have rolled back on its own already; the first error is the one that tells.
      if sqlite3_get_autocommit(database) == 0 { sqlite3_exec(database, "ROLLBACK", nil, nil, nil) }
      throw error
    }
  }

  struct Row {
    fileprivate let statement: OpaquePointer

    func isNull(_ column: Int32) -> Bool {
      sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    func integer(_ column: Int32) -> Int64? {
      isNull(column) ? nil : sqlite3_column_int64(statement, column)
    }

    func revision(_ column: Int32) -> Revision {
      Revision(sqlite3_column_int64(statement, column))
    }

    func text(_ column: Int32) -> String {
      String(decoding: bytes(column), as: UTF8.self)
    }

    func blob(_ column: Int32) -> [UInt8] {
      Array(bytes(column))
    }

    private func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
      // The pointer first: asking for it may convert the value, which changes the count.
      let start = sqlite3_column_blob(statement, column)
      return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
    }
  }

  private func prepared(_ sql: String) throws(StoreError) -> OpaquePointer {
    if let statement = statements[sql] { return statement }
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement else { throw failure(code, "read") }
    statements[sql] = statement
    return statement
  }

  private func bind(_ value: Value, at index: Int32, of statement: OpaquePointer) throws(StoreError) {
    let code =
      switch value {
      case .integer(let integer): sqlite3_bind_int64(statement, index, integer)
      case .text(let bytes): csqlite_bind_text(statement, index, bytes, UInt64(bytes.count))
      case .blob(let bytes): csqlite_bind_blob(statement, index, bytes, UInt64(bytes.count))
      case .null: sqlite3_bind_null(statement, index)
      }
    guard code == SQLITE_OK else { throw failure(code, "write") }
  }

  private func failure(_ code: Int32, _ operation: String) -> StoreError {
    let detail = String(cString: sqlite3_errmsg(database))
    // Our own statements are right, so one that SQLite refuses met a database that is not as we left it.
    return switch code & 0xFF {
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_MISMATCH:
      .corrupt(path: path, detail: detail)
    case SQLITE_FULL: .diskFull(path: path)
    case SQLITE_BUSY: .busy(path: path)
    default:
      .io(path: path, operation: operation, detail: detail)
    }
  }
}

private func recordPagesInLog(
  _ pagesInLog: UnsafeMutableRawPointer?,
  _ database: OpaquePointer?,
  _ name: UnsafePointer<CChar>?,
  _ pages: Int32
) -> Int32 {
  pagesInLog?.assumingMemoryBound(to: Int32.self).pointee = pages
  return SQLITE_OK
}
