/// Thrown when something did not happen in the time it was given.
public struct TimeLimitExceeded: Error, CustomStringConvertible {
  public let description: String
}

/// Runs the body and cancels it when the time is over; the error says what was waited for.
public func withTimeLimit<Result: Sendable>(
  _ limit: Duration, _ what: @autoclosure @escaping @Sendable () -> String,
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try? await Task.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    if let first = try await group.next(), let result = first { return result }
    throw TimeLimitExceeded(description: "not within \(limit): \(what())")
  }
}
