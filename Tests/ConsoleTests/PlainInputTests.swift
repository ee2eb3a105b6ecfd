import Glibc
import TestSupport
import Testing

/// Scripts and pipes: no terminal, so no prompts, no echo and no colours.
@Suite(.timeLimit(.minutes(1)))
struct PlainInputTests {
  private func run(_ input: String, environment: [String: String] = [:]) async throws -> ProgramOutput {
    try await ProgramOutput.of(BuiltProgram.path("ConsoleSpecimen"), environment: environment, input: input)
  }

  @Test func onlyTheOutputIsWritten() async throws {
    let result = try await run("echo one\necho two\r\n\nstyled\n")
    #expect(result == ProgramOutput(end: .exited(0), output: "one\ntwo\nstate: fine\n", error: ""))
  }

  @Test func theExitCodeIsThatOfTheLastCommand() async throws {
    #expect(try await run("fail 3\n").end == .exited(3))
    #expect(try await run("fail 3\necho fine\n").end == .exited(0))
    #expect(try await run("exit 5\necho never\n") == ProgramOutput(end: .exited(5), output: "", error: ""))
    #expect(try await run("").end == .exited(0))
  }

  @Test func theLastLineNeedsNoLineBreak() async throws {
    #expect(try await run("echo one\necho 日本").output == "one\n日本\n")
  }

  @Test func commandsReadTheRestOfTheInput() async throws {
    #expect(try await run("cat\nline one\nline two").output == "line one\nline twoend of input\n")
  }

  @Test func unfinishedCommandsGoOn() async throws {
    #expect(try await run("echo 'a\nb'\n").output == "'a\nb'\n")
    #expect(try await run("echo 'a\nb").output == "'a\nb\n")
  }

  @Test func noticesAreNoPartOfTheOutput() async throws {
    let result = try await run("notify hello\necho one\n")
    #expect(result == ProgramOutput(end: .exited(0), output: "one\n", error: "hello\n"))
  }

  @Test func nothingIsRememberedFromAScript() async throws {
    try await TemporaryFolder.with { folder in
      _ = try await run("echo one\n", environment: ["SPECIMEN_HISTORY": folder.path("history")])
      #expect(throws: (any Error).self) { try folder.read("history") }
    }
  }

  @Test func aClosedOutputEndsIt() async throws {
    let specimen = BuiltProgram.path("ConsoleSpecimen")
    let result = try await ProgramOutput.of(
      "/bin/bash", ["-c", "printf 'flood 100000\\nwait\\n' | \(specimen) | head -1; echo ${PIPESTATUS[1]}"])
    #expect(result.output == "flood 0\n\(128 + SIGPIPE)\n")
  }

  @Test func interruptingAScriptEndsIt() async throws {
    let specimen = BuiltProgram.path("ConsoleSpecimen")
    try await PseudoTerminal.run(
      "/bin/bash", ["-c", "printf 'wait\\necho never\\n' | \(specimen); echo code ${PIPESTATUS[1]}"]
    ) {
      terminal in
      // The shell itself must outlive the key.
      try await terminal.expect("waiting")
      try await terminal.press(.controlC)
      try await terminal.expect("stopped waiting")
      try await Deadline.wait("the end of the script") { terminal.program?.hasEnded == true }
      #expect(!terminal.screen.text.contains("never"))
    }
  }

  @Test(arguments: ["dumb", ""])
  func aTerminalThatCannotBeDrawnOnStillWorks(term: String) async throws {
    try await Specimen.run(environment: ["TERM": term]) { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("styled\r")
      try await terminal.expect("state: fine")
      try await terminal.type("wait\r")
      try await terminal.expect("waiting")
      try await terminal.press(.controlC)
      try await terminal.expect("stopped waiting")
      try await terminal.expect("specimen>")
      try await terminal.type("half")
      try await terminal.press(.controlC)
      try await terminal.expect("specimen>")
      try await terminal.type("when / a notice\r")
      try await terminal.expectScreen("the notice and the prompt again") { $0.text.hasSuffix("\na notice\nspecimen>") }
      try await terminal.press(.controlD)
      #expect(try await terminal.waitForEnd() == .exited(0))
      #expect(!terminal.output.contains(0x1B))
    }
  }
}
