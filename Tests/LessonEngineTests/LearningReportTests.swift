import Documents
import Testing

@testable import LessonEngine

@Suite struct LearningReportTests {
  @Test func tellsHowEachStepWent() throws {
    let lesson = try LessonParser.parse(
      "---\nlesson: a\ntitle: A\n---\n## One {#one}\nx\n## Two {#two}\ny\n", file: "a.md")
    let manifest = try PackManifest.parse(
      "{format: 1, id: p, version: 1.2.3, title: P, lessons: [a]}", file: "pack.yaml")
    let pack = Pack(manifest: manifest, lessons: [lesson], fileTexts: [:], filesFolder: "", folder: "")
    func line(_ entry: Progress.Entry, _ second: Int) -> [UInt8] { entry.line(at: "2026-11-22T12:00:\(second)Z") }
    let log =
      line(Progress.Entry(.began, "p/a", step: "one"), 10)
      + line(Progress.Entry(.checked, "p/a", step: "one", detail: "pod web exists"), 20)
      + line(Progress.Entry(.checked, "p/a", step: "one", detail: "pod web is Ready"), 25)
      + line(Progress.Entry(.hinted, "p/a", step: "one", detail: "1"), 30)
      + line(Progress.Entry(.passed, "p/a", step: "one", digest: "d"), 40)
      + line(Progress.Entry(.began, "p/a", step: "two"), 40)
      + line(Progress.Entry(.passed, "other/x", step: "y"), 50)
    let report = LearningReport.document(log: log, [pack])
    let found = try #require(report["lessons"]?.listValue)
    #expect(found[0]["version"] == "1.2.3")
    #expect(found[0]["completed"] == false)
    let steps = try #require(found[0]["steps"]?.listValue)
    #expect(
      steps[0] == [
        "step": "one", "outcome": "passed", "failedChecks": 2, "hints": ["1"], "firstFailing": "pod web exists",
        "seconds": 30, "digest": "d",
      ])
    #expect(steps[1]["outcome"] == "open")
    // Of a pack that is no longer there is known what was done, and not which version it had.
    #expect(
      found.dropFirst() == [
        [
          "pack": "other", "removed": true, "lesson": "x", "completed": false,
          "steps": [["step": "y", "outcome": "passed", "failedChecks": 0, "hints": []]],
        ]
      ])
  }
}
