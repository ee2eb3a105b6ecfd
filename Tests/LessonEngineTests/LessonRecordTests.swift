import Testing

@testable import LessonEngine

struct LessonRecordTests {
  private func record(_ acts: [(step: String, act: LessonRecord.Act)]) -> LessonRecord {
    var record = LessonRecord()
    for (step, act) in acts { _ = record.add(.init(order: record.next, step: step, act: act)) }
    return record
  }

  @Test func commandsStandWhereTheyBegan() {
    var record = record([("a", .cameTrue("pod web exists"))])
    _ = record.add(.init(order: 0, step: "a", act: .command("run web", output: "", exitCode: 0)))
    #expect(record.entries.map(\.order) == [0, 1])
  }

  @Test func comesBackFromItsLines() {
    let acts: [LessonRecord.Act] = [
      .command("get pods", output: "No resources found\n", exitCode: 0), .performed("run a", output: "pod/a created\n"),
      .cameTrue("pod a exists"), .answered(question: "where", with: "2"), .hinted("1"), .passed, .skipped,
      .reset(wholeLesson: false), .reset(wholeLesson: true),
    ]
    let record = record(acts.map { ("a", $0) })
    #expect(LessonRecord(lines: record.lines).entries == record.entries)
    // What a crash has cut short is passed over.
    #expect(LessonRecord(lines: record.lines.dropLast(5)).entries == record.entries.dropLast())
  }

  @Test func hasBounds() {
    var record = LessonRecord()
    let line = String(repeating: "x", count: 99) + "\n"
    let answer = String(repeating: line, count: 1000)
    var isCut = false
    for _ in 0..<100 {
      let act = LessonRecord.Act.command("get pods", output: answer, exitCode: 0)
      isCut = record.add(.init(order: record.next, step: "a", act: act)) || isCut
    }
    #expect(isCut && record.isCut)
    #expect(record.entries.count > 10)
    #expect(record.lines.count < 2 << 20)
    guard case .command(_, let output, _)? = record.entries.last?.act else { return #expect(Bool(false)) }
    #expect(output.contains("bytes more") && output.utf8.count < 20_000)
  }

  @Test func ownCommandsAreThoseOfTheLastTry() {
    let record = record([
      ("a", .command("run web --image=ngnix", output: "", exitCode: 0)), ("a", .reset(wholeLesson: false)),
      ("a", .command("run web", output: "error", exitCode: 1)),
      ("a", .command("run web --image=nginx", output: "", exitCode: 0)),
      ("b", .command("delete pod web", output: "", exitCode: 0)),
    ])
    #expect(record.ownCommands(of: "a") == ["run web --image=nginx"])
  }

  @Test func aStepSkippedAndThenDoneIsDone() {
    #expect(record([("a", .skipped)]).wasSkipped("a"))
    #expect(!record([("a", .skipped), ("a", .passed)]).wasSkipped("a"))
  }

  // MARK: Beside the reference

  private func step(_ solution: String) -> Step {
    let commands = solution.split(separator: "\n").map { LessonCommand(text: String($0), line: 1) }
    var step = Step(id: "a", title: "A", line: 1)
    step.solutions = [Solution(title: nil, commands: commands, line: 1)]
    return step
  }

  @Test func theWordKubectlMakesNoDifference() {
    let record = record([
      ("a", .command("get pods", output: "", exitCode: 0)),
      ("a", .command("trace  apply -f a.yaml", output: "", exitCode: 0)),
    ])
    #expect(SolutionComparison(step("kubectl apply -f a.yaml"), record).isSame)
    #expect(!SolutionComparison(step("kubectl apply -f b.yaml"), record).isSame)
    // Where the reference looks around, looking around is the work.
    let looking = SolutionComparison(step("kubectl get pods\nkubectl apply -f a.yaml"), record)
    #expect(looking.own == ["get pods", "trace  apply -f a.yaml"])
  }

  @Test func transcriptsHoldNoControlSequences() {
    #expect(PlainText.of("\u{1B}[32mok\u{1B}[0m  a\u{1B}]0;title\u{7}b\r\nover\rOVER\n") == "ok  ab\nOVER\n")
    #expect(PlainText.of("abc\u{8}\u{8}X\tend\u{7}") == "aX\tend")
  }

  @Test(arguments: [
    (1, 10, 120, false), (3, 10, 120, true), (0, 239, 120, false), (0, 240, 120, true), (0, 9999, nil, false),
  ])
  func helpIsOfferedToThoseWhoAreStuck(checks: Int, seconds: Int, estimate: Int?, isDue: Bool) {
    #expect(
      HintOffer.isDue(
        failedChecks: checks, spent: .seconds(seconds), estimate: estimate.map { .seconds($0) }) == isDue)
  }

  @Test func conditionsAreReadWithoutTheirPatience() throws {
    #expect(try Condition("pod web is Ready within 60s").spoken == "pod web is Ready")
    #expect(try Condition("pod web is Ready for 5s").spoken == "pod web is Ready for 5s")
    #expect(try Condition("never pod web is Failed").spoken == "never pod web is Failed")
  }

  @Test func onlyTheSentenceThatAsksIsRepeated() {
    let long =
      "You told the cluster what to do, and did not write down anywhere at all what it is that you want of it. "
    func gist(_ text: String) -> String { Question(id: "a", text: text, kind: .ask([]), line: 1).gist }
    #expect(gist(long + "What is missing then? (Look at `spec.`)") == "What is missing then?")
    #expect(gist("Each Pod has one. Which?") == "Each Pod has one. Which?")
  }
}
