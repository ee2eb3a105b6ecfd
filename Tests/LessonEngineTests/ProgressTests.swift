import Testing

@testable import LessonEngine

@Suite struct ProgressTests {
  private let entries: [Progress.Entry] = [
    .started(lesson: "p/a"), .passed(lesson: "p/a", step: "one"), .skipped(lesson: "p/a", step: "two"),
    .completed(lesson: "p/a"),
  ]

  @Test func comesBackFromItsLog() {
    let log = entries.flatMap { $0.line(at: "2026-11-21T12:00:00Z") }
    let progress = Progress(log: log)
    #expect(progress.isDone("one", of: "p/a"))
    #expect(progress.isDone("two", of: "p/a"))
    #expect(progress.completed == ["p/a"])
    #expect(progress.current == nil)
  }

  @Test func survivesALogCutAtAnyByte() {
    let log = entries.flatMap { $0.line(at: "2026-11-21T12:00:00Z") }
    // Only the last line break may be missing from a whole log.
    for end in log.indices.dropLast() {
      let progress = Progress(log: Array(log[..<end]))
      #expect(progress.completed.isEmpty)
    }
  }
}
