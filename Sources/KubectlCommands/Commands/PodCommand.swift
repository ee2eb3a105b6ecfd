internal import KubernetesAPI

/// A command in a container whose input and output are this program's own business, unlike those of `exec`.
struct PodCommand {
  let invocation: Invocation
  let pod: Pod
  let container: String
  let words: [String]

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - input: Sends what the command reads; nil gives it no input.
  func run(
    input: (@Sendable (RemoteCommandConnection) async throws -> Void)? = nil,
    output: ([UInt8]) async throws -> Void, error: ([UInt8]) async throws -> Void
  ) async throws -> RemoteCommandOutcome? {
    let streams = RemoteCommandStreams(input: input != nil, output: true, error: true)
    let path = Pod.resource.path(namespace: pod.namespace, name: pod.name, subresource: "exec")
    let query = words.map { QueryItem("command", $0) } + [QueryItem("container", container)] + streams.query
    var request = APIRequest("GET", path, query: query)
    request.headers["User-Agent"] = invocation.client.userAgent
    request.user = invocation.client.user
    let connection = try await RemoteCommandConnection.open(request, at: invocation.client.endpoint)
    let sender = Task {
      guard let input else { return }
      try await input(connection)
      try await connection.closeInput()
    }
    defer { sender.cancel() }
    return try await withTaskCancellationHandler {
      var outcome: RemoteCommandOutcome?
      while let event = try await connection.next() {
        switch event {
        case .output(let bytes): try await output(bytes)
        case .error(let bytes): try await error(bytes)
        case .ended(let end): outcome = end
        }
      }
      await connection.close()
      // What went wrong while sending is told only when the command itself had nothing to complain of.
      if outcome == .exited(0) { try await sender.value }
      return outcome
    } onCancel: {
      Task { await connection.close() }
    }
  }

  /// Throws what `exec` would say of an end that was no success.
  static func check(_ outcome: RemoteCommandOutcome?) throws {
    switch outcome {
    case .exited(0), nil: return
    case .exited(let code): throw Failure(whole: "command terminated with exit code \(code)", exitCode: code)
    case .failed(let error): throw RemoteSession.failure(error)
    }
  }
}
