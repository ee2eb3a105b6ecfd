import Testing

@testable import LessonEngine

@Suite struct ProgressTests {
  private let entries: [Progress.Entry] = [
    Progress.Entry(.started, "p/a", detail: "a"), Progress.Entry(.began, "p/a", step: "one"),
    Progress.Entry(.answered, "p/a", step: "one", detail: "q"),
    Progress.Entry(.passed, "p/a", step: "one", digest: "1111"),
    Progress.Entry(.began, "p/a", step: "two"), Progress.Entry(.skipped, "p/a", step: "two", digest: "2222"),
    Progress.Entry(.completed, "p/a"),
  ]

  private func log(_ entries: some Sequence<Progress.Entry>) -> [UInt8] {
    entries.flatMap { $0.line(at: "2026-11-21T12:00:00Z") }
  }

  @Test func comesBackFromItsLog() {
    let progress = Progress(log: log(entries))
    #expect(progress.isDone("one", of: "p/a"))
    #expect(progress.isDone("two", of: "p/a"))
    #expect(progress.isCompleted("p/a"))
    #expect(progress.current == nil)
  }

  @Test func knowsWhereTheLearnerIs() {
    let progress = Progress(log: log(entries.prefix(5)))
    #expect(progress.current == "p/a")
    #expect(progress["p/a"]?.namespace == "a")
    #expect(progress["p/a"]?.step == "two")
    #expect(progress["p/a"]?.answered.isEmpty == true)
    #expect(Progress(log: log(entries.prefix(3)))["p/a"]?.answered == ["q"])
  }

  @Test func tellsStepsThatHaveChangedSince() throws {
    let progress = Progress(log: log(entries))
    var step = Step(id: "one", title: "One", line: 1)
    step.digest = "1111"
    #expect(!progress.hasChanged(step, of: "p/a"))
    step.digest = "3333"
    #expect(progress.hasChanged(step, of: "p/a"))
  }

  @Test func survivesALogCutAtAnyByte() {
    let whole = log(entries)
    // Only the last line break may be missing from a whole log.
    for end in whole.indices.dropLast() {
      let progress = Progress(log: Array(whole[..<end]))
      #expect(!progress.isCompleted("p/a"))
    }
  }
}
