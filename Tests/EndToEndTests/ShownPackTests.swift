import Documents
import SystemIO
import TestSupport
import Testing

/// What lessons show, held against real clusters and rewritten, and what playing a lesson finds.
@Suite(.needsUserNamespace, .timeLimit(.minutes(2)))
struct ShownPackTests {
  private static let fixture = Learner.checkout + "/Tests/EndToEndTests/Fixtures/ShownPack"

  private func withCopy(_ body: (Learner, _ pack: String) async throws -> Void) async throws {
    try await TemporaryFolder.with { folder in
      let pack = folder.path("pack")
      #expect(try await ProgramOutput.of("cp", ["-r", Self.fixture, pack]).end == .exited(0))
      try await Learner.with { learner in try await body(learner, pack) }
    }
  }

  @Test func onlyAWrongLineIsRewritten() async throws {
    try await withCopy { learner, pack in
      let shown = pack + "/shown.md"
      let before = try Files.readText(shown)
      let both = try await learner.podium("pack", "test", pack, "--update", "--frozen")
      #expect(both.end == .exited(2))
      #expect(
        both.error.hasPrefix("podium: --update writes into the lessons' files, and --frozen forbids it"),
        "\(both.error)")
      let update = try await learner.podium("pack", "test", pack, "--lesson", "shown", "--update")
      #expect(update.end == .exited(0), "\(update.output)\(update.error)")
      #expect(!update.lineWith("\(shown):21: the output is rewritten").isEmpty, "\(update.output)")
      // The holes, the token and the blanks between the columns are as they were.
      #expect(try Files.readText(shown) == before.replacing("apiVersion: v2", with: "apiVersion: v1"))
      let again = try await learner.podium(
        "pack", "test", pack, "--lesson", "shown", "--lesson", "plain", "--frozen", "--order", "reversed")
      #expect(again.end == .exited(0), "\(again.output)\(again.error)")
      let order = again.output.split(separator: "\n").filter { $0.contains(": proved, ") }.map { $0.prefix(5) }
      #expect(order == ["plain", "shown"])
    }
  }

  @Test func whatPlayingFindsIsToldAndNothingElse() async throws {
    try await withCopy { learner, pack in
      let before = try Files.readText(pack + "/shown.md")
      let answer = try await learner.podium(
        "pack", "test", pack, "--frozen", "--order", "shuffled", "--seed", "7", "--json")
      #expect(answer.end == .exited(1), "\(answer.error)")
      #expect(try Files.readText(pack + "/shown.md") == before)
      let report = try Document.parse(json: Array(answer.output.utf8))
      #expect(report["order"]?.stringValue == "one after another, shuffled by --seed 7")
      let lessons = (report["lessons"]?.listValue ?? []).compactMap { $0["lesson"]?.stringValue }
      #expect(lessons == ["plain", "shown", "flawed"])
      let findings = (report["findings"]?.listValue ?? []).map { finding in
        let text = ["lesson", "line", "rule", "message"].map { finding[$0]?.plainText ?? "" }
        return text.joined(separator: " ")
      }
      #expect(
        findings == [
          """
          shown 19 output `kubectl create configmap note --from-literal=word=${token} --dry-run=client -o yaml` prints something else:
              - apiVersion: v2
              + apiVersion: v1
                data:
                  word: ${token}
                kind: ConfigMap
                ...
                  name: note
          """,
          // An object of the learner's own with another label does as well.
          "flawed 21 unnoticed everything holds with hidden-2 instead of hidden: add a condition about the label, or allow it by solution free=label",
          // What must never be, and was not, is not blamed for the rest.
          "flawed 31 false-after \"configmap other exists within 1s\" is not true after the solution of line 46: expected a configmap called other, found there is no configmap other; there are good, hidden, kube-root-ca.crt",
          "flawed 54 hint-elsewhere the wrong answer was to call for the hint of line 42, but \"configmap good exists\" does not hold: found there is no configmap good; there are bad, hidden, kube-root-ca.crt",
        ])
    }
  }
}
