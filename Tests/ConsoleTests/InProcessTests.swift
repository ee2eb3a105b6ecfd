import Console
import TestSupport
import Testing

/// Consoles in the test's own process, one after the other: libedit draws through variables of the process.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct InProcessTests {
  @Test func consolesWorkOnAnyDescriptors() async throws {
    try await PseudoTerminal.open(columns: 60) { terminal, programSide in
      let appearance = Appearance(isTerminal: true, terminalType: "xterm", width: 60)
      let console = Console(
        interpreter: Loopback(), historyPath: nil, appearance: appearance, input: programSide, output: programSide,
        error: programSide, handlesSignals: false)
      async let code = console.run()
      try await terminal.expect("loop>")
      try await terminal.type("hello")
      try await terminal.expect("hello")
      console.notify("a notice")
      try await terminal.expectScreen("the notice above the line") { $0.text.hasSuffix("a notice\nloop> hello") }
      console.interrupt()
      try await terminal.expect("^C")
      try await terminal.type("again\r")
      try await terminal.expectScreen("the answer") { $0.text.hasSuffix("again\nyou said again\nloop>") }
      try await terminal.press(.controlD)
      #expect(await code == 0)
      #expect(terminal.isCooked)
    }
  }

  @Test func aCancelledConsoleEnds() async throws {
    try await PseudoTerminal.open { terminal, programSide in
      let console = Console(
        interpreter: Loopback(), historyPath: nil, appearance: Appearance(isTerminal: true, terminalType: "xterm"),
        input: programSide, output: programSide, error: programSide, handlesSignals: false)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { _ = await console.run() }
        try? await terminal.expect("loop>")
        group.cancelAll()
      }
      #expect(terminal.isCooked)
    }
  }

  private struct Loopback: Interpreter {
    func prompt() async -> Prompt { "loop> " }
    func complete(_ line: String, cursor: Int) async -> [Completion] { [] }
    func isComplete(_ text: String) -> Bool { true }
    func run(_ line: String, in session: ConsoleSession) async -> Outcome {
      session.write("you said \(line)\n")
      return .continue
    }
  }
}
