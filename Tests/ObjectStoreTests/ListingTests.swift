import Testing

@testable import ObjectStore

@Suite(.timeLimit(.minutes(1)))
struct ListingTests {
  @Test func listsTheKeysUnderAPrefixInTheOrderOfTheirBytes() async throws {
    try await withStore { store, _ in
      for key in ["/pods/b", "/pods/a", "/podsets/a", "/pod", "/pods/a-b", "/pods/a/b", "/pods/\u{e9}", "/pods/Z"] {
        try await store.create(key, [])
      }
      let listing = try await store.list(prefix: "/pods/")
      #expect(
        listing.objects.map(\.key) == ["/pods/Z", "/pods/a", "/pods/a-b", "/pods/a/b", "/pods/b", "/pods/\u{e9}"])
      #expect(listing.revision == Revision(9))
      #expect(!listing.hasMore)
      #expect(try await store.list(prefix: "").objects.count == 8)
      #expect(try await store.list(prefix: "/none").objects.isEmpty)
    }
  }

  @Test func continuesAListingAtItsOwnRevision() async throws {
    try await withStore { store, _ in
      for number in 10..<20 { try await store.create("/a/\(number)", bytes("old")) }
      let first = try await store.list(prefix: "/a/", limit: 4)
      #expect(first.objects.map(\.key) == ["/a/10", "/a/11", "/a/12", "/a/13"])
      #expect(first.remaining == 6)

      try await store.delete("/a/15")
      try await store.update("/a/16", bytes("new"))
      try await store.create("/a/165", [])

      let second = try await store.list(prefix: "/a/", after: first.objects.last?.key, limit: 4, at: first.revision)
      #expect(second.objects.map(\.key) == ["/a/14", "/a/15", "/a/16", "/a/17"])
      #expect(second.objects.allSatisfy { $0.text == "old" })
      #expect(second.revision == first.revision)
      #expect(second.remaining == 2)
    }
  }

  /// Settings under which old revisions are only on disk, and under which they are in memory.
  @Test(arguments: [0, 1_000])
  func showsEachKeptRevisionAsItWas(changesInMemory: Int) async throws {
    let settings = Settings { $0.recentCountLimit = changesInMemory }
    try await withStore(settings) { store, _ in
      var seen: [Revision: [StoredObject]] = [:]
      for round in 0..<20 {
        if round % 5 == 4 {
          try await store.delete("/a/\(round % 3)")
        } else {
          try await store.put("/a/\(round % 3)", [])
        }
        let listing = try await store.list(prefix: "/a/")
        seen[listing.revision] = listing.objects
      }
      for (revision, objects) in seen {
        #expect(try await store.list(prefix: "/a/", at: revision).objects == objects, "revision \(revision)")
      }
    }
  }

  @Test func refusesARevisionThatIsYetToCome() async throws {
    try await withStore { store, _ in
      let refusal = StoreError.futureRevision(requested: Revision(5), current: .initial)
      await #expect(throws: refusal) { try await store.list(prefix: "", at: Revision(5)) }
      await #expect(throws: refusal) { try await store.watch(prefix: "", after: Revision(5)) }
    }
  }
}
