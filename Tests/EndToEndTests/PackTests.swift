import Documents
import SystemIO
import TestSupport
import Testing

@testable import LessonEngine

/// `podium pack test`, on the pack that comes with the program and on two that are wrong.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct PackTests {
  /// Both at the same time, since most of it is waiting.
  @Test(.needsRoot, .needsOrdinaryUser) func theBuiltInPackProvesItselfForRootAndForAnOrdinaryUser() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for account in [Account.root, .ordinaryUser] {
        group.addTask { try await Learner.with(account, proveBuiltInPack) }
      }
      try await group.waitForAll()
    }
  }

  private func proveBuiltInPack(_ learner: Learner) async throws {
    let answer = try await learner.podium("pack", "test", Learner.checkout + "/Lessons/pods", within: .seconds(420))
    #expect(answer.end == .exited(0), "\(answer.output)\(answer.error)")
    #expect(answer.lineWith("The pack").hasPrefix("The pack \"pods\" proves itself: 7 lessons, 38 steps, "))
  }

  /// Twice, so that what is true only sometimes is seen; `*` stands for what differs.
  @Test(.needsUserNamespace) func everythingThatPlayingFindsIsNamedWithItsPlace() async throws {
    try await Learner.with { learner in
      let pack = Self.fixtures + "/WrongInPlaying"
      let answer = try await learner.podium("pack", "test", pack, "--repeat", "2", "--json")
      #expect(answer.end == .exited(1), "\(answer.error)")
      let report = try Document.parse(json: Array(answer.output.utf8))
      let found = (report["findings"]?.listValue ?? []).map { finding in
        let parts = ["file", "line", "message", "rule"].map { finding[$0]?.plainText ?? "" }
        return "\(parts[0]):\(parts[1]): \(parts[2]) [\(parts[3])]"
          .replacing(pack + "/", with: "").replacing("\n    ", with: " | ")
      }
      let expected = try Files.readText(pack + "/findings.txt").split(separator: "\n").map(String.init)
      for line in found { #expect(expected.contains { Wildcard.matches(line, $0) }, "\(line)") }
      for line in expected { #expect(found.contains { Wildcard.matches($0, line) }, "\(line)") }
    }
  }

  @Test(.needsUserNamespace) func aNewPackProvesItself() async throws {
    try await TemporaryFolder.with { folder in
      try await Learner.with { learner in
        let pack = folder.path("greetings")
        #expect(try await learner.podium("pack", "new", pack).end == .exited(0))
        let answer = try await learner.podium("pack", "test", pack, "--junit", folder.path("report.xml"))
        #expect(answer.end == .exited(0), "\(answer.output)\(answer.error)")
        #expect(
          try Files.readText(folder.path("report.xml")).contains(
            "<testsuite name=\"hello\" tests=\"2\" failures=\"0\" skipped=\"0\">"))
        // Nothing of an author's is written over.
        #expect(try await learner.podium("pack", "new", pack).end == .exited(2))
      }
    }
  }

  /// Its cluster goes with whoever wanted it, who need not have been able to say goodbye.
  @Test(.needsUserNamespace, arguments: ["^C", "kill"])
  func aProofThatIsEndedLeavesNothing(how: String) async throws {
    try await Learner.with { learner in
      let command = learner.account.command(
        BuiltProgram.path("podium"), ["pack", "test", Learner.checkout + "/Lessons/pods"])
      try await PseudoTerminal.run(
        command.program, command.arguments, environment: learner.environment, folder: learner.home
      ) { terminal in
        try await terminal.expect("reference solution", within: .seconds(60))
        if how == "kill" { try #require(terminal.program).kill() } else { try await terminal.press(.controlC) }
        #expect(try await terminal.waitForEnd() != .exited(0))
      }
      try await Deadline.wait("the cluster of the proof is gone", within: .seconds(30)) {
        // The learner's own folder is made by every command.
        let folders = try Files.list(learner.home + "/state/podium") + Files.list(learner.home + "/runtime/podium")
        return !folders.contains { $0.hasPrefix("pack-test-") }
      }
    }
  }

  @Test(.needsUserNamespace) func aLessonIsPlayedByItsSolutions() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium("lesson", "run", "init-containers", "--auto", within: .seconds(90))
      #expect(answer.end == .exited(0), "\(answer.output)\(answer.error)")
      #expect(answer.output.hasSuffix("First things first: every step is passed.\n"), "\(answer.output)")
    }
  }

  /// The words of the prompt that commands of lessons know, and a word that is another one in each run.
  @Test(.needsUserNamespace) func aLessonTracesExplainsAndAsksForWhatOnlyLookingReveals() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium("pack", "test", Self.fixtures + "/WordsPack")
      #expect(answer.end == .exited(0), "\(answer.output)\(answer.error)")
    }
  }

  @Test func aSentenceThatNobodyUnderstandsIsNamedWithItsPlace() async throws {
    try await Learner.with { learner in
      let pack = Self.fixtures + "/MisspeltPack"
      let answer = try await learner.podium("pack", "test", pack)
      #expect(answer.end == .exited(1))
      #expect(
        answer.error.hasPrefix("podium: \(pack)/wrong.md:12: \"Redy\" is no state of a pod: expected one of Ready, "),
        "\(answer.error)")
    }
  }

  private static let fixtures = Learner.checkout + "/Tests/EndToEndTests/Fixtures"
}
