import Documents
import Testing

@testable import LessonEngine

/// `${token}`: where it stands for a word, and where it keeps its name.
@Suite struct LessonVariablesTests {
  private let variables = LessonVariables(token: "k3x9")

  @Test func aTokenIsAnotherOneEachTime() {
    let tokens = Set((0..<100).map { _ in LessonVariables.newToken() })
    #expect(tokens.count == 100 && tokens.allSatisfy { $0.count == 8 })
  }

  @Test func nothingElseIsFilled() {
    #expect(variables.fill("echo ${token} $HOME ${HOME}") == "echo k3x9 $HOME ${HOME}")
    #expect(variables.fill(Array("word: ${token}".utf8)) == Array("word: k3x9".utf8))
  }

  @Test func aSentenceAsksForTheWordAndDoesNotShowIt() throws {
    let condition = variables.fill(try Condition("log of pod web contains \"a ${token} b\""))
    #expect(condition.sentence == "log of pod web contains \"a ${token} b\"")
    #expect("\(condition.statement)".contains("a k3x9 b"))
    let list = variables.fill(try Condition("pod web has containers a, ${token}"))
    #expect("\(list.statement)".contains("[\"a\", \"k3x9\"]"))
  }

  @Test func anExpectedObjectHasTheWord() async throws {
    let object = try Document.parse(
      yaml: "kind: Pod\nmetadata:\n  name: web\n  labels: {word: \"${token}\", other: {like: \"*-${token}\"}}\n")
    let condition = try Condition(object: try #require(object.first), line: 1)
    var story = Story()
    story.pod("web") { $0.metadata.labels = ["word": "k3x9", "other": "a-k3x9"] }
    let observation = Observation(story.history, Witness())
    #expect(await variables.fill(condition).statement.judge(observation).verdict == .pass)
    #expect(await LessonVariables(token: "other").fill(condition).statement.judge(observation).verdict == .notYet)
    #expect(await condition.statement.judge(observation).verdict == .notYet)
  }

  @Test func anOutputIsComparedWithTheWordAndRewrittenWithItsName() throws {
    var kept: Set<String> = []
    let shown = ShownOutput(["the word is ${token}", "at <ip>"], kept: &kept, variables)
    #expect(shown.matches(PrintedLine.lines("the word is k3x9\nat 10.0.0.7"), KeptWords()) != nil)
    #expect(shown.matches(PrintedLine.lines("the word is abcd\nat 10.0.0.7"), KeptWords()) == nil)
    let printed = PrintedLine.lines("the word was k3x9\nat 10.0.0.7")
    let difference = try #require(OutputDifference(shown, printed, KeptWords()))
    #expect(difference.rewritten.map(variables.generalize) == ["the word was ${token}", "at <ip>"])
  }
}
