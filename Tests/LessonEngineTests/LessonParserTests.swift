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
    #expect(step.text == [.prose("Some words."), .console(["$ kubectl get pods"])])
    #expect(step.setup == [LessonCommand(text: "kubectl run x \n  --image=busybox", line: 16)])
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
  ])
  func namesFileLineAndExpectation(body: String, line: Int, words: String) {
    let error = #expect(throws: LessonError.self) { try LessonParser.parse(head + body, file: "x.md") }
    #expect(error?.line == line)
    #expect(error?.description.hasPrefix("x.md:\(line): ") == true)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func refusesUnknownFrontMatter() {
    let error = #expect(throws: LessonError.self) {
      try LessonParser.parse("---\nlesson: a\ntitle: A\nneed: [b]\n---\n## A {#a}\n", file: "x.md")
    }
    #expect(error?.line == 4)
    #expect(error?.message.contains("unknown field \"need\"") == true)
  }
}
