import Documents
import LessonEngine
import SystemIO
import TestSupport
import Testing

/// A pack that has every form there is, on real clusters.
@Suite(.timeLimit(.minutes(4)))
struct EveryFormTests {
  private static let pack = Learner.checkout + "/Tests/EndToEndTests/Fixtures/EveryFormPack"

  /// Both at the same time, since most of it is waiting.
  @Test(.needsRoot, .needsOrdinaryUser, .needsCgroups) func provesItselfForRootAndForAnOrdinaryUser() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await Learner.with(.root) { try await prove($0, setsLimits: true) } }
      group.addTask { try await Learner.with(.ordinaryUser) { try await prove($0, setsLimits: false) } }
      try await group.waitForAll()
    }
  }

  /// - Parameter setsLimits: Whether its node can for sure; one that cannot set them cannot tell them either.
  private func prove(_ learner: Learner, setsLimits: Bool) async throws {
    let answer = try await learner.podium("pack", "test", Self.pack, "--json", within: .seconds(180))
    let report = try Document.parse(json: Array(answer.output.utf8))
    let findings = report["findings"]?.listValue ?? []
    for finding in findings {
      let (lesson, message) = (finding["lesson"]?.stringValue ?? "", finding["message"]?.stringValue ?? "")
      let isOfLimits = lesson == "limits" && message.hasSuffix("its node sets no limits, or does not show them")
      #expect(!setsLimits && isOfLimits, "\(lesson), line \(finding["line"]?.plainText ?? ""): \(message)")
    }
    #expect(answer.end == .exited(findings.isEmpty ? 0 : 1), "\(answer.error)")
    let steps = (report["lessons"]?.listValue ?? []).flatMap { $0["steps"]?.listValue ?? [] }
    #expect(steps.count == 11 && steps.allSatisfy { $0["tried"] == true })
    let verdicts = steps.flatMap { $0["verdicts"]?.listValue ?? [] }.compactMap(\.stringValue)
    #expect(Set(verdicts) == Set(Finding.Verdict.allCases.map(\.rawValue)))
  }
}
