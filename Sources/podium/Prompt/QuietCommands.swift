internal import KubectlCommands
internal import LessonEngine
internal import Synchronization

/// Commands whose output is kept instead of shown: what the tutor runs by itself.
struct QuietCommands: CommandRunner {
  let context: KubectlContext

  func run(line: String) async -> CommandOutcome {
    do {
      var words = try CommandWords.split(line)
      if words.first == "kubectl" || words.first == "k" { words.removeFirst() }
      return await run(words: words)
    } catch {
      return CommandOutcome(exitCode: 2, output: "\(error)")
    }
  }

  func run(words: [String]) async -> CommandOutcome {
    let io = KeptOutput()
    let code = await Kubectl.run(words, context: context, io: io)
    return CommandOutcome(exitCode: code, output: io.text)
  }
}

/// Output and errors together, in the order in which they were written; nothing to read.
private final class KeptOutput: CommandIO {
  private let bytes = Mutex<[UInt8]>([])

  var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
  var terminal: (any CommandTerminal)? { nil }

  func write(_ more: [UInt8]) async throws { bytes.withLock { $0 += more } }
  func writeError(_ more: [UInt8]) async { bytes.withLock { $0 += more } }
  func read() async throws -> [UInt8]? { nil }
}
