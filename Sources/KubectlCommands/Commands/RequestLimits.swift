internal import KubernetesAPI

/// Ends each request after a time: the wait for an answer fails, a stream just stops.
struct TimeLimitedEndpoint: APIEndpoint {
  let base: any APIEndpoint
  let limit: Duration

  init(_ base: any APIEndpoint, limit: Duration) {
    self.base = base
    self.limit = limit
  }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let deadline = ContinuousClock.now + limit
    let outcome = await withTaskGroup(of: Result<APIResponse, StatusError>?.self) { group in
      group.addTask {
        do throws(StatusError) { return .success(try await base.send(request)) } catch { return .failure(error) }
      }
      group.addTask {
        try? await Task.sleep(until: deadline, clock: .continuous)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    guard let outcome else {
      throw .unreachable(
        "net/http: request canceled (Client.Timeout exceeded while awaiting headers)")
    }
    var response = try outcome.get()
    if case .stream(let stream) = response.body {
      response.body = .stream(TimeLimitedStream(stream, deadline: deadline))
    }
    return response
  }
}

/// A stream that ends when its time is over.
private final class TimeLimitedStream: ByteStream {
  private let base: any ByteStream
  private let deadline: ContinuousClock.Instant

  init(_ base: any ByteStream, deadline: ContinuousClock.Instant) {
    self.base = base
    self.deadline = deadline
  }

  func next() async throws -> [UInt8]? {
    if ContinuousClock.now >= deadline { return nil }
    return try await withThrowingTaskGroup(of: [UInt8]?.self) { [base, deadline] group in
      group.addTask {
        try await withTaskCancellationHandler {
          try await base.next()
        } onCancel: {
          base.cancel()
        }
      }
      group.addTask {
        try await Task.sleep(until: deadline, clock: .continuous)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  func cancel() { base.cancel() }
}
