import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct NoticeTests {
  @Test func appearAboveTheHalfTypedLine() async throws {
    try await runWithSwitch { terminal, file, press in
      try await terminal.expect("specimen>")
      try await terminal.type("when \(file) pod web is Ready\r")
      try await terminal.expect("Ready")
      try await terminal.expect("specimen>")
      try await terminal.type("echo half")
      try await terminal.expect("echo half")
      try press()
      try await terminal.expectScreen("the notice, then the line") {
        $0.text.hasSuffix("\npod web is Ready\nspecimen> echo half")
      }
      try await terminal.type(" and half\r")
      try await terminal.expectScreen("the whole line's output") { $0.visibleRows.contains("half and half") }
    }
  }

  @Test func appearAboveALineOfSeveralRows() async throws {
    try await runWithSwitch(columns: 30) { terminal, file, press in
      try await terminal.expect("specimen>")
      try await terminal.type("when \(file) first\r")
      try await terminal.expect("specimen>")
      try await terminal.type("when \(file) second\r")
      try await terminal.expect("second")
      try await terminal.expect("specimen>")
      // Wide characters do not fill the last column of a row.
      try await terminal.type("echo 日本語日本語日本語日本語 and more words than fit in a row")
      try await terminal.press(.left, .left, .left)
      try await terminal.expect("fit in a row")
      try press()
      let line = "specimen> echo 日本語日本語日\n本語日本語 and more words than fit in a row"
      try await terminal.expectScreen("both notices above all rows of the line") {
        $0.text.hasSuffix("\nfirst\nsecond\n" + line) || $0.text.hasSuffix("\nsecond\nfirst\n" + line)
      }
      try await terminal.type("X")
      try await terminal.press(.enter)
      try await terminal.expectScreen("the edit at the place of the cursor") { $0.text.contains("fit in a Xrow") }
    }
  }

  @Test func waitForTheEndOfACommand() async throws {
    try await runWithSwitch { terminal, file, press in
      try await terminal.expect("specimen>")
      try await terminal.type("when \(file) it happened\rlast \(file)\r")
      try await terminal.expect("working")
      try press()
      try await terminal.expectScreen("the notice below the last line of the command") {
        $0.text.hasSuffix("working\nthe last line\nit happened\nspecimen>")
      }
    }
  }

  @Test func appearAfterAMomentWhileACommandGoesOn() async throws {
    try await runWithSwitch { terminal, file, press in
      try await terminal.expect("specimen>")
      try await terminal.type("when \(file) it happened\rwait\r")
      try await terminal.expect("waiting")
      try press()
      try await terminal.expectScreen("the notice on a line of its own") {
        $0.visibleRows.contains("it happened") && !$0.text.contains("stopped")
      }
    }
  }

  @Test func waitWhileAProgramDrawsTheScreen() async throws {
    try await runWithSwitch { terminal, file, press in
      try await terminal.expect("specimen>")
      try await terminal.type("when \(file) held back\rraw\r")
      try await terminal.expectScreen("raw mode") { $0.visibleRows.contains("every key counts") }
      try press()
      // Long enough for a notice that is not held back; one that is makes no sign.
      try await Task.sleep(for: .milliseconds(100))
      #expect(!terminal.screen.visibleRows.contains("held back"))
      try await terminal.type("q")
      try await terminal.expectScreen("the notice, then the prompt") { $0.text.hasSuffix("held back\nspecimen>") }
    }
  }

  @Test func nothingIsDrawnOverInAccessibleMode() async throws {
    try await runWithSwitch(environment: ["ACCESSIBLE": "1"]) { terminal, file, press in
      try await terminal.expect("specimen>")
      try await terminal.type("when \(file) pod web is Ready\r")
      try await terminal.expect("Ready")
      try await terminal.expect("specimen>")
      try await terminal.type("echo half")
      try await terminal.expect("echo half")
      try press()
      try await terminal.expectScreen("the line, the notice, the line again") {
        $0.text.hasSuffix("\nspecimen> echo half\npod web is Ready\nspecimen> echo half")
      }
    }
  }

  @Test func resizingKeepsTheLineAndWhatStandsAboveIt() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("echo above\r")
      try await terminal.expectScreen("the output and a prompt") { $0.text.hasSuffix("above\nspecimen>") }
      try await terminal.type("echo a line that is being typed right now")
      try await terminal.expect("right now")
      try terminal.resize(columns: 60, rows: 20)
      try await terminal.type("!")
      try await terminal.expectScreen("one whole line below the output") {
        $0.text.hasSuffix("above\nspecimen> echo a line that is being typed right now!")
      }
      try await terminal.press(.controlU)
      try await terminal.type("size\r")
      try await terminal.expect("60 columns")
    }
  }

  @Test func aPromptThatHasChangedIsDrawnAnew() async throws {
    try await runWithSwitch { terminal, file, press in
      try await terminal.expect("specimen>")
      try await terminal.type("when \(file) become another\r")
      try await terminal.expect("another")
      try await terminal.expect("specimen>")
      try await terminal.type("echo half")
      try await terminal.expect("echo half")
      try press()
      try await terminal.expectScreen("the half-typed line behind the new prompt") {
        $0.text.hasSuffix("\nbecome another\nanother> echo half")
      }
      try await terminal.type(" and half\r")
      try await terminal.expectScreen("the whole line's output") { $0.visibleRows.contains("half and half") }
    }
  }

  /// Notices come when the test says so: after the switch, a file, has been pressed.
  private func runWithSwitch(
    environment: [String: String] = [:], columns: Int = 80,
    _ body:
      @escaping @Sendable (PseudoTerminal, _ file: String, _ press: @Sendable () throws -> Void) async throws -> Void
  ) async throws {
    try await TemporaryFolder.with { folder in
      // A short name, so that the command fits into a narrow terminal.
      try await Specimen.run(environment: environment, folder: folder.path, columns: columns) { terminal in
        try await body(terminal, "go") { try folder.write("", to: "go") }
      }
    }
  }
}
