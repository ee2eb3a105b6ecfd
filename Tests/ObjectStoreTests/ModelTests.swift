import Glibc
import TestSupport
import Testing

@testable import ObjectStore

/// Random operations on a store and on a model that is too simple to be wrong.
///
/// `STORE_SEED=7` repeats one run; `STORE_OPERATIONS=1000000` lets each run go on for longer.
@Suite(.timeLimit(.minutes(5)))
struct ModelTests {
  static let seeds = environment("STORE_SEED").map { [$0] } ?? Array(1...8)
  static let operations = environment("STORE_OPERATIONS") ?? 600

  @Test(arguments: seeds)
  func behavesAsADictionaryWithAMemory(seed: Int) async throws {
    try await TemporaryFolder.with { folder in
      let run = ModelRun(path: folder.path("store.db"), seed: seed)
      for _ in 0..<Self.operations where run.failures.isEmpty { try await run.step() }
      try await run.finish()
      for failure in run.failures { Testing.Issue.record("seed \(seed): \(failure)") }
      // A run that tried nothing would prove nothing.
      #expect(run.log.count > Self.operations / 4, "seed \(seed)")
    }
  }

  private static func environment(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }
}

private final class ModelRun {
  private let path: String
  private let settings: Settings
  private var random: SeededGenerator
  private var store: Store?

  private var objects: [String: StoredObject] = [:]
  /// Every change there ever was; the one at index n has revision n + 2.
  private(set) var log: [Change] = []
  private var watches: [OpenWatch] = []
  private(set) var failures: [String] = []

  private struct OpenWatch {
    var watch: Watch
    var reached: Revision
  }

  init(path: String, seed: Int) {
    self.path = path
    var random = SeededGenerator(seed: UInt64(seed))
    settings = Settings {
      $0.recentCountLimit = Int.random(in: 0...60, using: &random)
      $0.recentByteLimit = [2_000, 1 << 20].randomElement(using: &random)!
      $0.retention = Retention(age: .seconds(300), count: [150, 100_000].randomElement(using: &random)!)
      $0.watchLagLimit = Int.random(in: 20...100, using: &random)
    }
    self.random = random
  }

  private var revision: Revision { Revision(Int64(log.count) + 1) }

