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

  @Test(arguments: [
    ("## No id\n", 5, "the step needs an id"),
    ("## A {#a}\n```check\npod x is Reddy\n```\n", 7, "is no state of a pod"),
    ("## A {#a}\n```check\n", 6, "not closed"),
    ("## A {#a}\n```chekc\nx\n```\n", 6, "unknown block \"chekc\""),
    ("```check\npod x exists\n```\n", 5, "belongs to a step"),
    ("## A {#a}\n## B {#a}\n", 6, "used twice"),
    ("## A {#a time=soon}\n", 5, "not a duration"),
    ("## A {#a}\n```wrong\nx\n```\n", 6, "fails="),
    ("Only words.\n", 6, "no step"),
    ("## A {#a}\n```ask\nWhat?\nanswer: x\n```\n", 6, "needs an id"),
    ("## A {#a}\n```ask id=q\nWhat?\n```\n", 6, "needs a line answer"),
    ("## A {#a}\n```quiz id=q\nWhat?\n- [ ] a\n- [ ] b\n```\n", 6, "no choice of the quiz is right"),
    ("## A {#a}\n```quiz id=q\nWhat?\n- [x] a\n```\n", 6, "two choices or more"),
    ("## A {#a}\n```next\ngo to nowhere\n```\n", 6, "no step \"nowhere\""),
    ("## A {#a}\n```diagram\n+-+\n```\n", 6, "needs alt="),
    ("## A {#a}\n```check yaml\nkind: Pod\n```\n", 6, "needs `kind:` and `metadata: {name: …}`"),
    (
      "## A {#a}\n```check yaml\nkind: Pod\nmetadata: {name: a}\nspec: {x: {at-least: many}}\n```\n", 6,
      "needs a number"
    ),
    ("## A {#a}\n```check json\n[\n{\"check\": \"exist\"}]\n```\n", 8, "there is no form \"exist\""),
    ("## A {#a}\n```check\nnothing of step b is left\n```\n", 7, "no step \"b\""),
    ("## A {#a}\n```hint if x\ny\n```\n", 6, "unknown word"),
    ("## A {#a maybe}\n", 5, "unknown word \"maybe\""),
  ])
  func namesFileLineAndExpectation(body: String, line: Int, words: String) {
    let error = #expect(throws: LessonError.self) { try LessonParser.parse(head + body, file: "x.md") }
    #expect(error?.line == line)
    #expect(error?.description.hasPrefix("x.md:\(line): ") == true)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
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

  @Test func refusesUnknownFrontMatter() {
    let error = #expect(throws: LessonError.self) {
      try LessonParser.parse("---\nlesson: a\ntitle: A\nneed: [b]\n---\n## A {#a}\n", file: "x.md")
    }
    #expect(error?.line == 4)
    #expect(error?.message.contains("unknown field \"need\"") == true)
  }
}
