internal import Glibc
internal import Synchronization

/// A world in which only what the test runs takes place, one step at a time, and time passes when nothing else can.
///
/// Everything in the body, with all its child tasks, runs on the calling thread in an order that the seed decides. A
/// sleep takes no real time: when no task can go on, the clock leaps to the next one that sleeps.
public final class SimulatedWorld: TaskExecutor {
  private struct Sleeper {
    var moment: Int64
    var continuation: CheckedContinuation<Void, any Error>
  }

  private enum Work {
    case job(UnownedJob)
    case plain(@Sendable () -> Void)
  }

  private struct State {
    var ready: [Work] = []
    var sleepers: [Int: Sleeper] = [:]
    var nextSleeper = 0
    var now: Int64
    var chance: SeededChance
  }

  private let state: Mutex<State>

  /// - Parameter start: Seconds since 1970 at which the world begins.
  public init(seed: UInt64, start: Int64 = 1_795_262_400) {
    state = Mutex(State(now: start * 1_000_000_000, chance: SeededChance(seed: seed)))
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.ready.append(.job(job)) }
  }

  /// Has something done when its turn comes.
  public func perform(_ work: @escaping @Sendable () -> Void) { state.withLock { $0.ready.append(.plain(work)) } }

  /// Nanoseconds since 1970.
  public var now: Int64 { state.withLock(\.now) }

  public func sleep(until moment: Int64) async throws {
    let number = state.withLock { state in
      state.nextSleeper += 1
      return state.nextSleeper
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isOver = state.withLock { state in
          if moment <= state.now || Task.isCancelled { return true }
          state.sleepers[number] = Sleeper(moment: moment, continuation: continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
      try Task.checkCancellation()
    } onCancel: {
      let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  /// A number that the seed decides.
  public func pick(_ range: Range<Int>) -> Int { state.withLock { Int.random(in: range, using: &$0.chance) } }

  /// Sixty-four bits that the seed decides.
  public func randomness() -> UInt64 { state.withLock { $0.chance.next() } }

  /// Runs the body to its end in this world.
  public func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
    let box = Outcome<Result>()
    let task = Task(executorPreference: self) {
      do {
        box.set(.success(try await body()))
      } catch {
        box.set(.failure(error))
      }
    }
    var idleSince: ContinuousClock.Instant?
    while true {
      if let work = takeWork() {
        idleSince = nil
        switch work {
        case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .plain(let work): work()
        }
        continue
      }
      if let outcome = box.value { return try outcome.get() }
      if wakeNext() { continue }
      // Something outside of this world may still be at work for it, such as a real timer.
      let begin = idleSince ?? .now
      idleSince = begin
      if begin.duration(to: .now) > .seconds(10) {
        task.cancel()
        throw StandstillError()
      }
      usleep(200)
    }
  }

  private final class Outcome<Value: Sendable>: Sendable {
    private let content = Mutex<Swift.Result<Value, any Error>?>(nil)
    var value: Swift.Result<Value, any Error>? { content.withLock { $0 } }
    func set(_ value: Swift.Result<Value, any Error>) { content.withLock { $0 = value } }
  }

  private func takeWork() -> Work? {
    state.withLock { state in
      guard !state.ready.isEmpty else { return nil }
      return state.ready.remove(at: Int.random(in: state.ready.indices, using: &state.chance))
    }
  }

  /// Leaps to the next moment for which somebody sleeps.
  private func wakeNext() -> Bool {
    let sleeper = state.withLock { state -> Sleeper? in
      let next = state.sleepers.min { ($0.value.moment, $0.key) < ($1.value.moment, $1.key) }
      guard let next else { return nil }
      state.sleepers[next.key] = nil
      state.now = max(state.now, next.value.moment)
      return next.value
    }
    sleeper?.continuation.resume()
    return sleeper != nil
  }
}

/// Nothing in a simulated world can go on, and its body has not ended.
public struct StandstillError: Error, CustomStringConvertible {
  public var description: String { "nothing in the simulated world can go on" }
}

/// Chance that comes out the same for the same seed.
public struct SeededChance: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