  func step() async throws {
    let store = try await opened()
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<20: await create(store)
    case 20..<45: await update(store)
    case 45..<60: await delete(store)
    case 60..<68: await transact(store)
    case 68..<78: try await list(store)
    case 78..<83: try await listThePast(store)
    case 83..<88: try await startWatch(store)
    case 88..<96: await readWatch()
    case 96: try await store.compact(keeping: min(Int.random(in: 0...80, using: &random), log.count))
    case 97: watches.removeAll()
    case 98: try await check(store)
    default: try await close()
    }
    let current = await store.currentRevision
    expect(current == revision, "the store is at \(current), the model at \(revision)")
  }

  func finish() async throws {
    while let open = watches.popLast() { _ = await read(open) }
    try await check(try await opened())
    try await close()
    // What is on disk is what was in memory.
    let store = try await opened()
    let listing = try await store.list(prefix: "")
    expect(listing.objects == state(at: revision, prefix: ""), "another state after opening again")
    try await check(store)
    try await close()
  }

  // MARK: - Writes

  private func create(_ store: Store) async {
    let key = anyKey()
    let value = anyValue()
    let present = objects[key]
    let outcome = await result { () throws(StoreError) in try await store.create(key, value) }
    if let present {
      expect(outcome == .failure(.alreadyExists(key: key, actual: present.modified)), "create \(key): \(outcome)")
    } else {
      record(.put, key, value)
      expect(outcome == .success(objects[key]!), "create \(key): \(outcome)")
    }
  }

  private func update(_ store: Store) async {
    let key = anyKey()
    let value = anyValue()
    let present = objects[key]
    let expected = anyExpectation(of: present)
    let outcome = await result { () throws(StoreError) in try await store.update(key, value, expecting: expected) }
    if let refusal = refusal(of: key, present, expected) {
      expect(outcome == .failure(refusal), "update \(key): \(outcome)")
    } else {
      record(.put, key, value)
      expect(outcome == .success(objects[key]!), "update \(key): \(outcome)")
    }
  }

  private func delete(_ store: Store) async {
    let key = anyKey()
    let present = objects[key]
    let expected = anyExpectation(of: present)
    let outcome = await result { () throws(StoreError) in try await store.delete(key, expecting: expected) }
    if let refusal = refusal(of: key, present, expected) {
      expect(outcome == .failure(refusal), "delete \(key): \(outcome)")
    } else {
      record(.delete, key, [])
      expect(outcome == .success(log.last!.current), "delete \(key): \(outcome)")
    }
  }

  private func transact(_ store: Store) async {
    struct Refusal: Error {}
    let writes = (0..<Int.random(in: 1...6, using: &random)).map { _ in
      (anyKey(), anyValue(), Bool.random(using: &random))
    }
    let isKept = Int.random(in: 0..<4, using: &random) > 0
    do {
      try await store.update { transaction in
        for (key, value, deletes) in writes {
          if deletes, transaction.get(key) != nil { try transaction.delete(key) } else { transaction.put(key, value) }
        }
        if !isKept { throw Refusal() }
      }
      expect(isKept, "a transaction that failed was kept")
      for (key, value, deletes) in writes { record(deletes && objects[key] != nil ? .delete : .put, key, value) }
    } catch {
      expect(!isKept, "a transaction failed: \(error)")
    }
  }

  private func record(_ operation: Change.Operation, _ key: String, _ value: [UInt8]) {
    let previous = objects[key]
    let next = revision.next
    let current = StoredObject(
      key: key,
      value: operation == .put ? value : previous!.value,
      created: previous?.created ?? next,
      modified: next
    )
    objects[key] = operation == .put ? current : nil
    log.append(Change(operation: operation, current: current, previous: previous))
  }

  private func refusal(of key: String, _ present: StoredObject?, _ expected: Revision?) -> StoreError? {
    if let expected, expected != present?.modified {
      return .conflict(key: key, expected: expected, actual: present?.modified)
    }
    return present == nil ? .notFound(key: key) : nil
  }

  // MARK: - Reads

  private func list(_ store: Store) async throws {
    let prefix = anyPrefix()
    var listing = try await store.list(prefix: prefix, limit: Int.random(in: 1...5, using: &random))
    var found = listing.objects
    let expected = state(at: revision, prefix: prefix)
    while listing.hasMore {
      expect(listing.remaining == expected.count - found.count, "list \(prefix): \(listing.remaining) remaining")
      listing = try await store.list(prefix: prefix, after: found.last?.key, limit: 3, at: listing.revision)
      found += listing.objects
    }
    expect(found == expected, "list \(prefix): \(found.map(\.key)), expected \(expected.map(\.key))")
    for key in Self.keys {
      let object = try await store.get(key)
      expect(object == objects[key], "get \(key)")
    }
  }

  private func listThePast(_ store: Store) async throws {
    let prefix = anyPrefix()
    let past = Revision(Int64.random(in: 1...revision.number, using: &random))
    let oldest = try await store.statistics.oldest
    let outcome = await result { () throws(StoreError) in try await store.list(prefix: prefix, at: past).objects }
    if past < oldest {
      expect(outcome == .failure(.compacted(requested: past, oldest: oldest)), "list at \(past): \(outcome)")
    } else {
      expect(outcome == .success(state(at: past, prefix: prefix)), "list \(prefix) at \(past): \(outcome)")
    }
  }

  private func startWatch(_ store: Store) async throws {
    let start = Revision(Int64.random(in: 1...revision.number, using: &random))
    let oldest = try await store.statistics.oldest
    do throws(StoreError) {
      watches.append(OpenWatch(watch: try await store.watch(prefix: anyPrefix(), after: start), reached: start))
      expect(start >= oldest, "a watch from \(start) began, but history begins at \(oldest)")
    } catch {
      expect(error == .compacted(requested: start, oldest: oldest), "watch from \(start): \(error)")
    }
  }

  private func readWatch() async {
    guard let index = watches.indices.randomElement(using: &random) else { return }
    if let open = await read(watches.remove(at: index)) { watches.append(open) }
  }

  /// Reads some or all of what the watch has to tell; nil when it came to a rightful end.
  private func read(_ open: OpenWatch) async -> OpenWatch? {
    var open = open
    let prefix = open.watch.prefix
    let pending = log.dropFirst(Int(open.reached.number) - 1).filter { $0.key.hasPrefix(prefix) }
    let count = Bool.random(using: &random) ? pending.count : Int.random(in: 0...pending.count, using: &random)
    var events = open.watch.events.makeAsyncIterator()
    do throws(StoreError) {
      for (index, expected) in pending.prefix(count).enumerated() {
        let event = try await events.next()
        expect(event == .change(expected), "watch \(prefix): \(event as Any), expected \(expected)")
        open.reached = expected.revision
        let next = index + 1 < pending.count ? pending[index + 1].revision : revision.next
        let progress = open.watch.progress ?? .initial
        expect(progress >= expected.revision && progress < next, "watch \(prefix): progress \(progress) before \(next)")
      }
      if count == pending.count {
        open.watch.requestProgress()
        let event = try await events.next()
        expect(event == .progress(revision), "watch \(prefix): \(event as Any), expected progress")
        open.reached = revision
      }
      return open
    } catch {
      switch error {
      case .compacted(let requested, let oldest): expect(requested < oldest, "\(error)")
      case .watchFellBehind(let reached, let current):
        expect(reached.distance(to: current) >= settings.watchLagLimit, "\(error)")
      default: expect(false, "\(error)")
      }
      return nil
    }
  }

  private func check(_ store: Store) async throws {
    let findings = try await store.check()
    expect(findings.isEmpty, "self-check: \(findings)")
  }

  /// The state at a revision, from the log of all changes.
  private func state(at revision: Revision, prefix: String) -> [StoredObject] {
    var objects: [String: StoredObject] = [:]
    for change in log.prefix(Int(revision.number) - 1) where change.key.hasPrefix(prefix) {
      objects[change.key] = change.operation == .put ? change.current : nil
    }
    return objects.values.sorted { $0.key < $1.key }
  }

  // MARK: - The store and chance

  private func opened() async throws -> Store {
    if let store { return store }
    let store = try Store.open(path: path, settings: settings)
    self.store = store
    return store
  }

  private func close() async throws {
    await store?.close()
    store = nil
    watches.removeAll()
  }

  private func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { failures.append("at revision \(revision): " + message()) }
  }

  private func result<R>(_ body: () async throws(StoreError) -> R) async -> Result<R, StoreError> {
    do throws(StoreError) { return .success(try await body()) } catch { return .failure(error) }
  }

  private static let keys =
    (0..<12).map { "/pods/default/p\($0)" } + (0..<8).map { "/pods/kube-system/p\($0)" }
    + (0..<5).map { "/nodes/n\($0)" }

  private func anyKey() -> String { Self.keys.randomElement(using: &random)! }

  private func anyPrefix() -> String {
    ["", "/pods/", "/pods/default/", "/nodes/", "/pods/default/p1", "/none/"].randomElement(using: &random)!
  }

  private func anyValue() -> [UInt8] {
    Array(repeating: UInt8.random(in: .min ... .max, using: &random), count: Int.random(in: 0...300, using: &random))
  }

  private func anyExpectation(of present: StoredObject?) -> Revision? {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: nil
    case 1: Revision(Int64.random(in: 1...revision.number, using: &random))
    default: present?.modified
    }
  }
}
