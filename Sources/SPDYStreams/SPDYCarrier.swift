public import KubernetesAPI
internal import Synchronization

/// A command's streams as streams of SPDY, which the client opens one by one.
final class SPDYCarrier: RemoteCommandCarrier {
  /// The newest one first; all that version 3 lacks is a status that programs can read.
  static let versions = ["v4.channel.k8s.io", "v3.channel.k8s.io"]
  /// How long the client may take to open all streams.
  private static let patience = Duration.seconds(30)

  private let connection: SPDYConnection
  private let expected: Set<String>
  private let isStatusReadable: Bool
  private let streams = Mutex<[String: SPDYStream]>([:])
  /// Gets one word when all streams are there, and ends when they will not come any more.
  private let completion: AsyncStream<Void>
  private let completed: AsyncStream<Void>.Continuation

  init(_ connection: SPDYConnection, _ wanted: RemoteCommandStreams, version: String?) {
    self.connection = connection
    isStatusReadable = version == Self.versions[0]
    let names = [
      ("error", true), ("stdin", wanted.input), ("stdout", wanted.output), ("stderr", wanted.error && !wanted.terminal),
      ("resize", wanted.terminal),
    ]
    expected = Set(names.filter(\.1).map(\.0))
    (completion, completed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func begin() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in self.completion { return }
        throw BrokenPipe()
      }
      group.addTask {
        try await Task.sleep(for: Self.patience)
        throw SPDYError("fewer streams than it had asked for")
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  func receive(into session: RemoteCommandSession) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.connection.run() }
      for await stream in connection.streams {
        guard let name = stream.headers["streamtype"], expected.contains(name) else {
          group.addTask { try? await stream.closeWriting() }
          continue
        }
        let isComplete = streams.withLock { streams in
          if streams[name] == nil { streams[name] = stream }
          return streams.count == expected.count
        }
        if name == "stdin" { group.addTask { await Self.carry(stream, to: session.input) } }
        if name == "resize" { group.addTask { await Self.carrySizes(stream, to: session) } }
        if isComplete { completed.yield() }
      }
      completed.finish()
      await group.waitForAll()
    }
  }

  private static func carry(_ stream: SPDYStream, to input: BytePipe) async {
    while let bytes = try? await stream.read() { try? await input.write(bytes) }
    input.finish()
  }

  /// A document after the other, each in braces.
  private static func carrySizes(_ stream: SPDYStream, to session: RemoteCommandSession) async {
    var text: [UInt8] = []
    while let bytes = try? await stream.read() {
      text += bytes
      while let end = text.firstIndex(of: UInt8(ascii: "}")) {
        session.resize(Array(text[...end]))
        text = Array(text[(end + 1)...])
      }
    }
  }

  func send(output bytes: [UInt8]) async throws { try await stream("stdout")?.write(bytes) }

  func send(error bytes: [UInt8]) async throws { try await stream("stderr")?.write(bytes) }

  func send(_ outcome: RemoteCommandOutcome) async throws {
    // Their end tells that nothing more comes; the client reads them all before it looks at the outcome.
    for name in ["stdout", "stderr"] { try? await stream(name)?.closeWriting() }
    guard let stream = stream("error") else { return }
    if isStatusReadable {
      try await stream.write(outcome.statusBytes)
    } else if let complaint = outcome.complaint {
      try await stream.write(Array(complaint.utf8))
    }
    try await stream.closeWriting()
    await connection.finish()
  }

  func ping() async throws { try await connection.ping() }

  func close() async { await connection.finish(patience: .zero) }

  private func stream(_ name: String) -> SPDYStream? { streams.withLock { $0[name] } }
}

extension SPDYUpgrade {
  /// Agrees on the streams of a remote command.
  public static func acceptCommand(
    _ request: APIRequest
  ) throws(StatusError) -> (session: RemoteCommandSession, response: APIResponse) {
    let (connection, version, response) = try accept(request, protocols: SPDYCarrier.versions)
    let streams = RemoteCommandStreams(of: request)
    let carrier = SPDYCarrier(connection, streams, version: version)
    return (RemoteCommandSession(streams: streams, carrier: carrier), response)
  }
}
