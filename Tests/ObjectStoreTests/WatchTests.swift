import TestSupport
import Testing

@testable import ObjectStore

@Suite(.timeLimit(.minutes(1)))
struct WatchTests {
  @Test func tellsEachChangeWithWhatWasBefore() async throws {
    try await withStore { store, _ in
      let watch = try await store.watch(prefix: "/a/", after: .initial)
      let created = try await store.create("/a/1", bytes("one"))
      try await store.create("/b/1", bytes("not for this watch"))
      let updated = try await store.update("/a/1", bytes("two"))
      let deleted = try await store.delete("/a/1")
      let changes = try await watch.next(3)
      #expect(
        changes == [
          Change(operation: .put, current: created, previous: nil),
          Change(operation: .put, current: updated, previous: created),
          Change(operation: .delete, current: deleted, previous: updated),
        ])
      #expect(deleted.text == "two")
    }
  }

  /// Settings under which the changes come from disk, partly from memory, and wholly from memory.
  @Test(arguments: [0, 7, 10_000])
  func startsFromAnyKeptRevision(changesInMemory: Int) async throws {
    let settings = Settings { $0.recentCountLimit = changesInMemory }
    try await withStore(settings) { store, _ in
      for number in 0..<30 { try await store.put("/a/\(number % 4)", bytes("\(number)")) }
      let current = await store.currentRevision
      for start in 1...current.number {
        let watch = try await store.watch(prefix: "/a/", after: Revision(start))
        let revisions = try await watch.next(Int(current.number - start)).map(\.revision.number)
        #expect(revisions == Array(start + 1..<current.number + 1))
      }
    }
  }

  @Test func followsWritersWithoutGapsOrDoubles() async throws {
    try await withStore { store, _ in
      try await withThrowingTaskGroup(of: [Revision].self) { group in
        for _ in 0..<10 {
          let watch = try await store.watch(prefix: "/a/", after: .initial)
          group.addTask { try await watch.next(200).map(\.revision) }
        }
        try await withThrowingTaskGroup(of: Void.self) { writers in
          for writer in 0..<8 {
            writers.addTask {
              for number in 0..<25 {
                try await store.create("/a/\(writer)/\(number)", [])
                try await store.create("/b/\(writer)/\(number)", [])
              }
            }
          }
          try await writers.waitForAll()
        }
        let expected = try await store.list(prefix: "/a/").objects.map(\.modified).sorted()
        for try await revisions in group { #expect(revisions == expected) }
      }
    }
  }

  @Test func cutsOffAWatchThatFellBehind() async throws {
    let settings = Settings { $0.watchLagLimit = 10 }
    try await withStore(settings) { store, _ in
      let watch = try await store.watch(prefix: "/a/", after: .initial)
      // While it has not caught up yet it may take its time.
      for number in 0..<20 { try await store.put("/a/1", bytes("\(number)")) }
      #expect(try await watch.next(20).count == 20)
      watch.requestProgress()
      var events = watch.events.makeAsyncIterator()
      #expect(try await events.next() == .progress(Revision(21)))

      for number in 0..<11 { try await store.put("/a/1", bytes("\(number)")) }
      let error = await #expect(throws: StoreError.self) { try await watch.next(1) }
      #expect(error == .watchFellBehind(reached: Revision(21), current: Revision(32)))
      #expect(error?.isExpired == true)
    }
  }

  @Test func aQuietWatchNeverFallsBehind() async throws {
    let settings = Settings {
      $0.recentCountLimit = 5
      $0.watchLagLimit = 10
    }
    try await withStore(settings) { store, _ in
      let watch = try await store.watch(prefix: "/a/", after: .initial)
      async let changes = watch.next(1)
      for number in 0..<50 {
        let written = try await store.put("/b", bytes("\(number)"))
        try await Deadline.wait("the waiting watch has passed what is not for it") {
          watch.progress == written.modified
        }
      }
      let created = try await store.create("/a/1", [])
      #expect(try await changes.map(\.current) == [created])
    }
  }

  @Test func tellsProgressInOrderWithTheChanges() async throws {
    try await withStore { store, _ in
      let watch = try await store.watch(prefix: "/a/", after: .initial)
      try await store.create("/a/1", [])
      try await store.create("/b/1", [])
      watch.requestProgress()
      var events = watch.events.makeAsyncIterator()
      guard case .change(let change) = try await events.next() else {
        Testing.Issue.record("progress was told before the change")
        return
      }
      #expect(change.revision == Revision(2))
      #expect(watch.progress == Revision(2))
      #expect(try await events.next() == .progress(Revision(3)))
      #expect(watch.progress == Revision(3))

      // One that waits already is told as well.
      async let next = watch.events.first { _ in true }
      watch.requestProgress()
      #expect(try await next == .progress(Revision(3)))
    }
  }

  @Test func endsWhenItsTaskIsCancelled() async throws {
    try await withStore { store, _ in
      let watch = try await store.watch(prefix: "", after: .initial)
      let reader = Task { try await watch.next(1) }
      for _ in 0..<5 { await Task.yield() }
      reader.cancel()
      #expect(try await reader.value == [])
      // Another reader may go on with it.
      try await store.create("/a", [])
      #expect(try await watch.next(1).count == 1)
    }
  }

  @Test func endsWhenItIsCancelledOrTheStoreIsClosed() async throws {
    try await withStore { store, _ in
      let watch = try await store.watch(prefix: "", after: .initial)
      async let changes = watch.next(1)
      watch.cancel()
      #expect(try await changes == [])
    }
    let store = try Store.inMemory()
    let watch = try await store.watch(prefix: "", after: .initial)
    async let changes = watch.next(1)
    await store.close()
    #expect(try await changes == [])
  }

  @Test func isForgottenWhenNobodyHoldsIt() async throws {
    try await withStore { store, _ in
      var watch: Watch? = try await store.watch(prefix: "", after: .initial)
      #expect(try await store.statistics.watches == 1)
      watch?.requestProgress()
      watch = nil
      #expect(try await store.statistics.watches == 0)
    }
  }
}
