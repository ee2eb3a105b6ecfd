import Testing

@testable import LessonEngine

@Suite struct LessonParserTests {
  private let head = "---\nlesson: a-lesson\ntitle: A lesson\n---\n"

  @Test func readsEveryBlock() throws {
    let text = """
      ---
      lesson: a-lesson
      title: A lesson
      needs: [other]
      files: [a.yaml]
      ---
      Welcome.

      ## Do it {#do time=4m}
      Some words.

      ```console
      $ kubectl get pods
      ```
      ```setup
      kubectl run x \\
        --image=busybox
      ```
      ```check
      pod x is Ready
        else: Look again.
      pod x exists
      ```
      ```hint when pod x exists
      It is there.
      ```
      ```hint
      Try.
      ```
      ```solution title="the long way"
      kubectl get pods
      ```
      ```wrong fails="is Ready"
      kubectl delete pod x
      ```
      """
    let lesson = try LessonParser.parse(text, file: "a-lesson.md")
    #expect(lesson.needs == ["other"])
    #expect(lesson.introduction == [.prose("Welcome.")])
    let step = try #require(lesson.steps.first)
    #expect(step.id == "do")
    #expect(step.estimate == .seconds(240))
    #expect(step.text == [.prose("Some words."), .console(ConsoleBlock(lines: ["$ kubectl get pods"], line: 12))])
    #expect(step.setup == [LessonCommand(text: "kubectl run x --image=busybox", line: 16)])
    #expect(step.conditions.map(\.sentence) == ["pod x is Ready", "pod x exists"])
    #expect(step.conditions.map(\.line) == [20, 22])
    #expect(step.conditions[0].advice == "Look again.")
    #expect(step.hints.map { $0.condition?.sentence } == ["pod x exists", nil])
    #expect(step.solutions.first?.title == "the long way")
    #expect(step.wrongs.first?.fails == "is Ready")
  }

  @Test func readsQuestionsPicturesAndBranches() throws {
    let text = """
      ## Ask {#ask optional}
      ```ask id=ip
      Which address?
      answer: ip of pod web
      answer: "none"
      ```
      ```quiz id=which
      Which one?
      - [x] this
      - [ ] that
        > No: that is
        > another one.
      ```
      ```diagram alt="one box"
      +-+
      +-+
      ```
      ```next when answer which is "this"
      go to end
      ```
      ```next when pod web is Failed
      go to ask
      ```
      ## End {#end}
      ```explore
      Look around.
      ```
      """
    let lesson = try LessonParser.parse(head + text, file: "x.md")
    let step = lesson.steps[0]
    #expect(step.isOptional)
    #expect(
      step.text == [.question(id: "ip"), .question(id: "which"), .diagram(["+-+", "+-+"], alternative: "one box")])
    #expect(step.questions.map(\.id) == ["ip", "which"])
    guard case .quiz(let choices) = step.questions[1].kind else {
      Issue.record("no quiz")
      return
    }
    #expect(choices.map(\.isRight) == [true, false])
    #expect(choices[1].remark == "No: that is another one.")
    #expect(step.branches.map(\.target) == ["end", "ask"])
    #expect(lesson.steps[1].text == [.explore("Look around.")])
    #expect(lesson.steps[0].digest != lesson.steps[1].digest)
  }

  @Test func textsMayDifferByTheKindOfCluster() throws {
    func block(_ word: String, _ rest: String) -> String { "```\(word) \(rest)\n$ get pods\n```\n" }
    let text =
      "## One {#one}\n" + block("console", "only=real") + block("run", "only=embedded") + block("explore", "only=real")
      + block("debrief", "only=embedded") + block("diagram", "alt=\"x\" only=real") + block("console", "skip=real")
    let lesson = try LessonParser.parse(head + text, file: "x.md")
    #expect(
      lesson.steps[0].text == [
        .run([LessonCommand(text: "$ get pods", line: 10)]), .debrief("$ get pods"),
        .console(ConsoleBlock(lines: ["$ get pods"], line: 21)),
      ])
  }
}
