import TestSupport
import Testing

@testable import ObjectStore

@Suite(.timeLimit(.minutes(1)))
struct SelfCheckTests {
  struct Damage: Sendable, CustomTestStringConvertible {
    var sql: String
    var finding: String
    var testDescription: String { finding }

    init(_ sql: String, _ finding: String) {
      self.sql = sql
      self.finding = finding
    }
  }

  // Revisions 2…4 write /a, /b, /c; 5 and 6 update /a and /b; 7 deletes /c; the history begins at 4.
  static let damages = [
    Damage("DELETE FROM change WHERE revision = 6", "revisions between 5 and 7 are missing"),
    Damage("DELETE FROM change WHERE revision = 5", "revisions between 4 and 6 are missing"),
    Damage(
      "UPDATE change SET previous = 3 WHERE revision = 5",
      "revision 5 changes /a, but does not name revision 2 as the change before it"),
    Damage(
      "UPDATE change SET created = 5, previous = NULL WHERE revision = 5",
      "revision 5 changes /a, but does not name revision 2 as the change before it"),
    Damage(
      "UPDATE change SET key = '/d' WHERE revision = 6", "revision 6 creates /d, but names a change before it"),
    Damage("UPDATE change SET key = '/d' WHERE revision = 7", "revision 7 deletes /d, which did not exist"),
    Damage("UPDATE change SET written = 0 WHERE revision = 6", "revision 6 was written before revision 5"),
    Damage("UPDATE change SET value = NULL WHERE revision = 4", "revision 4 of /c should have been compacted away"),
    Damage(
      "UPDATE change SET key = '/a' WHERE revision = 3", "revision 2 of /a should have been compacted away"),
    Damage("UPDATE history SET compacted = 7", "revision 2 of /a should have been compacted away"),
  ]

  @Test(arguments: damages)
  func findsWhatTheStoreWouldNotHaveWritten(damage: Damage) async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      try await withStore(at: path) { store in
        for key in ["/a", "/b", "/c"] { try await store.create(key, []) }
        try await store.compact(keeping: 0)
        for key in ["/a", "/b"] { try await store.update(key, []) }
        try await store.delete("/c")
      }
      try alter(path, damage.sql)
      let store = try Store.open(path: path)
      let findings = try await store.check()
      await store.close()
      #expect(findings.contains(damage.finding), "\(findings)")
    }
  }

  @Test func findsADiskThatDiffersFromMemory() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      let store = try Store.open(path: path)
      try await store.create("/a", bytes("one"))
      try await store.create("/b", bytes("one"))
      #expect(try await store.check() == [])
      try alter(path, "UPDATE change SET value = x'00' WHERE key = '/b'")
      #expect(try await store.check() == ["at revision 3 memory and disk differ, first at /b"])
      await store.close()
    }
  }
}
