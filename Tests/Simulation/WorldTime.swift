public import ControlLoop
public import ObjectSchema
public import SimulatedRuntime

/// The simulated world's clock, as components and runtimes read it.
public struct WorldTime: TimeSource, SimulatedTime {
  public let world: SimulatedWorld

  public init(world: SimulatedWorld) { self.world = world }

  public func now() -> Timestamp { Timestamp(nanosecondsSince1970: world.now) }
  public func sleep(until moment: Timestamp) async throws { try await world.sleep(until: moment.nanosecondsSince1970) }
  public func nanoseconds() -> Int64 { world.now }
  public func sleep(untilNanoseconds moment: Int64) async throws { try await world.sleep(until: moment) }
}
