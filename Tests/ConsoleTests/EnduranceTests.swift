import Console
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3)))
struct EnduranceTests {
  /// The same keys for the same seed; a failure names it.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func tenThousandRandomKeysDoNoHarm(seed: UInt64) async throws {
    try await TemporaryFolder.with { folder in
      try await Specimen.run(environment: ["SPECIMEN_HISTORY": folder.path("history")], columns: 50) { terminal in
        try await terminal.expect("specimen>")
        var random = SplitMix(state: seed)
        for _ in 0..<10_000 {
          try await terminal.type(bytes: Self.randomKeys(&random))
          if terminal.program?.hasEnded == true { break }
          if Int.random(in: 0..<500, using: &random) == 0 {
            let size = (Int.random(in: 2...120, using: &random), Int.random(in: 2...50, using: &random))
            try terminal.resize(columns: size.0, rows: size.1)
          }
        }
        #expect(terminal.program?.hasEnded == false, "seed \(seed)")
        // Out of whatever is open: a search, a quoted key, a completion, a command.
        try terminal.resize(columns: 80, rows: 24)
        for _ in 0..<3 {
          try await terminal.press(.controlC)
          try await Task.sleep(for: .milliseconds(20))
        }
        try await terminal.type("echo al''ive\r")
        try await terminal.expectScreen("seed \(seed): the console still answers", within: .seconds(60)) {
          $0.text.contains("al''ive\nspecimen>") || $0.text.contains("al''ive\r\nspecimen>")
        }
        try await terminal.type("exit 9\r")
        #expect(try await terminal.waitForEnd(within: .seconds(30)) == .exited(9), "seed \(seed)")
        #expect(terminal.isCooked, "seed \(seed)")
      }
    }
  }

  private static func randomKeys(_ random: inout SplitMix) -> [UInt8] {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<8: return Array(String("echo 'abc \\{}[]|&;<>$größe日🚀".randomElement(using: &random)!).utf8)
    case 8..<12: return Array(PseudoTerminal.Key.allCases.randomElement(using: &random)!.keysThatDoNotQuit.utf8)
    case 12: return [UInt8.random(in: 0x80...0xFF, using: &random)]
    case 13: return Array("\u{1B}[\(Int.random(in: 0..<300, using: &random))~".utf8)
    case 14: return [0x1B, UInt8.random(in: 0x20..<0x7F, using: &random)]
    case 15: return Array("\u{1B}[200~pasted\rgarbage\u{7}\u{1B}[A \u{1B}[201~".utf8)
    case 16: return Array("\t\t".utf8)
    default: return [UInt8.random(in: 0x20..<0x7F, using: &random)]
    }
  }

  @Test func aKeyIsOnTheScreenInNoTime() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      var times: [Duration] = []
      for count in 1...60 {
        let begin = ContinuousClock.now
        try await terminal.type("x")
        try await terminal.expectScreen("\(count) letters") { $0.cursor.column == 10 + count }
        times.append(.now - begin)
      }
      times.sort()
      // Generous: other programs run beside the tests. It notices a wait that somebody built in.
      #expect(times[30] < .milliseconds(20), "median \(times[30])")
    }
  }

  @Test func consolesWorkOnAnyDescriptors() async throws {
    try await PseudoTerminal.open(columns: 60) { terminal, programSide in
      let appearance = Appearance(isTerminal: true, movesCursor: true, width: 60)
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
        interpreter: Loopback(), historyPath: nil, appearance: Appearance(isTerminal: true, movesCursor: true),
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

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension PseudoTerminal.Key {
  /// ^D and ^\ end programs, and rightly so; ^Z waits for a shell.
  fileprivate var keysThatDoNotQuit: String {
    switch self {
    case .controlD, .controlBackslash, .controlZ: "x"
    default: rawValue
    }
  }
}
