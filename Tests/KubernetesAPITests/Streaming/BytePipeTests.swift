import KubernetesAPI
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct BytePipeTests {
  @Test func deliversChunksInOrderThenEnds() async throws {
    let pipe = BytePipe()
    try await pipe.write([1])
    try await pipe.write([])
    try await pipe.write([2, 3])
    pipe.finish()
    #expect(try await pipe.next() == [1])
    #expect(try await pipe.next() == [2, 3])
    #expect(try await pipe.next() == nil)
    #expect(try await pipe.next() == nil)
  }

  @Test func carriesEverythingThroughANarrowBound() async throws {
    let pipe = BytePipe(capacity: 10)
    async let sum: Int = {
      var sum = 0
      while let chunk = try await pipe.next() { sum += chunk.count }
      return sum
    }()
    for _ in 0..<5_000 { try await pipe.write([0, 1, 2]) }
    pipe.finish()
    #expect(try await sum == 15_000)
  }

  @Test func makesTheWriterWaitForASlowReader() async throws {
    let pipe = BytePipe(capacity: 4)
    let written = Atomic(0)
    let writer = Task {
      for _ in 0..<3 {
        try await pipe.write([0, 0, 0, 0])
        written.add(1, ordering: .relaxed)
      }
    }
    while written.load(ordering: .relaxed) < 1 { await Task.yield() }
    for _ in 0..<100 { await Task.yield() }
    #expect(written.load(ordering: .relaxed) == 1)
    _ = try await pipe.next()
    while written.load(ordering: .relaxed) < 2 { await Task.yield() }
    _ = try await pipe.next()
    try await writer.value
  }

  @Test func tellsTheWriterThatTheReaderHasGone() async throws {
    let calls = Mutex(0)
    let pipe = BytePipe(capacity: 1) { calls.withLock { $0 += 1 } }
    try await pipe.write([1])
    let writer = Task { try await pipe.write([2]) }
    pipe.cancel()
    pipe.cancel()
    await #expect(throws: BrokenPipe()) { try await writer.value }
    #expect(calls.withLock { $0 } == 1)
    #expect(try await pipe.next() == nil)
  }

  @Test func aCancelAfterTheEndIsNoNews() async throws {
    let calls = Mutex(0)
    let pipe = BytePipe { calls.withLock { $0 += 1 } }
    pipe.finish()
    pipe.cancel()
    #expect(calls.withLock { $0 } == 0)
  }

  @Test func throwsWhatBrokeItAfterTheLastChunk() async throws {
    struct Torn: Error {}
    let pipe = BytePipe()
    try await pipe.write([1])
    pipe.finish(throwing: Torn())
    pipe.finish()
    #expect(try await pipe.next() == [1])
    await #expect(throws: Torn.self) { try await pipe.next() }
  }

  @Test func aCancelledTaskStopsWaiting() async throws {
    let pipe = BytePipe(capacity: 1)
    let reader = Task { try await pipe.next() }
    reader.cancel()
    await #expect(throws: CancellationError.self) { try await reader.value }
    try await pipe.write([1])
    let writer = Task { try await pipe.write([2]) }
    writer.cancel()
    await #expect(throws: CancellationError.self) { try await writer.value }
    #expect(try await pipe.next() == [1])
  }

  @Test func aChannelHalfClosesAndEndsWhenForgotten() async throws {
    var ends: (PipeChannel, PipeChannel)? = PipeChannel.pair()
    let far = ends!.1
    try await ends!.0.write([1])
    ends!.0.closeWriting()
    #expect(try await far.read() == [1])
    #expect(try await far.read() == nil)
    try await far.write([2])
    #expect(try await ends!.0.read() == [2])
    ends = nil
    await #expect(throws: BrokenPipe()) { try await far.write([3]) }
  }
}
