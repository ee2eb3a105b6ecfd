import Glibc
import SystemIO
import TestSupport
import Testing

/// The prompt in the hands of a cat, of a clumsy clipboard, and of a machine that takes away what it stands on.
@Suite(.needsUserNamespace, .serialized, .timeLimit(.minutes(3)))
struct HardUseTests {
  /// A learner with a running cluster, and folders for nothing but the prompt.
  private func withCluster(_ body: (Learner) async throws -> Void) async throws {
    try await Learner.with { learner in
      let start = try await learner.podium("cluster", "start")
      #expect(start.end == .exited(0), "\(start.error)")
      try await body(learner)
    }
  }

  private func prompt(
    _ learner: Learner, environment: [String: String] = [:], columns: Int = 80, rows: Int = 24,
    limitedBy limits: String = "", body: @escaping @Sendable (PseudoTerminal) async throws -> Void
  ) async throws {
    let podium = [BuiltProgram.path("podium"), "--cluster", learner.cluster]
    let words = limits.isEmpty ? podium : ["/bin/sh", "-c", limits + "; exec \"$0\" \"$@\""] + podium
    try await PseudoTerminal.run(
      words[0], Array(words.dropFirst()), environment: learner.environment.merging(environment) { $1 },
      folder: learner.home, columns: columns, rows: rows
    ) { terminal in
      try await terminal.expect("default>")
      try await body(terminal)
    }
  }

  private func kept(_ learner: Learner) throws -> [String] {
    try Files.readText(learner.state + "/history").split(separator: "\n").map(String.init)
  }

  // MARK: Keys

  /// The same keys for the same seed, which a failure names. No program of the machine can be found meanwhile.
  @Test(arguments: [(1, "emacs"), (2, "vi")] as [(UInt64, String)])
  func tenThousandKeysAndGarbageDoNoHarm(seed: UInt64, style: String) async throws {
    try await withCluster { learner in
      try Files.write("bind \(style == "vi" ? "-v" : "-e")\n", to: learner.home + "/home/.editrc")
      let folder = learner.home + "/empty"
      try Files.makeDirectories(folder)
      try await prompt(learner, environment: ["PATH": folder], columns: 60) { terminal in
        var random = SeededRandom(seed: seed)
        for _ in 0..<10_000 {
          try await terminal.type(bytes: Self.keys(&random))
          if terminal.program?.hasEnded == true {
            let end = try await terminal.waitForEnd()
            Issue.record("seed \(seed): \(end) at\n\(terminal.screen.visibleRows.joined(separator: "\n"))")
            return
          }
          if Int.random(in: 0..<100, using: &random) == 0 {
            // The terminal throws away what has not been read yet, so the keys before get a little time.
            try await Task.sleep(for: .milliseconds(10))
            try await terminal.press(.controlC)
          }
          if Int.random(in: 0..<500, using: &random) == 0 {
            let size = (Int.random(in: 2...120, using: &random), Int.random(in: 2...50, using: &random))
            try terminal.resize(columns: size.0, rows: size.1)
          }
        }
        try terminal.resize(columns: 80, rows: 24)
        try await Self.revive(terminal, "seed \(seed)")
        try await terminal.type("exit 9\r")
        #expect(try await terminal.waitForEnd(within: .seconds(30)) == .exited(9), "seed \(seed)")
        #expect(terminal.isCooked, "seed \(seed)")
      }
      #expect(try await learner.kubectl("get", "nodes").contains("Ready"), "seed \(seed)")
    }
  }

  /// Leaves whatever is open: a search, a quoted key, a completion, a here-document, a command.
  private static func revive(_ terminal: PseudoTerminal, _ what: String) async throws {
    for attempt in 1...20 {
      try await terminal.press(.controlC, .controlC)
      try await terminal.type("version --clie''nt\r")
      do {
        return try await terminal.expectScreen("the prompt still answers: \(what)", within: .seconds(3)) {
          $0.text.contains("--clie''nt\nClient Version") && $0.text.hasSuffix("default>")
        }
      } catch {
        // Keys typed long ago may still be waiting before these.
        if attempt == 20 { throw error }
      }
    }
  }

  private static let words = [
    "get ", "pods ", "nodes ", "-o ", "wide ", "json", "yaml", "describe ", "explain pods", "logs ", "nosuch ",
    "-l app=",
    "--watch ", "| ", "; ", "& ", "&& ", "> file", "< file ", "<<EOF", "'", "\"", "\\", "$(", ")", "${HOME", "`",
    "jobs",
    "fg", "kill %1", "alias a='b", "history", "why pod/x", "trace get pods", "größe", "日本", "👩‍🚀", "e\u{301}",
  ]

