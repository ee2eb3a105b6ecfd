import Testing

@testable import KubernetesAPI

/// An endpoint that runs one closure as the command of every request.
private struct CommandEndpoint: APIEndpoint {
  let command: @Sendable (RemoteCommandSession) async -> RemoteCommandOutcome

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let (session, response) = try RemoteCommandSession.accept(request)
    // The test ends only after the connection, and with it this task, has.
    Task { await session.run(command) }
    return response
  }
}

@Suite(.timeLimit(.minutes(1))) struct RemoteCommandTests {
  private let request = APIRequest(
    "POST", "/api/v1/namespaces/default/pods/web/exec",
    query: RemoteCommandStreams(input: true, terminal: true).query + [QueryItem("command", "sh")])

  private func connect(
    _ command: @escaping @Sendable (RemoteCommandSession) async -> RemoteCommandOutcome
  ) async throws -> RemoteCommandConnection {
    try await RemoteCommandConnection.open(request, at: CommandEndpoint(command: command))
  }

  @Test func inputComesBackAsOutputAndTheExitCodeArrives() async throws {
    let connection = try await connect { session in
      while let bytes = try? await session.input.next() {
        try? await session.write(output: bytes)
        try? await session.write(error: [UInt8(bytes.count & 0xFF)])
      }
      return .exited(42)
    }
    try await connection.write(input: Array("hello".utf8))
    #expect(try await connection.next() == .output(Array("hello".utf8)))
    #expect(try await connection.next() == .error([5]))
    try await connection.closeInput()
    #expect(try await connection.next() == .ended(.exited(42)))
    #expect(try await connection.next() == nil)
  }

  @Test func longDataIsCarriedInPieces() async throws {
    let data = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let connection = try await connect { session in
      try? await session.write(output: data)
      return .exited(0)
    }
    var found: [UInt8] = []
    while case .output(let bytes)? = try await connection.next() { found += bytes }
    #expect(found == data)
  }

  @Test func theNewestTerminalSizeArrives() async throws {
    let connection = try await connect { session in
      for await size in session.resizes where size.width == 120 {
        return size.height == 40 ? .exited(0) : .exited(1)
      }
      return .exited(2)
    }
    try await connection.resize(TerminalSize(width: 80, height: 24))
    try await connection.resize(TerminalSize(width: 120, height: 40))
    #expect(try await connection.next() == .ended(.exited(0)))
  }

  @Test func aCommandIsCancelledWhenItsClientGoesAway() async throws {
    let (ended, end) = AsyncStream<Bool>.makeStream()
    let connection = try await connect { session in
      try? await Task.sleep(for: .seconds(30))
      end.yield(Task.isCancelled)
      return .exited(0)
    }
    await connection.close()
    for await wasCancelled in ended {
      #expect(wasCancelled)
      break
    }
  }

  @Test func aFailureArrivesAsItsStatus() async throws {
    let failure = StatusError.internalError("error executing command in container: no such program")
    let connection = try await connect { _ in .failed(failure) }
    #expect(try await connection.next() == .ended(.failed(failure)))
  }

  @Test(arguments: [
    (RemoteCommandOutcome.exited(0), #"{"status":"Success"}"#),
    (
      .exited(3),
      #"{"status":"Failure","message":"command terminated with non-zero exit code: command terminated with exit code 3","#
        + #""reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}"#
    ),
  ])
  func anOutcomeReadsAsKubernetesWritesIt(outcome: RemoteCommandOutcome, json: String) {
    #expect(RemoteCommandOutcome(json: Array(json.utf8)) == outcome)
    #expect(RemoteCommandOutcome(json: outcome.status.document().json()) == outcome)
  }

  @Test func anOldClientGetsTheOldVersionAndAFirstEmptyMessage() async throws {
    let handshake = WebSocketHandshake(protocols: ["v4.channel.k8s.io"])
    var request = request
    request.method = "GET"
    handshake.addRequestHeaders(to: &request.headers)
    let endpoint = CommandEndpoint { _ in .exited(0) }
    let (socket, version) = try await handshake.open(try await endpoint.send(request))
    #expect(version == "v4.channel.k8s.io")
    #expect(try await socket.receive() == .binary([1]))
    guard case .binary(let outcome)? = try await socket.receive() else {
      Issue.record("no outcome came")
      return
    }
    #expect(outcome.first == 3)
    #expect(try await socket.receive() == nil)
    #expect(socket.closeReason == .normal)
  }

  @Test func streamsAreReadFromTheQuery() {
    let streams = RemoteCommandStreams(
      of: APIRequest(
        "GET", "/", query: [QueryItem("stdin", "true"), QueryItem("stdout", "1"), QueryItem("tty", "false")]))
    #expect(streams == RemoteCommandStreams(input: true, output: true, error: false, terminal: false))
    #expect(streams.query == [QueryItem("stdin", "true"), QueryItem("stdout", "true")])
  }
}
