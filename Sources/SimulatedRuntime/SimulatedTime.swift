/// The time that a simulated runtime lives in, in nanoseconds since 1970.
public protocol SimulatedTime: Sendable {
  func nanoseconds() -> Int64
  func sleep(untilNanoseconds moment: Int64) async throws
}
