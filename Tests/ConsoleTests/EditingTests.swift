import Glibc
import TestSupport
import Testing

/// A real program in a real terminal, with keys and a screen.
@Suite(.timeLimit(.minutes(1)))
struct EditingTests {
  @Test func runsLinesAndQuitsOnControlD() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      #expect(!terminal.isCooked)
      try await terminal.type("echo hello\r")
      try await terminal.expect("hello")
      try await terminal.expect("specimen>")
      try await terminal.press(.controlD)
      #expect(try await terminal.waitForEnd() == .exited(0))
      #expect(terminal.isCooked)
      #expect(!terminal.screen.marksPastes)
    }
  }

  @Test func theInterpreterDecidesTheExitCode() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("exit 7\r")
      #expect(try await terminal.waitForEnd() == .exited(7))
    }
  }

  @Test func controlCCancelsTheLine() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("echo half")
      try await terminal.expect("echo half")
      try await terminal.press(.controlC)
      try await terminal.expect("^C")
      try await terminal.expect("specimen>")
      try await terminal.type("echo whole\r")
      try await terminal.expect("whole")
      #expect(!terminal.screen.text.contains("half\nhalf"))
    }
  }

  @Test func controlCCancelsTheCommandAndNotTheConsole() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("wait\r")
      try await terminal.expect("waiting")
      try await terminal.press(.controlC)
      try await terminal.expect("stopped waiting")
      try await terminal.expect("specimen>")
      try await terminal.type("echo alive\r")
      try await terminal.expect("alive")
    }
  }

  @Test func multibyteCharactersAreEditedWhole() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("echo Größe 日本🚀é")
      try await terminal.expect("echo Größe 日本🚀é")
      try await terminal.press(.backspace, .backspace, .backspace)
      try await terminal.press(.enter)
      try await terminal.expectScreen("the shortened line's output") { $0.visibleRows.contains("Größe 日") }
    }
  }

  @Test func keysMoveInTheLine() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("o world")
      try await terminal.press(.home)
      try await terminal.type("ech")
      try await terminal.press(.end)
      try await terminal.type("!")
      try await terminal.press(.enter)
      try await terminal.expectScreen("the output of the edited line") { $0.visibleRows.contains("world!") }
    }
  }

  @Test func unfinishedCommandsContinueOnTheNextLine() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("echo 'one\r")
      try await terminal.expect("...")
      try await terminal.type("two'\r")
      try await terminal.expectScreen("both lines") { $0.text.contains("'one\ntwo'") }
    }
  }

  @Test func controlCLeavesAnUnfinishedCommand() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("echo 'one\r")
      try await terminal.expect("...")
      try await terminal.press(.controlC)
      try await terminal.expect("specimen>")
      try await terminal.type("echo fresh\r")
      try await terminal.expectScreen("only the fresh line's output") { $0.visibleRows.contains("fresh") }
    }
  }

  @Test func pastedLinesRunNothingUntilEnter() async throws {
    try await Specimen.run { terminal in
      try await terminal.expectScreen("a prompt that marks pastes") { $0.marksPastes }
      try await terminal.paste("echo one\necho two\n")
      try await terminal.expect("echo two")
      try await terminal.press(.enter)
      try await terminal.expectScreen("one command of two lines") {
        $0.text.hasSuffix("echo two\none\necho two\nspecimen>")
      }
    }
  }

  @Test func aPasteIntoASearchComesAfterIt() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("echo found\r")
      try await terminal.expectScreen("a second prompt") { $0.text.hasSuffix("\nfound\nspecimen>") }
      try await terminal.press(.controlR)
      try await terminal.type("fou")
      try await terminal.expect("bck:fou")
      try await terminal.paste("more ")
      try await terminal.press(.enter)
      try await terminal.expectScreen("the found line with the paste in it") { $0.visibleRows.contains("more found") }
    }
  }

  @Test func commandsReadTheKeyboardThemselves() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("cat\r")
      try await Deadline.wait("the terminal is as commands expect it") { terminal.isCooked }
      try await terminal.type("some words\r")
      try await terminal.expectScreen("echo and answer") { $0.text.contains("some words\nsome words") }
      try await terminal.press(.controlD)
      try await terminal.expect("end of input")
      try await terminal.expect("specimen>")
    }
  }

  @Test func controlCStopsACommandThatReads() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("cat\r")
      try await Deadline.wait("the terminal is as commands expect it") { terminal.isCooked }
      try await terminal.type("half")
      try await terminal.press(.controlC)
      try await terminal.expect("end of input")
      try await terminal.type("echo alive\r")
      try await terminal.expectScreen("the next command's output") { $0.visibleRows.contains("alive") }
    }
  }

  @Test func aDeafCommandIsExplained() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("stubborn\r")
      try await terminal.expect("deaf")
      try await terminal.press(.controlC)
      try await terminal.expect("^C")
      // Two signals of a kind that wait for the same process are one.
      try await Task.sleep(for: .milliseconds(200))
      try await terminal.press(.controlC)
      try await terminal.expect("The command has been told to stop and has not ended yet.")
    }
  }

  @Test func typingAheadIsNotLost() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("echo first\recho second\recho third\r")
      for word in ["first", "second", "third"] {
        try await terminal.expectScreen("the output \(word)") { $0.visibleRows.contains(word) }
      }
    }
  }

  @Test func aPromptBeginsItsOwnLine() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("partial no line end\r")
      try await terminal.expectScreen("the prompt below the output") {
        $0.visibleRows.contains("no line end") && $0.cursorRow == "specimen>"
      }
    }
  }

  @Test func longLinesWrapAndStayWhole() async throws {
    try await Specimen.run(columns: 40) { terminal in
      try await terminal.expect("specimen>")
      let words = (1...20).map { "w\($0)" }.joined(separator: " ")
      try await terminal.type("echo \(words)")
      try await terminal.press(.controlA)
      try await terminal.type("partial ")
      try await terminal.press(.enter)
      try await terminal.expect("echo \(TextPattern(words).description)")
    }
  }

  @Test func viKeysWorkWhenTheUserAsksForThem() async throws {
    try await TemporaryFolder.with { home in
      try home.write("bind -v\n", to: ".editrc")
      try await Specimen.run(environment: ["HOME": home.path]) { terminal in
        try await terminal.expect("specimen>")
        try await terminal.type("echo abd")
        try await terminal.press(.escape)
        try await terminal.type("rc")
        try await terminal.press(.enter)
        try await terminal.expectScreen("the replaced letter") { $0.visibleRows.contains("abc") }
      }
    }
  }

  @Test func coloursAreLeftOutWhereNotWanted() async throws {
    try await Specimen.run(environment: ["NO_COLOR": "1"]) { terminal in
      try await terminal.type("styled\r")
      try await terminal.expect("state: fine")
      #expect(!String(decoding: terminal.output, as: UTF8.self).contains("\u{1B}[32m"))
    }
    try await Specimen.run { terminal in
      try await terminal.type("styled\r")
      try await terminal.expect("state: fine")
      #expect(String(decoding: terminal.output, as: UTF8.self).contains("\u{1B}[32mfine\u{1B}[0m"))
    }
  }
}

/// The program of the suite, without the user's own settings.
enum Specimen {
  static func run(
    environment: [String: String] = [:], folder: String? = nil, columns: Int = 80, rows: Int = 24,
    _ body: @escaping @Sendable (PseudoTerminal) async throws -> Void
  ) async throws {
    // Swift's own crash report asks questions on a terminal and waits for answers.
    let environment = ["HOME": "/nonexistent", "SWIFT_BACKTRACE": "enable=no"].merging(environment) { $1 }
    try await PseudoTerminal.run(
      BuiltProgram.path("ConsoleSpecimen"), environment: environment, folder: folder, columns: columns, rows: rows, body
    )
  }
}
