internal import Console
internal import KubectlCommands
internal import KubernetesAPI

/// A console's command line as kubectl's commands see it.
struct SessionIO: CommandIO {
  let session: ConsoleSession

  func write(_ bytes: [UInt8]) async throws { session.write(bytes: bytes) }
  func writeError(_ bytes: [UInt8]) async { session.writeError(bytes: bytes) }

  func read() async throws -> [UInt8]? {
    let bytes = try await session.readInput()
    return bytes.isEmpty ? nil : bytes
  }

  var terminal: (any CommandTerminal)? { session.appearance.isTerminal ? SessionTerminal(session: session) : nil }
}

private struct SessionTerminal: CommandTerminal {
  let session: ConsoleSession

  var size: TerminalSize {
    let size = WindowSize.of(session.output) ?? WindowSize(columns: 80, rows: 24)
    return TerminalSize(width: UInt16(clamping: size.columns), height: UInt16(clamping: size.rows))
  }

  func sizes() -> AsyncStream<TerminalSize> {
    let (sizes, continuation) = AsyncStream<TerminalSize>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let task = Task {
      for await size in session.windowSizes() {
        continuation.yield(TerminalSize(width: UInt16(clamping: size.columns), height: UInt16(clamping: size.rows)))
      }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return sizes
  }

  func withRawMode<Result>(_ body: () async throws -> Result) async throws -> Result {
    try await session.withRawTerminal(body)
  }
}
