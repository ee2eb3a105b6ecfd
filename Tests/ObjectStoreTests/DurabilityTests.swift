import Glibc
import TestSupport
import Testing

@testable import ObjectStore

@Suite(.timeLimit(.minutes(3)))
struct DurabilityTests {
  /// A power loss leaves the log with some last bytes missing or wrong, but never those before a finished flush.
  @Test func everyAcknowledgedWriteSurvivesWhateverHappensToTheRestOfTheLog() async throws {
    let seed: UInt64 = 20_261
    var random = SeededGenerator(seed: seed)
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      var database: [UInt8] = []
      var log: [UInt8] = []
      var states: [(revision: Revision, logSize: Int, objects: [StoredObject])] = []
      try await withStore(at: path) { store in
        for number in 0..<60 {
          let key = "/a/\(Int.random(in: 0..<10, using: &random))"
          let value = [UInt8](repeating: UInt8(number), count: Int.random(in: 0...9_000, using: &random))
          if try await store.get(key) != nil, number % 4 == 0 {
            try await store.delete(key)
          } else {
            try await store.put(key, value)
          }
          let listing = try await store.list(prefix: "")
          states.append((listing.revision, try FileCopies.size(path + "-wal"), listing.objects))
        }
        database = try FileCopies.read(path)
        log = try FileCopies.read(path + "-wal")
      }
      #expect(states.map(\.logSize) == states.map(\.logSize).sorted(), "the log began anew, so the cuts mean nothing")

      let ends = states.map(\.logSize)
      let cuts = ends + ends.map { $0 - 1 } + (0..<100).map { _ in Int.random(in: ends[0]...log.count, using: &random) }
      for (index, cut) in cuts.enumerated() {
        let copy = folder.path("copy-\(index).db")
        try FileCopies.write(database, to: copy)
        let garbage = (0..<(index % 2) * min(log.count - cut, 5_000)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        try FileCopies.write(Array(log[..<cut]) + garbage, to: copy + "-wal")
        guard let expected = states.last(where: { $0.logSize <= cut }) else { continue }
        try await withStore(at: copy) { store in
          let listing = try await store.list(prefix: "")
          #expect(listing.revision == expected.revision, "seed \(seed), log cut at \(cut)")
          #expect(listing.objects == expected.objects, "seed \(seed), log cut at \(cut)")
        }
      }
    }
  }

  /// Twenty times over, a process with sixteen writers ends in the midst of it and the next one goes on.
  @Test func everyAcknowledgedWriteSurvivesAKill() async throws {
    var random = SeededGenerator(seed: 7)
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      for round in 0..<20 {
        let microseconds = Int.random(in: 1...60_000, using: &random)
        await #expect(processExitsWith: .signal(SIGKILL)) {
          [path = path as String, microseconds = microseconds as Int] in
          try await CrashingWriters(path: path).writeUntilKilled(after: microseconds)
        }
        try await withStore(at: path) { store in
          try await CrashingWriters(path: path).expectAcknowledgedWrites(in: store, round: round)
        }
      }
    }
  }

  /// A file size limit makes the disk fail under a write; what was acknowledged before is there all the same.
  @Test func aFailingDiskLosesNothingAcknowledged() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("store.db")
      await #expect(processExitsWith: .success) { [path = path as String] in
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 400_000, rlim_max: 400_000)
        try #require(setrlimit(__rlimit_resource_t(1), &limit) == 0)
        let store = try Store.open(path: path)
        var failure: StoreError?
        var written = 0
        while failure == nil, written < 1_000 {
          do throws(StoreError) {
            try await store.create("/a/\(written)", [UInt8](repeating: 0, count: 10_000))
            written += 1
          } catch {
            failure = error
          }
        }
        let refusal = try #require(failure)
        guard case .io = refusal else { throw refusal }
        // It is not known what the failed write has left, so nothing is written on top of it.
        await #expect(throws: refusal) { try await store.create("/b", []) }
        // Readers are served as before, and see only what was acknowledged.
        let listing = try await store.list(prefix: "")
        #expect(listing.objects.count == written)
        try FileCopies.write(Array("\(written)".utf8), to: path + ".written")
      }
      let written = Int(String(decoding: try FileCopies.read(path + ".written"), as: UTF8.self))
      try await withStore(at: path) { store in
        let listing = try await store.list(prefix: "")
        #expect(listing.objects.count == written)
        try await store.create("/b", [])
      }
    }
  }

  @Test func waitsForTheDiskAtEachCommit() async throws {
    try await TemporaryFolder.with { folder in
      let connection = try Connection(path: folder.path("store.db"), access: .readWrite)
      try connection.useDurableLog()
      // 2 is FULL: the log is flushed before the writer has its answer.
      #expect(try connection.integer("PRAGMA synchronous") == 2)
    }
    // Where there can be no log nothing is promised.
    let inMemory = try Connection(path: Connection.inMemoryPath, access: .readWrite)
    #expect(throws: StoreError.self) { try inMemory.useDurableLog() }
  }

  @Test func manyWritersShareAFlush() async throws {
    try await withStore { store, _ in
      for number in 0..<50 { try await store.put("/alone", bytes("\(number)")) }
      let alone = try await store.statistics
      #expect(alone.flushes == 50)

      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<64 {
          group.addTask {
            for number in 0..<20 { try await store.create("/together/\(writer)/\(number)", []) }
          }
        }
        try await group.waitForAll()
      }
      let together = try await store.statistics
      let writes = alone.current.distance(to: together.current)
      #expect(writes == 64 * 20)
      let ratio = Double(writes) / Double(together.flushes - alone.flushes)
      #expect(ratio > 4, "\(ratio) writes shared a flush")
    }
  }
}