  private static func keys(_ random: inout SeededRandom) -> [UInt8] {
    switch Int.random(in: 0..<24, using: &random) {
    case 0..<8: return Array(words.randomElement(using: &random)!.utf8)
    case 8..<11:
      let keys: [PseudoTerminal.Key] = [
        .up, .down, .left, .right, .home, .end, .backspace, .controlA, .controlE, .controlL, .controlR, .controlU,
        .controlW, .escape, .tab,
      ]
      return Array(keys.randomElement(using: &random)!.rawValue.utf8)
    case 11: return [UInt8.random(in: 0x80...0xFF, using: &random)]
    case 12: return Array("\u{1B}[\(Int.random(in: 0..<300, using: &random))~".utf8)
    case 13: return [0x1B, UInt8.random(in: 0x20..<0x7F, using: &random)]
    case 14: return Array("\u{1B}[200~pasted\rgarbage\u{7}\u{1B}[A\u{0}\u{9B}31m\u{1B}[201~".utf8)
    case 15:
      // The key that ends the prompt is no garbage: where ^C has thrown the mark of a paste away, it counts as typed.
      let garbage = (0..<200).map { _ in UInt8.random(in: 1...255, using: &random) }.filter { $0 != 4 }
      return Array("\u{1B}[200~".utf8) + garbage + Array("\u{1B}[201~".utf8)
    case 16:
      return Array(["\u{1B}[", "\u{1B}]0;", "\u{1B}O", "\u{1B}[1;5", "\u{1B}[200"].randomElement(using: &random)!.utf8)
    case 17: return Array("\t\t".utf8)
    case 18, 19: return [0x0D]
    // Neither the machine's shell as a whole nor a path to any program.
    default:
      return [UInt8.random(in: 0x20..<0x7F, using: &random)].filter {
        $0 != UInt8(ascii: "!") && $0 != UInt8(ascii: "/")
      }
    }
  }

  @Test func anEnormousLineIsBorne() async throws {
    try await withCluster { learner in
      try await prompt(learner) { terminal in
        try await terminal.paste(String(repeating: "x", count: 1_000_000))
        try await Self.revive(terminal, "after a million letters at once")
        // A terminal that does not mark what is pasted.
        try await terminal.type(String(repeating: "y", count: 100_000))
        try await Self.revive(terminal, "after letters without a mark")
        try await terminal.type("exit\r")
        #expect(try await terminal.waitForEnd() == .exited(0))
      }
    }
  }

  // MARK: Ends

  @Test func aClosedWindowEndsJobsAndKeepsTheHistory() async throws {
    try await withCluster { learner in
      try await prompt(learner) { terminal in
        try await terminal.type("get pods --watch &\r")
        try await terminal.expect("1 job)>")
        try await terminal.type("sleep 98765 &\r")
        try await terminal.expect("2 jobs)>")
        try await terminal.type("half a li")
        try await terminal.expect("half a li")
        terminal.hangUp()
        #expect(try await terminal.waitForEnd() == .exited(128 + SIGHUP))
      }
      #expect(try kept(learner) == ["get pods --watch &", "sleep 98765 &"])
      try await Deadline.wait("the program behind the prompt has ended") {
        !ProcessTable.withVariable("\(LeakCensus.marker)=\(learner.cluster)").contains {
          ProcessTable.commandLine($0).contains("98765")
        }
      }
    }
  }

  @Test(arguments: [SIGTERM, SIGHUP])
  func aSignalEndsItInGoodOrder(_ signal: Int32) async throws {
    try await withCluster { learner in
      try await prompt(learner) { terminal in
        try await terminal.type("get nodes --watch\r")
        try await terminal.expect("podium<...>Ready")
        terminal.program?.signal(signal)
        #expect(try await terminal.waitForEnd() == .exited(128 + signal))
        #expect(terminal.isCooked)
      }
      #expect(try kept(learner) == ["get nodes --watch"])
    }
  }

  @Test func whatNobodyReadsEndsQuietly() async throws {
    try await withCluster { learner in
      let podium = "\(BuiltProgram.path("podium")) --cluster \(learner.cluster)"
      for line in [
        "\(podium) kubectl explain pods --recursive", "echo explain pods --recursive | \(podium)",
        "\(podium) shell -c 'explain pods --recursive'",
      ] {
        let answer = try await ProgramOutput.of(
          "bash", ["-c", "set -o pipefail; { \(line); echo code $? >&2; } | true"],
          environment: learner.environment, folder: learner.home)
        #expect(answer.error == "code 141\n", "\(line)")
      }
    }
  }

  // MARK: History

  @Test func aHistoryThatCannotGrowIsSaidOnceAndLosesNothing() async throws {
    try await withCluster { learner in
      let old = (1...50).map { "echo number \($0) of those that were there before" }
      try Files.write(old.joined(separator: "\n") + "\n", to: learner.state + "/history")
      // Nothing that this process writes may become larger than a kilobyte.
      try await prompt(learner, limitedBy: "ulimit -f 2") { terminal in
        try await terminal.type("echo o''ne\r")
        try await terminal.expect("History is not kept: write<...>File too large. Commands work as before.")
        try await terminal.type("echo t''wo\r")
        try await terminal.expect("two")
        try await terminal.expect("default>")
        #expect(terminal.screen.text.components(of: "History is not kept") == 1)
        try await terminal.type("exit\r")
        #expect(try await terminal.waitForEnd() == .exited(0))
      }
      #expect(try kept(learner).starts(with: old))
    }
  }

