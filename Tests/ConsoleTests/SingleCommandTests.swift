import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SingleCommandTests {
  private let specimen = BuiltProgram.path("ConsoleSpecimen")

  @Test func writesItsOutputAndReturnsItsCode() async throws {
    #expect(
      try await ProgramOutput.of(specimen, ["echo", "hello"])
        == ProgramOutput(end: .exited(0), output: "hello\n", error: ""))
    #expect(try await ProgramOutput.of(specimen, ["fail", "4"]).end == .exited(4))
    #expect(try await ProgramOutput.of(specimen, ["complain", "loudly"]).error == "loudly\n")
  }

  @Test func readsStandardInput() async throws {
    #expect(try await ProgramOutput.of(specimen, ["cat"], input: "some text").output == "some textend of input\n")
  }

  @Test func controlCCancelsIt() async throws {
    try await PseudoTerminal.run(specimen, ["wait"]) { terminal in
      try await terminal.expect("waiting")
      try await terminal.press(.controlC)
      try await terminal.expect("stopped waiting")
      #expect(try await terminal.waitForEnd() == .exited(128 + SIGINT))
    }
  }

  @Test func aSecondControlCEndsADeafOne() async throws {
    try await PseudoTerminal.run(specimen, ["stubborn"]) { terminal in
      try await terminal.expect("deaf")
      try await terminal.press(.controlC)
      try await Task.sleep(for: .milliseconds(50))
      try await terminal.press(.controlC)
      #expect(try await terminal.waitForEnd() == .killed(signal: SIGINT))
    }
  }

  @Test func givesTheTerminalBackFromRawMode() async throws {
    try await PseudoTerminal.run(specimen, ["raw"]) { terminal in
      try await terminal.expect("every key counts")
      #expect(!terminal.isCooked)
      try await terminal.press(.controlC)
      try await terminal.expect("[3]")
      terminal.program?.signal(SIGTERM)
      #expect(try await terminal.waitForEnd() == .exited(128 + SIGTERM))
      #expect(terminal.isCooked)
    }
  }

  @Test func endsWhenNobodyReadsItsOutput() async throws {
    let script = "\(specimen) flood 100000000 | head -1; echo ${PIPESTATUS[0]}"
    let result = try await ProgramOutput.of("/bin/bash", ["-c", script])
    #expect(result.output == "flood 0\n\(128 + SIGPIPE)\n")
  }
}
