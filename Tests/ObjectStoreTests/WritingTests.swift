import TestSupport
import Testing

@testable import ObjectStore

@Suite(.timeLimit(.minutes(1)))
struct WritingTests {
  @Test func eachWriteMovesTheStoreOnByOneRevision() async throws {
    try await withStore { store, _ in
      #expect(await store.currentRevision == .initial)
      let created = try await store.create("/pods/a", bytes("one"))
      #expect(created == StoredObject(key: "/pods/a", value: bytes("one"), created: Revision(2), modified: Revision(2)))
      let updated = try await store.update("/pods/a", bytes("two"), expecting: created.modified)
      #expect(updated == StoredObject(key: "/pods/a", value: bytes("two"), created: Revision(2), modified: Revision(3)))
      #expect(try await store.get("/pods/a") == updated)
      let deleted = try await store.delete("/pods/a", expecting: updated.modified)
      #expect(deleted.text == "two")
      #expect(deleted.modified == Revision(4))
      #expect(try await store.get("/pods/a") == nil)
      #expect(await store.currentRevision == Revision(4))
    }
  }

  @Test func refusesToCreateWhatExists() async throws {
    try await withStore { store, _ in
      try await store.create("/a", bytes("one"))
      await #expect(throws: StoreError.alreadyExists(key: "/a", actual: Revision(2))) {
        try await store.create("/a", bytes("two"))
      }
      #expect(try await store.get("/a")?.text == "one")
    }
  }

  @Test func refusesToWriteOverAnotherRevision() async throws {
    try await withStore { store, _ in
      let first = try await store.create("/a", bytes("one"))
      let second = try await store.update("/a", bytes("two"), expecting: first.modified)
      let conflict = StoreError.conflict(key: "/a", expected: first.modified, actual: second.modified)
      await #expect(throws: conflict) { try await store.update("/a", bytes("three"), expecting: first.modified) }
      await #expect(throws: conflict) { try await store.delete("/a", expecting: first.modified) }
      #expect(try await store.get("/a") == second)
      #expect(await store.currentRevision == second.modified)
    }
  }

  @Test func tellsApartWhatIsGoneAndWhatNeverWas() async throws {
    try await withStore { store, _ in
      await #expect(throws: StoreError.notFound(key: "/a")) { try await store.update("/a", []) }
      await #expect(throws: StoreError.notFound(key: "/a")) { try await store.delete("/a") }
      let object = try await store.create("/a", [])
      try await store.delete("/a")
      await #expect(throws: StoreError.conflict(key: "/a", expected: object.modified, actual: nil)) {
        try await store.update("/a", [], expecting: object.modified)
      }
    }
  }

  @Test func aDeletedKeyBeginsANewLife() async throws {
    try await withStore { store, _ in
      try await store.put("/a", bytes("one"))
      try await store.delete("/a")
      let second = try await store.put("/a", bytes("two"))
      #expect(second.created == second.modified)
    }
  }

  @Test func keepsAllWritesOfATransactionOrNone() async throws {
    struct Refusal: Error {}
    try await withStore { store, _ in
      try await store.create("/counter", bytes("1"))
      let revision = try await store.update { transaction in
        try transaction.update("/counter", bytes("2"))
        try transaction.create("/items/1", [])
        #expect(transaction.get("/counter")?.text == "2")
        #expect(transaction.list(prefix: "/items/").map(\.key) == ["/items/1"])
        return transaction.revision
      }
      #expect(revision == Revision(4))
      await #expect(throws: Refusal.self) {
        try await store.update { transaction in
          try transaction.update("/counter", bytes("3"))
          try transaction.delete("/items/1")
          throw Refusal()
        }
      }
      #expect(try await store.get("/counter")?.text == "2")
      #expect(try await store.get("/items/1") != nil)
      #expect(await store.currentRevision == revision)
    }
  }

  @Test func keepsAnyBytesUnderAnyKey() async throws {
    let keys = ["", "/", "e\u{301}", "\u{e9}", "a\0b", "a", "\u{10FFFF}", String(repeating: "k", count: 5_000)]
    let values: [[UInt8]] = [[], [0], Array(0...255), Array(repeating: 0xFF, count: 300_000)]
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      let written = try await withStore(at: path) { store in
        for (index, key) in keys.enumerated() { try await store.create(key, values[index % values.count]) }
        return try await store.list(prefix: "").objects
      }
      #expect(written.count == keys.count)
      try await withStore(at: path) { store in
        for (index, key) in keys.enumerated() {
          let object = try await store.get(key)
          #expect(object?.value == values[index % values.count])
        }
        let listing = try await store.list(prefix: "")
        #expect(listing.objects == written)
      }
    }
  }
}