  @Test func twoPromptsShareOneHistory() async throws {
    try await withCluster { learner in
      try await prompt(learner) { first in
        try await prompt(learner) { second in
          for number in 1...5 {
            try await first.type("echo fir''st \(number)\r")
            try await second.type("echo sec''ond \(number)\r")
            try await first.expect("first \(number)")
            try await second.expect("second \(number)")
          }
          try await second.type("exit\r")
          #expect(try await second.waitForEnd() == .exited(0))
        }
        try await first.type("exit\r")
        #expect(try await first.waitForEnd() == .exited(0))
      }
      let lines = try kept(learner)
      #expect(Set(lines) == Set((1...5).flatMap { ["echo fir''st \($0)", "echo sec''ond \($0)"] } + ["exit"]))
      try await prompt(learner) { third in
        // The newest of all is the end of the first one.
        try await third.press(.up, .up)
        try await third.expect(" 5")
        try await third.press(.enter)
        try await third.expectScreen("a command of one of the others") { screen in
          screen.visibleRows.contains("first 5") || screen.visibleRows.contains("second 5")
        }
      }
    }
  }

  // MARK: The terminal lent and taken back

  @Test func theTerminalComesBackFromWhatCrashesAndStops() async throws {
    try await withCluster { learner in
      try await learner.kubectl("run", "web", "--image=busybox", "--", "sleep", "1000")
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/web")
      let editor = learner.home + "/editor"
      try Files.write("#!/bin/sh\nstty raw -echo\necho in the editor\nkill -$SIGNAL ${TO:-$$}\necho back\n", to: editor)
      chmod(editor, 0o755)
      try await prompt(learner, environment: ["KUBE_EDITOR": editor]) { terminal in
        try await terminal.type("SIGNAL=SEGV edit pod web\r")
        try await terminal.expect("there was a problem with the editor")
        try await terminal.expect("default>")
        try await terminal.type("echo a''lpha\r")
        try await terminal.expect("alpha")

        try await terminal.type("SIGNAL=TSTP TO=0 edit pod web\r")
        try await terminal.expect("[1]+  Stopped")
        try await terminal.expect("1 job)>")
        try await terminal.type("echo b''eta\r")
        try await terminal.expect("beta")
        try await terminal.type("fg\r")
        try await terminal.expect("back")
        try await terminal.expect("Edit cancelled, no changes made.")
        try await terminal.expect("default>")

        // The container is killed from inside, with a program on the terminal in raw mode.
        try await terminal.type("exec -it web -- sh -c 'stty raw -echo; kill -9 $$'\r")
        try await terminal.expect("command terminated with exit code 137")
        try await terminal.expect("default>")
        try await terminal.type("echo g''amma\r")
        try await terminal.expect("gamma")

        try await terminal.type("exec -it web -- sh\r")
        try await terminal.expect("/ #")
        let kubelet = try #require(try await RunningCluster(learner).kubelet)
        kill(kubelet.pid, SIGKILL)
        try await terminal.expect("default>", within: .seconds(60))
        try await terminal.type("echo d''elta\r")
        try await terminal.expect("delta")
        try await terminal.type("exit\r")
        #expect(try await terminal.waitForEnd() == .exited(0))
        #expect(terminal.isCooked)
      }
    }
  }

  // MARK: What the user has chosen

  @Test func aFileOfTheUsersOwnComesBeforeTheFirstPrompt() async throws {
    try await withCluster { learner in
      let folder = learner.home + "/config/podium"
      try Files.makeDirectories(folder)
      try Files.write("alias kgp='get pods'\nNAME=wor''ld\nnonsense\n", to: folder + "/promptrc")
      let environment = ["XDG_CONFIG_HOME": learner.home + "/config"]
      try await prompt(learner, environment: environment) { terminal in
        #expect(terminal.screen.text.contains("nonsense: neither a command of the prompt"))
        try await terminal.type("echo hello $NAME; kgp\r")
        try await terminal.expect("hello world")
        try await terminal.expect("No resources found in default namespace.")
      }
    }
  }

  @Test func aLongAnswerComesInPages() async throws {
    try await withCluster { learner in
      let pager = learner.home + "/pager"
      try Files.write("#!/bin/sh\necho the pager has $(wc -l) lines\n", to: pager)
      chmod(pager, 0o755)
      try await prompt(learner, environment: ["PAGER": pager]) { terminal in
        try await terminal.type("explain pods --recursive\r")
        try await terminal.expect("the pager has <...> lines")
        try await terminal.expect("default>")
        // What is short, goes elsewhere, or goes on and on is not paged.
        try await terminal.type("version --client; explain pods --recursive | tail -n 1; echo d''one\r")
        try await terminal.expect("done")
        #expect(terminal.screen.text.components(of: "the pager has") == 1)
        try await terminal.type("PAGER=; explain pods --recursive\r")
        try await terminal.expect("default>")
        #expect(terminal.screen.text.components(of: "the pager has") == 1)
      }
    }
  }
}

extension String {
  /// How often the text is there.
  fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
