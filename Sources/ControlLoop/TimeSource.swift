public import ObjectSchema

/// Where components take the time from, so that a test can give it by hand.
public protocol TimeSource: Sendable {
  func now() -> Timestamp
  /// Returns at the moment, or throws `CancellationError` before it.
  func sleep(until moment: Timestamp) async throws
}

extension TimeSource {
  public func sleep(for duration: Duration) async throws {
    try await sleep(until: now() + duration)
  }
}

/// The machine's own time.
public struct SystemTime: TimeSource {
  public init() {}

  public func now() -> Timestamp { Timestamp.now() }

  public func sleep(until moment: Timestamp) async throws {
    try await Task.sleep(for: max(.zero, moment - now()))
  }
}
