internal import Simulation
internal import Synchronization

/// How likely it is at the moment that something goes wrong by itself.
final class Weather: Sendable {
  struct Chances: Sendable {
    /// Of a hundred requests, how many are lost before they are carried out.
    var lostRequests = 0
    /// … and how many answers afterwards.
    var lostAnswers = 0
    /// Of a hundred calls of a runtime, how many fail.
    var runtimeFailures = 0
    /// The longest that a message or a piece of work takes, in milliseconds.
    var slowness = 5

    static let fair = Chances()
  }

  private let world: SimulatedWorld
  private let chances = Mutex(Chances.fair)

  init(world: SimulatedWorld) { self.world = world }

  func change(to new: Chances) { chances.withLock { $0 = new } }

  var losesRequest: Bool { happens(chances.withLock(\.lostRequests)) }
  var losesAnswer: Bool { happens(chances.withLock(\.lostAnswers)) }
  var failsInRuntime: Bool { happens(chances.withLock(\.runtimeFailures)) }

  /// Lets pass what a message or a piece of work takes; throws when the task is cancelled.
  func delay() async throws {
    let microseconds = world.pick(0..<(chances.withLock(\.slowness) * 1000))
    // Most things take no time worth telling, which lets their order be any.
    if microseconds % 3 == 0 { try await world.sleep(until: world.now + Int64(microseconds) * 1000) }
  }

  private func happens(_ chance: Int) -> Bool { chance > 0 && world.pick(0..<100) < chance }
}
