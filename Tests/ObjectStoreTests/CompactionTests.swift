import Synchronization
import TestSupport
import Testing

@testable import ObjectStore

@Suite(.timeLimit(.minutes(1)))
struct CompactionTests {
  @Test func keepsTheStateAndForgetsHowItCameToBe() async throws {
    try await withStore { store, _ in
      for number in 0..<30 { try await store.put("/a/\(number % 3)", bytes("\(number)")) }
      try await store.delete("/a/0")
      let before = try await store.list(prefix: "")
      try await store.compact(keeping: 10)
      #expect(try await store.list(prefix: "") == before)

      let oldest = try await store.statistics.oldest
      #expect(oldest == Revision(22))
      let expired = StoreError.compacted(requested: Revision(21), oldest: oldest)
      await #expect(throws: expired) { try await store.watch(prefix: "", after: Revision(21)) }
      await #expect(throws: expired) { try await store.list(prefix: "", at: Revision(21)) }
      #expect(expired.isExpired)
      #expect(try await store.watch(prefix: "", after: oldest).next(10).count == 10)
      #expect(try await store.list(prefix: "", at: oldest).objects.count == 3)
    }
  }

  @Test func endsAWatchWhoseChangesAreGone() async throws {
    try await withStore { store, _ in
      let watch = try await store.watch(prefix: "", after: .initial)
      for number in 0..<5 { try await store.put("/a", bytes("\(number)")) }
      try await store.compact(keeping: 0)
      await #expect(throws: StoreError.compacted(requested: .initial, oldest: Revision(6))) { try await watch.next(1) }
    }
  }

  /// Compaction may pass a reader between its question and its turn on the thread that reads the disk.
  @Test func neverReadsAHistoryWithHoles() throws {
    let connection = try Connection(path: Connection.inMemoryPath, access: .readWrite)
    try Layout.prepare(connection)
    let history = History(connection: connection)
    var transaction = Transaction(on: ObjectTree(), at: .initial)
    for number in 0..<10 { transaction.put("/a/\(number % 2)", []) }
    try history.append(transaction.changes, written: 0)
    try history.compact(from: .initial, to: Revision(6))

    let expired = StoreError.compacted(requested: Revision(5), oldest: Revision(6))
    #expect(throws: expired) { try history.snapshot(prefix: "", at: Revision(5)) }
    #expect(throws: expired) {
      try history.changes(after: Revision(5), through: Revision(11), prefix: "", byteLimit: 1_000)
    }
    #expect(try history.snapshot(prefix: "", at: Revision(6)).count == 2)
    let kept = try history.changes(after: Revision(6), through: Revision(11), prefix: "", byteLimit: 1_000)
    #expect(kept.changes == Array(transaction.changes.dropFirst(5)))
  }

  @Test func forgetsADeletedKeyWithoutATrace() async throws {
    try await withStore { store, _ in
      for number in 0..<5 { try await store.create("/a/\(number)", []) }
      for number in 0..<5 { try await store.delete("/a/\(number)") }
      try await store.compact(keeping: 0)
      #expect(try await store.list(prefix: "").objects == [])
      let next = try await store.create("/a/1", [])
      #expect(next.modified == Revision(12))
    }
  }

  @Test func keepsTheRevisionWhenNothingIsLeft() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      try await withStore(at: path) { store in
        try await store.create("/a", [])
        try await store.delete("/a")
        try await store.compact(keeping: 0)
      }
      try await withStore(at: path) { store in
        #expect(await store.currentRevision == Revision(3))
        let next = try await store.create("/a", [])
        #expect(next.modified == Revision(4))
      }
    }
  }

  @Test func doesNotKeepMoreChangesThanItShould() async throws {
    let settings = Settings { $0.retention = Retention(age: .seconds(3_600), count: 200) }
    try await withStore(settings) { store, _ in
      for number in 0..<2_000 { try await store.put("/a/\(number % 10)", bytes("\(number)")) }
      let statistics = try await store.statistics
      let kept = statistics.oldest.distance(to: statistics.current)
      #expect(kept >= 200)
      #expect(kept < 300)
    }
  }

  @Test func doesNotKeepChangesLongerThanItShould() async throws {
    let clock = ManualMilliseconds()
    let settings = Settings {
      $0.retention = Retention(age: .seconds(300), count: 100_000)
      $0.now = { clock.now }
    }
    try await withStore(settings) { store, _ in
      for _ in 0..<1_000 { try await store.put("/a", []) }
      clock.advance(by: 299_000)
      for _ in 0..<100 { try await store.put("/a", []) }
      #expect(try await store.statistics.oldest == .initial)
      clock.advance(by: 2_000)
      for _ in 0..<100 { try await store.put("/a", []) }
      let oldest = try await store.statistics.oldest
      #expect(oldest > Revision(900))
      #expect(oldest <= Revision(1_001))
    }
  }

  @Test func aClockThatIsSetBackDoesNoHarm() async throws {
    let clock = ManualMilliseconds()
    try await withStore(Settings { $0.now = { clock.now } }) { store, _ in
      for step in [10_000, -50_000, 10_000, -1_000] as [Int64] {
        clock.advance(by: step)
        try await store.put("/a", [])
      }
    }
  }
}

/// A clock that stands until it is moved.
private final class ManualMilliseconds: Sendable {
  private let time = Mutex<Int64>(1_700_000_000_000)

  var now: Int64 { time.withLock { $0 } }

  func advance(by milliseconds: Int64) {
    time.withLock { $0 += milliseconds }
  }
}
