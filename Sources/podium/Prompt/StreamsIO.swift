internal import Console
internal import KubectlCommands
internal import KubernetesAPI
internal import SystemIO

/// What a command of the prompt reads and writes, as kubectl's commands see it.
struct StreamsIO: CommandIO {
  let streams: CommandStreams

  func write(_ bytes: [UInt8]) async throws {
    do {
      try await streams.write(bytes)
    } catch is StreamClosed {
      throw OutputClosed()
    }
  }

  func writeError(_ bytes: [UInt8]) async { await streams.writeError(bytes) }

  func read() async throws -> [UInt8]? { try await streams.read() }

  var terminal: (any CommandTerminal)? {
    streams.readsKeyboard && streams.session.appearance.isTerminal ? StreamsTerminal(streams: streams) : nil
  }
}

private struct StreamsTerminal: CommandTerminal {
  let streams: CommandStreams

  var size: TerminalSize {
    let size = WindowSize.of(streams.session.output) ?? WindowSize(columns: 80, rows: 24)
    return TerminalSize(width: UInt16(clamping: size.columns), height: UInt16(clamping: size.rows))
  }

  func sizes() -> AsyncStream<TerminalSize> {
    let (sizes, continuation) = AsyncStream<TerminalSize>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let task = Task {
      for await size in streams.session.windowSizes() {
        continuation.yield(TerminalSize(width: UInt16(clamping: size.columns), height: UInt16(clamping: size.rows)))
      }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return sizes
  }

  func run(_ program: ProcessLaunch) async throws -> Int32 { try await streams.run(program) }

  func withRawMode(_ body: () async throws -> Int32) async throws -> Int32 {
    try await streams.withRawTerminal(body)
  }
}
