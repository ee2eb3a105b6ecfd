import Glibc
import TestSupport
import Testing

@testable import ObjectStore

@Suite(.timeLimit(.minutes(1)))
struct OpeningTests {
  @Test func findsEverythingAgain() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      let written = try await withStore(at: path) { store in
        for number in 0..<300 { try await store.put("/a/\(number % 200)", bytes("\(number)")) }
        try await store.delete("/a/7")
        return try await store.list(prefix: "")
      }
      try await withStore(at: path) { store in
        let listing = try await store.list(prefix: "")
        #expect(listing == written)
        let changes = try await store.watch(prefix: "", after: .initial).next(301)
        #expect(changes.last?.operation == .delete)
        #expect(changes.last?.previous?.text == "207")
      }
    }
  }

  @Test func onlyItsOwnerCanReadIt() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      try FileCopies.write([], to: path)
      chmod(path, 0o644)
      try await withStore(at: path) { store in
        try await store.create("/a", [])
        for file in ["", "-wal", "-shm", "-lock"] { #expect(try FileCopies.mode(path + file) == 0o600, "\(file)") }
      }
    }
  }

  @Test func refusesASecondOwner() async throws {
    try await withStore { store, path in
      #expect(throws: StoreError.inUse(path: path)) { try Store.open(path: path) }
      try await store.create("/a", [])
    }
  }

  @Test func namesTheFolderThatIsMissing() throws {
    let path = "/nonexistent/podium/store.db"
    let error = #expect(throws: StoreError.self) { try Store.open(path: path) }
    #expect(
      error?.description
        == "cannot open the store /nonexistent/podium/store.db "
        + "(/nonexistent/podium/store.db-lock: No such file or directory): see to its folder and disk, then open it again"
    )
  }

  @Test func refusesALayoutFromTheFuture() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      try await withStore(at: path) { _ = try await $0.create("/a", []) }
      try alter(path, "PRAGMA user_version = 99")
      let error = #expect(throws: StoreError.self) { try Store.open(path: path) }
      #expect(error == .newerSchema(path: path, found: 99, known: Layout.steps.count))
      #expect(
        error?.description
          == "the store \(path) has layout 99, this program knows layouts up to \(Layout.steps.count): "
          + "use the newer program that wrote it")
    }
  }

  @Test func bringsAnOlderLayoutUpToDate() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      let connection = try Connection(path: path, access: .readWrite)
      try Layout.prepare(connection, steps: ["CREATE TABLE a (x)"])
      try Layout.prepare(connection, steps: ["CREATE TABLE a (x)", "INSERT INTO a VALUES (1)"])
      try Layout.prepare(connection, steps: ["CREATE TABLE a (x)", "INSERT INTO a VALUES (1)"])
      #expect(try connection.integer("PRAGMA user_version") == 2)
      #expect(try connection.integer("SELECT count(*) FROM a") == 1)

      // A step that fails leaves the layout before it.
      #expect(throws: StoreError.self) {
        try Layout.prepare(connection, steps: ["", "", "INSERT INTO a VALUES (2); INSERT INTO b VALUES (1)"])
      }
      #expect(try connection.integer("PRAGMA user_version") == 2)
      #expect(try connection.integer("SELECT count(*) FROM a") == 1)
    }
  }

  @Test func leavesTheDatabaseOfAnotherProgramAlone() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("other.db")
      try alter(path, "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')")
      let before = try FileCopies.read(path)
      let error = #expect(throws: StoreError.self) { try Store.open(path: path) }
      #expect(error == .corrupt(path: path, detail: "it is the database of another program"))
      #expect(try FileCopies.read(path) == before)
    }
  }

  @Test func saysWhatToDoAboutADamagedFile() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      try FileCopies.write(Array(repeating: 0x5A, count: 10_000), to: path)
      let error = #expect(throws: StoreError.self) { try Store.open(path: path) }
      #expect(
        error?.description
          == "the store \(path) is damaged (file is not a database): put back a copy of it, "
          + "or move it and its -wal file away to start with an empty one")
    }
  }

  /// Damage to any page of the present state is an error when the store is opened or a finding of its self-check.
  @Test func noticesDamagedPages() async throws {
    var random = SeededGenerator(seed: 3)
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      try await withStore(at: path) { store in
        for number in 0..<300 { try await store.create("/a/\(number)", [UInt8](repeating: 1, count: 700)) }
      }
      let sound = try FileCopies.read(path)
      for page in 0..<sound.count / 4_096 {
        // The first bytes of a page say how to read it; those of the first page are the header of the file.
        var damaged = sound
        for offset in 0..<12 { damaged[page * 4_096 + offset] = UInt8.random(in: 0...255, using: &random) }
        try FileCopies.write(damaged, to: path)
        do {
          let store = try Store.open(path: path)
          let findings = try? await store.check()
          await store.close()
          #expect(findings != [], "page \(page)")
        } catch StoreError.corrupt(let named, _) {
          #expect(named == path)
        }
      }
    }
  }

  @Test func lettingGoOfAStoreClosesItsFiles() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      func openFiles() throws -> [String] {
        LeakCensus.take(.descriptors).leaks(since: LeakCensus.take([])).filter { $0.contains(folder.path) }
      }
      var store: Store? = try Store.open(path: path)
      try await store?.create("/a", [])
      #expect(try openFiles().count >= 4, "the count sees open files")
      store = nil
      try await Deadline.wait("the files of the store are closed") { try openFiles().isEmpty }
      try await withStore(at: path) { store in
        let object = try await store.get("/a")
        #expect(object != nil)
      }
    }
  }

  @Test func aClosedStoreSaysSo() async throws {
    let store = try Store.inMemory()
    try await store.create("/a", [])
    await store.close()
    await store.close()
    let closed = StoreError.closed(path: ":memory:")
    await #expect(throws: closed) { try await store.get("/a") }
    await #expect(throws: closed) { try await store.create("/b", []) }
    await #expect(throws: closed) { try await store.watch(prefix: "", after: .initial) }
    await #expect(throws: closed) { try await store.check() }
    await #expect(throws: closed) { try await store.compact(keeping: 0) }
  }

  @Test func aStoreInMemoryDoesTheSame() async throws {
    var settings = Settings()
    settings.recentCountLimit = 3
    let store = try Store.inMemory(settings: settings)
    for number in 0..<20 { try await store.put("/a/\(number % 5)", bytes("\(number)")) }
    #expect(try await store.watch(prefix: "", after: .initial).next(20).count == 20)
    #expect(try await store.list(prefix: "", at: Revision(3)).objects.count == 2)
    try await store.compact(keeping: 5)
    #expect(try await store.check() == [])
    await store.close()
  }
}

/// Changes a database behind the back of the store.
func alter(_ path: String, _ sql: String) throws {
  try Connection(path: path, access: .readWrite).execute(sql)
}
