import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SignalTests {
  @Test(arguments: [SIGTERM, SIGHUP])
  func endsInGoodOrderAtThePrompt(signal: Int32) async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("half")
      try await terminal.expect("half")
      #expect(!terminal.isCooked)
      terminal.program?.signal(signal)
      #expect(try await terminal.waitForEnd() == .exited(128 + signal))
      #expect(terminal.isCooked)
      #expect(!terminal.screen.marksPastes)
    }
  }

  @Test func endingCancelsTheRunningCommand() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("wait\r")
      try await terminal.expect("waiting")
      terminal.program?.signal(SIGTERM)
      try await terminal.expect("stopped waiting")
      #expect(try await terminal.waitForEnd() == .exited(128 + SIGTERM))
    }
  }

  @Test func aDeafCommandDoesNotKeepTheProgram() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("stubborn\r")
      try await terminal.expect("deaf")
      terminal.program?.signal(SIGTERM)
      #expect(try await terminal.waitForEnd() == .killed(signal: SIGTERM))
      #expect(terminal.isCooked)
    }
  }

  @Test func closingTheWindowEndsTheProgram() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      terminal.hangUp()
      #expect(try await terminal.waitForEnd() == .exited(128 + SIGHUP))
    }
  }

  @Test(arguments: ["crash", "raw"])
  func aCrashGivesTheTerminalBack(word: String) async throws {
    try await Specimen.run(environment: ["SWIFT_BACKTRACE": "enable=no"]) { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type(word + "\r")
      if word == "raw" {
        try await terminal.expect("every key counts")
        #expect(!terminal.isCooked)
        try await terminal.type("!")
      }
      let end = try await terminal.waitForEnd()
      #expect([.killed(signal: SIGILL), .killed(signal: SIGTRAP), .killed(signal: SIGABRT)].contains(end))
      #expect(terminal.isCooked)
    }
  }

  @Test func rawModeSendsEveryKeyToTheCommand() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("raw\r")
      try await terminal.expectScreen("raw mode") { $0.visibleRows.contains("every key counts") }
      try await Deadline.wait("raw mode is set") { !terminal.isCooked }
      try await terminal.press(.controlC, .controlZ, .controlD)
      try await terminal.expectScreen("their numbers") {
        ["3", "26", "4"].allSatisfy($0.text.contains)
      }
      try await terminal.type("q")
      try await terminal.expectScreen("the prompt is back") { $0.cursorRow == "specimen>" }
      try await terminal.type("echo still here\r")
      try await terminal.expectScreen("the output") { $0.visibleRows.contains("still here") }
      try await terminal.type("exit\r")
      #expect(try await terminal.waitForEnd() == .exited(0))
      #expect(terminal.isCooked)
    }
  }

  @Test func windowSizesReachTheCommand() async throws {
    try await Specimen.run { terminal in
      try await terminal.type("watch\r")
      try await terminal.expect("size 80x24")
      try terminal.resize(columns: 90, rows: 30)
      try await terminal.expect("size 90x30")
      try terminal.resize(columns: 100, rows: 30)
      try await terminal.expect("size 100x30")
      try await terminal.expect("specimen>")
    }
  }

  @Test func controlZStopsItForTheShellAndItComesBack() async throws {
    let specimen = BuiltProgram.path("ConsoleSpecimen")
    let script = "set -m; \(specimen); echo stopped; stty -a | grep -o ' icanon'; fg; echo over"
    try await PseudoTerminal.run("/bin/bash", ["-c", script], environment: ["HOME": "/nonexistent"]) { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("echo ha")
      try await terminal.expect("echo ha")
      try await terminal.press(.controlZ)
      try await terminal.expect("stopped")
      try await terminal.expect(" icanon")
      try await terminal.expectScreen("the half-typed line is back") { $0.cursorRow == "specimen> echo ha" }
      try await terminal.type("lf\r")
      try await terminal.expectScreen("its output") { $0.visibleRows.contains("half") }
      try await terminal.type("exit\r")
      try await terminal.expect("over")
    }
  }
}
