import TestSupport
import Testing

/// `podium pack test`, on the pack that comes with the program and on two that are wrong.
@Suite(.timeLimit(.minutes(2)))
struct PackTests {
  @Test(.needsUserNamespace) func theBuiltInPackProvesEveryCondition() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium("pack", "test", Learner.checkout + "/Lessons/pods", within: .seconds(100))
      #expect(answer.end == .exited(0), "\(answer.output)\(answer.error)")
      let verdicts = answer.output.split(separator: "\n").filter { $0.hasPrefix("    before ") }
      #expect(verdicts.count >= 9)
      for verdict in verdicts { #expect(TextPattern("before false  after true").matches(String(verdict))) }
      #expect(answer.lineWith("The pack") == "The pack \"pods\" proves itself: 1 lessons.")
    }
  }

  @Test(.needsUserNamespace) func whatAPackDoesNotProveIsNamedWithItsPlace() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium("pack", "test", Self.fixtures + "/VacuousPack")
      #expect(answer.end == .exited(1), "\(answer.output)\(answer.error)")
      #expect(TextPattern("before true ").matches(answer.lineWith("no pod exists")))
      #expect(TextPattern("before false  after FALSE").matches(answer.lineWith("pod small has containers other")))
      #expect(!answer.lineWith("wrong.md:12: \"no pod exists\" ").isEmpty, "\(answer.output)")
      #expect(!answer.lineWith("wrong.md:14: \"pod small has containers other within 1s\" ").isEmpty)
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
