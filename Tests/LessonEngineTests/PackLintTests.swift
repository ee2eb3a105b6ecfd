import Documents
import SystemIO
import Testing

@testable import LessonEngine

/// Packs that are wrong in every way in which a pack can be: what is said about each is in their `findings.txt`.
@Suite struct PackLintTests {
  private static let readable = ["WrongInReading", "MisspeltPack"]

  private func folder(_ name: String) throws -> MemoryFolder {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return try MemoryFolder.onDisk("/\(tests)/EndToEndTests/Fixtures/\(name)")
  }

  private func expected(_ name: String) throws -> [String] {
    try folder(name).readText("findings.txt").split(separator: "\n").map(String.init)
  }

  @Test(arguments: readable) func everythingThatReadingFindsIsNamedWithItsPlace(name: String) throws {
    let folder = try folder(name)
    let found = PackLint.findings(try PackReading(folder)).map { $0.text.replacing(folder.path + "/", with: "") }
    let expected = try expected(name)
    for line in found { #expect(expected.contains(line)) }
    for line in expected { #expect(found.contains(line)) }
    #expect(found == expected)
  }

  /// A new rule is missed here until one of the packs breaks it. What playing finds is held against its file by
  /// `podium pack test` itself.
  @Test func everyRuleIsBrokenByOneOfThem() async throws {
    let lesson = try LessonParser.parse("---\nlesson: a\ntitle: A\n---\n## A {#a}\n", file: "a.md")
    // No pack leaves anything behind on a node that works: one that does not is made up.
    let left = await Leftovers.remains(
      of: ["u1"], Witness(left: ["process 7 (sleep)"]), lesson, patience: .zero)
    #expect(left.map(\.text) == ["a.md:1: the lesson leaves behind: process 7 (sleep) [left-behind]"])
    let told = try (Self.readable + ["WrongInPlaying"]).flatMap(expected) + left.map(\.text)
    for rule in PackFinding.Rule.allCases {
      let mark = "[\(rule.rawValue)\(rule.isAdvice ? ", advice" : "")]"
      #expect(told.contains { $0.hasSuffix(mark) }, "\(rule.rawValue)")
    }
  }

  @Test func adviceFailsNothing() throws {
    var report = PackReport(pack: "p", version: "1.0.0")
    report.findings = [
      PackFinding(rule: .noDebrief, file: "a.md", line: 1, lesson: "a", message: "say <what> to take away")
    ]
    #expect(report.isProved && report.json["proved"] == true)
    #expect(report.json["findings"]?.listValue?.first?["advice"] == true)
    #expect(
      report.text == [
        "The pack \"p\" proves itself: 0 lessons, 0 steps, 0.0 s.",
        "  a.md:1: say <what> to take away [no-debrief, advice]",
      ])
    #expect(
      report.junit.contains(
        """
          <testsuite name="a" tests="1" failures="0" skipped="0">
            <testcase classname="a" name="as a whole" time="0.0">
              <system-out>advice: a.md:1: say &lt;what&gt; to take away</system-out>
        """))
    // What is not advice is a failure, whatever stands beside it.
    report.findings.append(PackFinding(rule: .slow, file: "a.md", line: 2, lesson: "", message: "slow"))
    #expect(!report.isProved && report.json["proved"] == false)
    #expect(report.text[0] == "The pack \"p\" has 1 finding and 1 piece of advice (0 lessons, 0 steps, 0.0 s):")
    #expect(report.json["findings"]?.listValue?.last?["advice"] == false)
    #expect(report.junit.contains("<testsuite name=\"p\" tests=\"1\" failures=\"1\" skipped=\"0\">"))
    #expect(report.junit.contains("<failure type=\"slow\" message=\"a.md:2: slow\"/>"))
  }

  @Test func idsThatDoNotFitALabelAreRefused() throws {
    var folder = MemoryFolder.greetings
    let long = String(repeating: "a", count: 58)
    let manifest = try folder.readText("pack.yaml")
    folder.files["pack.yaml"] = manifest.replacing("id: greetings", with: "id: \(long)")
    #expect(
      try PackReading(folder).errors.map(\.description) == [
        "pack/pack.yaml:6: the ids of pack and lesson are too long together: \(long).hello has 64 characters, of 63"
      ])
    folder.files["pack.yaml"] = manifest.replacing("id: greetings", with: "id: \(long.dropLast())")
    #expect(try PackReading(folder).errors == [])
  }

  /// Neither the whole nor a part of another word counts as said.
  @Test(arguments: [
    ("the Pod web runs", "web", true), ("the website", "web", false), ("my-web", "web", false), ("`web`.", "web", true),
    ("in /box/out.txt", "/box/out.txt", true), ("in /my/box/out.txt", "/box/out.txt", false), ("web.yaml", "web", true),
  ])
  func aWordIsMentionedAsAWhole(text: String, word: String, isMentioned: Bool) {
    #expect(Mentions(text).contains(AskedWord(kind: .name, text: word)) == isMentioned)
  }

  @Test(arguments: [
    ("two Pods", "2", true), ("the network", "2", false), ("Twice", "2", true), ("port 8080", "80", false),
    ("at :80.", "80", true), ("eleven", "11", false),
  ])
  func aNumberIsMentionedInWordsAsWell(text: String, number: String, isMentioned: Bool) {
    #expect(Mentions(text).contains(AskedWord(kind: .number, text: number)) == isMentioned)
  }
}
