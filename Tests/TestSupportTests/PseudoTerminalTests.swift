import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PseudoTerminalTests {
  @Test func runsAShellAsItsControllingTerminal() async throws {
    try await PseudoTerminal.run("/bin/sh", ["-c", "tty; stty size; echo done"], columns: 91, rows: 33) { terminal in
      try await terminal.expect("/dev/pts/<...>")
      try await terminal.expect("33 91")
      try await terminal.expect("done")
      #expect(try await terminal.waitForEnd() == .exited(0))
    }
  }

  @Test func controlCInterruptsTheProgramInTheForeground() async throws {
    try await PseudoTerminal.run("/bin/sh", ["-c", "trap 'exit 7' INT; echo ready; while :; do sleep 0.05; done"]) {
      terminal in
      try await terminal.expect("ready")
      try await terminal.press(.controlC)
      #expect(try await terminal.waitForEnd() == .exited(7))
    }
  }

  @Test func hangingUpEndsTheSession() async throws {
    try await PseudoTerminal.run("/bin/sh", ["-c", "echo ready; exec sleep 60"]) { terminal in
      try await terminal.expect("ready")
      terminal.hangUp()
      #expect(try await terminal.waitForEnd() == .killed(signal: 1))
    }
  }

  @Test func resizingIsSeenByTheProgram() async throws {
    try await PseudoTerminal.run(
      "/bin/sh", ["-c", "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done"]
    ) {
      terminal in
      try await terminal.expect("ready")
      try terminal.resize(columns: 120, rows: 40)
      try await terminal.expect("40 120")
    }
  }

  @Test func missedTextIsReportedWithTheScreen() async throws {
    try await PseudoTerminal.run("/bin/sh", ["-c", "echo something else; exec sleep 60"]) { terminal in
      try await terminal.expect("something")
      let error = await #expect(throws: TimeLimitExceeded.self) {
        try await terminal.expect("never printed", within: .milliseconds(50))
      }
      #expect(error?.description.contains("something else") == true)
    }
  }

  @Test func programsAreGoneAfterwards() async throws {
    let pid = try await PseudoTerminal.run("/bin/sleep", ["60"]) { terminal in
      try #require(terminal.program).pid
    }
    #expect(!ProcessTable.isAlive(pid))
  }

  @Test func eachExpectationContinuesBehindTheLast() async throws {
    try await PseudoTerminal.run("/bin/sh", ["-c", "echo one two; echo three; exec sleep 60"]) { terminal in
      try await terminal.expect("three")
      await #expect(throws: TimeLimitExceeded.self) {
        try await terminal.expect("two", within: .milliseconds(50))
      }
    }
  }
}
