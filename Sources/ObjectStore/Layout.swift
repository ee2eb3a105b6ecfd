/// The tables of the database, and the steps that bring an older file to the present layout.
enum Layout {
  /// Marks the file as ours: "Podi" in ASCII.
  static let applicationID: Int64 = 0x506F_6469

  /// Each step leads from the layout numbered by its index to the next. Steps that were released never change.
  static let steps = [
    """
    -- Every write kept: a value, or NULL for a deletion. At and below the compacted revision only what is alive there.
    CREATE TABLE change (
      revision INTEGER PRIMARY KEY,
      key TEXT NOT NULL,
      created INTEGER NOT NULL,   -- the revision at which this life of the key began
      previous INTEGER,           -- the change before it in this life; NULL for the first
      written INTEGER NOT NULL,   -- milliseconds since 1970
      value BLOB
    ) STRICT;
    CREATE INDEX change_by_key ON change (key, revision);

    CREATE TABLE history (compacted INTEGER NOT NULL) STRICT;
    INSERT INTO history VALUES (1);
    """
  ]

  /// Refuses a database that another program, or a newer one, has made.
  static func requireOurs(_ connection: Connection, steps: [String] = steps) throws(StoreError) {
    let owner = try connection.integer("PRAGMA application_id") ?? 0
    let tables = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
    guard owner == applicationID || (owner == 0 && tables == 0) else {
      throw .corrupt(path: connection.path, detail: "it is the database of another program")
    }
    let found = try version(connection)
    guard found <= steps.count else {
      throw .newerSchema(path: connection.path, found: found, known: steps.count)
    }
  }

  /// Brings a database of any known layout, or an empty one, to the present layout.
  static func prepare(_ connection: Connection, steps: [String] = steps) throws(StoreError) {
    for (index, step) in steps.enumerated().dropFirst(try version(connection)) {
      try connection.transaction("IMMEDIATE") { () throws(StoreError) in
        try connection.execute(step)
        try connection.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(index + 1)")
      }
    }
  }

  private static func version(_ connection: Connection) throws(StoreError) -> Int {
    Int(try connection.integer("PRAGMA user_version") ?? 0)
  }
}
