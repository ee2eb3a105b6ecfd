internal import Console
internal import LessonEngine
internal import Synchronization

/// The shell of the prompt, with the tutor looking on: what is typed in a lesson is kept for its transcript.
struct RecordingPrompt: Interpreter {
  let shell: Shell
  let tutor: Tutor

  func begin(in session: ConsoleSession) async { await shell.begin(in: session) }
  func prompt() async -> Prompt { await shell.prompt() }
  func complete(_ line: String, cursor: Int) async -> [Completion] { await shell.complete(line, cursor: cursor) }
  func isComplete(_ text: String) -> Bool { shell.isComplete(text) }

  func run(_ line: String, in session: ConsoleSession) async -> Outcome {
    guard !isAboutTheLesson(line), let place = await tutor.commandPlace() else {
      return await shell.run(line, in: session)
    }
    let kept = KeptText()
    let outcome = await shell.run(line, in: session.witnessed(by: kept.take))
    if !outcome.quits {
      await tutor.note(line, output: kept.text, exitCode: outcome.exitCode, at: place)
    }
    return outcome
  }

  /// The tutor keeps its own words better: what they did, and not what they looked like.
  private func isAboutTheLesson(_ line: String) -> Bool {
    let word = line.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    return TutorWord.all.contains { $0.name == word } || ["exit", "quit", "history"].contains(word)
  }
}

/// The beginning of what a command shows.
private final class KeptText: Sendable {
  private static let most = 64 << 10
  private let bytes = Mutex<[UInt8]>([])

  var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

  func take(_ more: [UInt8]) {
    bytes.withLock { if $0.count < Self.most { $0 += more.prefix(Self.most - $0.count) } }
  }
}
