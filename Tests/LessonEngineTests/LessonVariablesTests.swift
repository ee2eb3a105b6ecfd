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

  @Test func aSentenceAsksForTheWordAndDoesNotTellIt() async throws {
    let condition = variables.fill(try Condition("pod web has label word=${token} within 5s"))
    #expect(condition.sentence == "pod web has label word=${token} within 5s")
    var story = Story()
    story.pod("web") { $0.metadata.labels = ["word": "not-k3x9"] }
    let wrong = await condition.statement.finding(in: Observation(story.history, Witness()))
    #expect(wrong.verdict == .notYet)
    #expect(wrong.expected == "the label word=${token}" && wrong.found == "word=not-${token}")
    story.pod("web") { $0.metadata.labels = ["word": "k3x9"] }
    #expect(await condition.statement.finding(in: Observation(story.history, Witness())).verdict == .pass)
    let list = variables.fill(try Condition("pod web has containers a, ${token}"))
    #expect("\(list.statement)".contains("[\"a\", \"k3x9\"]"))
  }

  @Test func anExpectedObjectHasTheWordAndDoesNotTellIt() async throws {
    let object = try Document.parse(
      yaml: "kind: Pod\nmetadata:\n  name: web\n  labels: {word: \"${token}\", other: {like: \"*-${token}\"}}\n")
    let condition = try Condition(object: try #require(object.first), line: 1)
    var story = Story()
    story.pod("web") { $0.metadata.labels = ["word": "k3x9", "other": "a-k3x9"] }
    let observation = Observation(story.history, Witness())
    #expect(await variables.fill(condition).statement.finding(in: observation).verdict == .pass)
    let other = await LessonVariables(token: "k7").fill(condition).statement.finding(in: observation)
    #expect(other.verdict == .notYet)
    #expect(other.differences.map(\.expected) == ["${token}", "like *-${token}"])
    #expect(await condition.statement.finding(in: observation).verdict == .notYet)
  }

  @Test func aLiveAnswerIsAboutThisRun() async throws {
    var story = Story()
    story.pod("web-k3x9") { $0.status.podIP = "10.0.0.7" }
    var observation = Observation(story.history, Witness())
    observation.variables = variables
    #expect(await ExpectedAnswer("ip of pod web-${token}").values(observation) == ["10.0.0.7"])
    #expect(await ExpectedAnswer("the word ${token}").values(observation) == ["the word k3x9"])
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
