internal import ClusterClient
internal import KubernetesAPI

/// A command's streams tied to the terminal or pipe that kubectl itself has, for `exec`, `attach` and `run -i`.
struct RemoteSession {
  let invocation: Invocation
  let pod: Pod
  let container: String
  let wantsInput: Bool
  let wantsTerminal: Bool
  let isQuiet: Bool

  /// How the remote side ended; nil when the connection was closed without a word.
  func run(subresource: String, query: [QueryItem] = []) async throws -> RemoteCommandOutcome? {
    let terminal = await chosenTerminal()
    let streams = RemoteCommandStreams(
      input: wantsInput, output: true, error: terminal == nil, terminal: terminal != nil)
    let path = Pod.resource.path(namespace: pod.namespace, name: pod.name, subresource: subresource)
    var request = APIRequest("GET", path, query: query + [QueryItem("container", container)] + streams.query)
    request.headers["User-Agent"] = invocation.client.userAgent
    request.user = invocation.client.user
    let connection: RemoteCommandConnection
    do throws(StatusError) {
      connection = try await RemoteCommandConnection.open(request, at: invocation.client.endpoint)
    } catch {
      if error.reason == "InternalError" { throw RemoteSession.failure(error) }
      throw error
    }
    guard let terminal else { return try await carry(connection, nil) }
    var outcome: RemoteCommandOutcome?
    _ = try await terminal.withRawMode {
      outcome = try await carry(connection, terminal)
      return 0
    }
    return outcome
  }

  /// A terminal is only used when there is one on this side as well.
  private func chosenTerminal() async -> (any CommandTerminal)? {
    guard wantsTerminal else { return nil }
    if let terminal = invocation.io.terminal, wantsInput { return terminal }
    if wantsInput, !isQuiet {
      await invocation.io.printError("Unable to use a TTY - input is not a terminal or the right kind of file\n")
    }
    return nil
  }

  private func carry(
    _ connection: RemoteCommandConnection, _ terminal: (any CommandTerminal)?
  ) async throws -> RemoteCommandOutcome? {
    let io = invocation.io
    return try await withThrowingTaskGroup(of: Void.self) { group in
      if wantsInput { group.addTask { try await Self.sendInput(from: io, to: connection) } }
      if let terminal {
        group.addTask {
          for await size in terminal.sizes() { try await connection.resize(size) }
        }
      }
      defer { group.cancelAll() }
      let outcome = try await withTaskCancellationHandler {
        try await Self.receive(from: connection, to: io)
      } onCancel: {
        Task { await connection.close() }
      }
      await connection.close()
      return outcome
    }
  }

  private static func sendInput(from io: any CommandIO, to connection: RemoteCommandConnection) async throws {
    while let chunk = try await io.read() { try await connection.write(input: chunk) }
    try await connection.closeInput()
  }

  private static func receive(
    from connection: RemoteCommandConnection, to io: any CommandIO
  ) async throws -> RemoteCommandOutcome? {
    var outcome: RemoteCommandOutcome?
    while let event = try await connection.next() {
      switch event {
      case .output(let bytes): try await io.write(bytes)
      case .error(let bytes): await io.writeError(bytes)
      case .ended(let end): outcome = end
      }
    }
    return outcome
  }

  /// What went wrong on the way to the container, or inside of it, as kubectl tells it.
  static func failure(_ error: StatusError) -> Failure {
    Failure(error.message.isEmpty ? "the connection to the container broke off" : error.message)
  }
}
