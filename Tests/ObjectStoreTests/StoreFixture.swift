import TestSupport
import Testing

@testable import ObjectStore

/// A store in a file of its own, which must be sound when the body is done.
func withStore<Result>(
  _ settings: Settings = Settings(),
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (Store, String) async throws -> Result
) async throws -> Result {
  try await TemporaryFolder.with { folder in
    let path = folder.path("store.db")
    return try await withStore(at: path, settings, sourceLocation: sourceLocation) { try await body($0, path) }
  }
}

/// Opens a store that may exist already, for as long as the body runs.
func withStore<Result>(
  at path: String,
  _ settings: Settings = Settings(),
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (Store) async throws -> Result
) async throws -> Result {
  let store = try Store.open(path: path, settings: settings)
  do {
    let result = try await body(store)
    let findings = try await store.check()
    #expect(findings == [], sourceLocation: sourceLocation)
    await store.close()
    return result
  } catch {
    await store.close()
    throw error
  }
}

extension Settings {
  init(_ change: (inout Settings) -> Void) {
    self.init()
    change(&self)
  }
}

func bytes(_ text: String) -> [UInt8] {
  Array(text.utf8)
}

extension StoredObject {
  var text: String { String(decoding: value, as: UTF8.self) }
}

extension Watch {
  /// The next changes, waiting for those that are not there yet.
  func next(_ count: Int) async throws -> [Change] {
    var changes: [Change] = []
    var iterator = makeAsyncIterator()
    while changes.count < count, let change = try await iterator.next() { changes.append(change) }
    return changes
  }
}

/// Random numbers that a failing test can repeat from its seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  // SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
