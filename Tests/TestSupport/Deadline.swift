/// Waiting for something in the outside world that sends no message when it happens.
public enum Deadline {
  /// Returns as soon as the condition holds; throws what was waited for when the time is over.
  public static func wait(
    _ what: String, within limit: Duration = .seconds(10), until condition: () async throws -> Bool
  ) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
      if ContinuousClock.now >= end { throw TimeLimitExceeded(description: "not within \(limit): \(what)") }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
