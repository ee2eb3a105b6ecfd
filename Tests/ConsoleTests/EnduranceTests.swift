import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3)))
struct EnduranceTests {
  /// The same keys for the same seed; a failure names it.
  @Test(arguments: [1, 2, 3] as [UInt64], ["emacs", "vi"])
  func tenThousandRandomKeysDoNoHarm(seed: UInt64, style: String) async throws {
    try await TemporaryFolder.with { home in
      try home.write(style == "vi" ? "bind -v\n" : "bind -e\n", to: ".editrc")
      let environment = ["SPECIMEN_HISTORY": home.path("history"), "HOME": home.path]
      try await Specimen.run(environment: environment, columns: 50) { terminal in
        try await terminal.expect("specimen>")
        var random = SplitMix(state: seed)
        for _ in 0..<10_000 {
          try await terminal.type(bytes: Self.randomKeys(&random))
          if terminal.program?.hasEnded == true {
            let end = try await terminal.waitForEnd()
            Issue.record("seed \(seed): \(end) at\n\(terminal.screen.visibleRows.joined(separator: "\n"))")
            return
          }
          if Int.random(in: 0..<200, using: &random) == 0 {
            // The terminal throws away what has not been read yet, so the keys before get a little time.
            try await Task.sleep(for: .milliseconds(20))
            try await terminal.press(.controlC)
          }
          if Int.random(in: 0..<500, using: &random) == 0 {
            let size = (Int.random(in: 2...120, using: &random), Int.random(in: 2...50, using: &random))
            try terminal.resize(columns: size.0, rows: size.1)
          }
        }
        // Out of whatever is open: a search, a quoted key, a completion, a command.
        try terminal.resize(columns: 80, rows: 24)
        for attempt in 1...20 {
          try await terminal.press(.controlC, .controlC)
          try await terminal.type("echo al''ive\r")
          do {
            try await terminal.expectScreen("the console still answers", within: .seconds(3)) {
              $0.text.hasSuffix("al''ive\nal''ive\nspecimen>")
            }
            break
          } catch {
            // Keys typed long ago may still be waiting before these.
            if attempt == 20 { throw error }
          }
        }
        try await terminal.type("exit 9\r")
        #expect(try await terminal.waitForEnd(within: .seconds(30)) == .exited(9), "seed \(seed)")
        #expect(terminal.isCooked, "seed \(seed)")
      }
    }
  }

  @Test func textsTallerThanTheScreenAreEdited() async throws {
    try await Specimen.run(columns: 40, rows: 8) { terminal in
      try await terminal.expectScreen("a prompt that marks pastes") { $0.marksPastes }
      try await terminal.paste("echo " + (1...30).map { "line \($0)" }.joined(separator: "\n"))
      try await terminal.expect("line 30")
      for _ in 0..<3 { try await terminal.press(.controlA, .right, .controlE) }
      let addition = String(repeating: "x", count: 100)
      try await terminal.type(addition + "\r")
      try await terminal.expectScreen("the whole text as output") {
        $0.text.contains("\nline 2\nline 3\n") && $0.text.hasSuffix("line 30\(addition)\nspecimen>")
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
  /// ^D and ^\ end programs, and rightly so; ^Z waits for a shell; ^C has its own place.
  fileprivate var keysThatDoNotQuit: String {
    switch self {
    case .controlC, .controlD, .controlBackslash, .controlZ: "x"
    default: rawValue
    }
  }
}