/// Writers in a process that is killed while they write, and what they leave behind to judge the store by.
struct CrashingWriters: Sendable {
  let path: String

  private static let writers = 16
  private var acknowledgements: String { path + ".acknowledged" }

  /// Each writer counts on under a key of its own, and notes each number when the store has acknowledged it.
  func writeUntilKilled(after microseconds: Int) async throws {
    let store = try Store.open(path: path)
    let notes = open(acknowledgements, O_WRONLY | O_APPEND | O_CREAT, 0o600)
    try #require(notes >= 0)
    let notedBefore = try FileCopies.size(acknowledgements)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<Self.writers {
        group.addTask {
          // What the killed writer before has left must stay as well.
          var number = Int(try await store.get("/writer/\(writer)")?.text ?? "0") ?? 0
          while true {
            // One write of one line: the kernel keeps it when the process dies.
            let line = bytes("\(writer) \(number)\n")
            try #require(Glibc.write(notes, line, line.count) == line.count)
            number += 1
            let next = number
            try await store.update { transaction in
              transaction.put("/writer/\(writer)", bytes("\(next)"))
              // Enough to make a commit take its time.
              for noise in 0..<8 {
                transaction.put("/noise/\(writer)/\(noise)", [UInt8](repeating: 7, count: next * 100 % 3_000))
              }
            }
          }
        }
      }
      group.addTask {
        // From the first acknowledgements on, however slow the machine is just now.
        try await Deadline.wait("writes are acknowledged") {
          try FileCopies.size(acknowledgements) > notedBefore + 20 * Self.writers
        }
        try endProcess(in: microseconds)
      }
      try await group.waitForAll()
    }
  }

  /// Lets the kernel send the signal: a task would wait for a moment when the writers have nothing to do.
  private func endProcess(in microseconds: Int) throws {
    var event = sigevent()
    event.sigev_notify = Int32(SIGEV_SIGNAL)
    event.sigev_signo = SIGKILL
    var timer: timer_t?
    try #require(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
    var time = itimerspec()
    time.it_value = timespec(tv_sec: microseconds / 1_000_000, tv_nsec: microseconds % 1_000_000 * 1_000)
    try #require(timer_settime(timer, 0, &time, nil) == 0)
  }

  func expectAcknowledgedWrites(in store: Store, round: Int) async throws {
    var acknowledged: [Int: Int] = [:]
    for line in String(decoding: try FileCopies.read(acknowledgements), as: UTF8.self).split(separator: "\n") {
      let numbers = line.split(separator: " ").compactMap { Int($0) }
      acknowledged[numbers[0]] = numbers[1]
    }
    #expect(!acknowledged.isEmpty, "round \(round)")
    for writer in 0..<Self.writers {
      let found = Int(try await store.get("/writer/\(writer)")?.text ?? "0") ?? 0
      let least = acknowledged[writer] ?? 0
      // Each had one write under way, which may have been kept as well.
      #expect(found == least || found == least + 1, "round \(round), writer \(writer): \(found) after \(least)")
    }
  }
}
