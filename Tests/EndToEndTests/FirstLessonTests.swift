import SystemIO
import TestSupport
import Testing

/// A learner who makes mistakes, asks for help, looks around, begins anew, skips, quits and comes back: all that they see.
///
/// The golden files are to be read like a lesson: what is not friendly in them is a fault.
@Suite(.needsUserNamespace, .timeLimit(.minutes(3)))
struct FirstLessonTests {
  @Test(arguments: [false, true]) func isSeenAsWritten(accessible: Bool) async throws {
    let sittings = try Sitting.all(path: Learner.checkout + "/Tests/EndToEndTests/Fixtures/first-lesson.txt")
    try await Learner.with { learner in
      let mask = SessionMask(learner: learner, port: nil)
      var seen: [String] = []
      for sitting in sittings { seen += mask.lines(try await sit(sitting, learner, accessible)) + [""] }
      let name = accessible ? "first-lesson-accessible" : "first-lesson"
      GoldenText.expect(seen.joined(separator: "\n"), is: name + ".txt")
      #expect(!seen.contains { $0.contains("\u{1B}") })
      // What is kept of the lesson is the same for everybody.
      let transcript = try Files.readText(learner.home + "/lesson.md")
      let lines = transcript.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      GoldenText.expect(mask.lines(Sitting.inOrder(lines)).joined(separator: "\n") + "\n", is: "first-lesson.md")
    }
  }

  /// Types what the learner types, and answers with the lines that they see.
  private func sit(_ sitting: Sitting, _ learner: Learner, _ accessible: Bool) async throws -> [String] {
    let command = learner.account.command(
      BuiltProgram.path("podium"), ["--cluster", learner.cluster] + (accessible ? ["--accessible"] : []))
    return try await PseudoTerminal.run(
      command.program, command.arguments, environment: learner.environment, folder: learner.home,
      columns: accessible ? 80 : 100, rows: 50
    ) { terminal in
      for step in sitting.steps {
        switch step {
        case .type(let line):
          try await terminal.expectScreen("a prompt", within: .seconds(60)) { Sitting.isPrompt($0.cursorRow) }
          try await terminal.type(line + "\r")
          try await terminal.expect("> \(line)")
        case .waitFor(let text): try await terminal.expect(TextPattern(text), within: .seconds(60))
        }
      }
      #expect(try await terminal.waitForEnd() == .exited(0))
      #expect(terminal.isCooked)
      return Sitting.lines(terminal.screen.text)
    }
  }
}

/// One time at the prompt, from start to end.
private struct Sitting {
  enum Step {
    case type(String)
    case waitFor(String)
  }

  var steps: [Step] = []

  static func all(path: String) throws -> [Sitting] {
    var sittings = [Sitting()]
    for line in try Files.readText(path).split(separator: "\n") where !line.hasPrefix("#") {
      let text = String(line.dropFirst(2))
      switch line.first {
      case "$": sittings[sittings.count - 1].steps.append(.type(text))
      case "@": sittings[sittings.count - 1].steps.append(.waitFor(text))
      default: sittings.append(Sitting())
      }
    }
    return sittings
  }

  static func isPrompt(_ row: String) -> Bool { row.contains(/pod-\w{6}\/\S+( \([^)]*\))?>$/) }

  /// The screen without the prompts at which nothing was typed, which are drawn anew below each notice.
  static func lines(_ text: String) -> [String] {
    inOrder(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).filter { !isPrompt($0) })
  }

  /// What comes true at the same time is told in the order in which it was noticed.
  static func inOrder(_ lines: [String]) -> [String] {
    var result: [String] = []
    var ticks: [[String]] = []
    for line in lines {
      if isTick(line) {
        ticks.append([line])
      } else if !ticks.isEmpty, line.hasPrefix("    ") {
        ticks[ticks.count - 1].append(line)
      } else {
        result += ticks.sorted { $0[0] < $1[0] }.joined() + [line]
        ticks = []
      }
    }
    return result + ticks.sorted { $0[0] < $1[0] }.joined()
  }

  private static func isTick(_ line: String) -> Bool {
    line.contains(#/^(?:  ok       |ok: |- \[x\] )(?:pod|image of|event|events|GET|no pod) /#)
  }
}
