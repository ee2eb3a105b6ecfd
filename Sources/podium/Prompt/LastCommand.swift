internal import Insight
internal import KubectlCommands
internal import Synchronization

/// Remembers what the last command of the prompt said and how it ended: what `why` alone is about.
final class LastCommand: Sendable {
  struct Record: Sendable {
    /// Without the word kubectl.
    var words: [String]
    var exitCode: Int32
    var output = ""
    var errors = ""

    var failure: FailedCommand? {
      exitCode == 0 ? nil : FailedCommand(words: words, exitCode: exitCode, errors: errors)
    }
  }

  private let state = Mutex<Record?>(nil)

  var record: Record? { state.withLock { $0 } }

  func note(_ record: Record?) { state.withLock { $0 = record } }
}

/// Passes everything on, and keeps the beginning of what is written.
final class KeepingIO: CommandIO {
  private static let most = 8192

  private let io: any CommandIO
  private let kept = Mutex((output: [UInt8](), errors: [UInt8]()))

  init(_ io: any CommandIO) { self.io = io }

  var output: String { String(decoding: kept.withLock { $0.output }, as: UTF8.self) }
  var errors: String { String(decoding: kept.withLock { $0.errors }, as: UTF8.self) }
  var terminal: (any CommandTerminal)? { io.terminal }

  func write(_ bytes: [UInt8]) async throws {
    kept.withLock { $0.output += bytes.prefix(max(0, Self.most - $0.output.count)) }
    try await io.write(bytes)
  }

  func writeError(_ bytes: [UInt8]) async {
    kept.withLock { $0.errors += bytes.prefix(max(0, Self.most - $0.errors.count)) }
    await io.writeError(bytes)
  }

  func read() async throws -> [UInt8]? { try await io.read() }
}
