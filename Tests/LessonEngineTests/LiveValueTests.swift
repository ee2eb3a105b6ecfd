import Testing

@testable import LessonEngine

@Suite struct LiveValueTests {
  private func read(_ text: String, _ story: Story, _ witness: Witness = Witness()) async throws -> [String] {
    try await #require(LiveValue(text)).read(Observation(story.history, witness))
  }

  @Test func eventsFromBeforeTheStepCanBeRead() async throws {
    var story = Story()
    story.pod("web", uid: "u1")
    story.event("Pulled", of: "u1", "of an earlier pod")
    story.gone("web", uid: "u1")
    story.pod("web", uid: "u2")
    story.event("Pulled", of: "u2", id: "e", "the first time")
    story.history.beginStep("read")
    let text = "message of event Pulled of pod web"
    #expect(try await read(text, story) == ["the first time"])
    story.event("Pulled", of: "u2", count: 2, id: "e", "the second time")
    story.event("Started", of: "u2", "something else")
    #expect(try await read(text, story) == ["the second time"])
    #expect(try await read("message of event Pulled of pod other", story) == [])
  }

  @Test func filesAreReadInTheContainerThatIsNamed() async throws {
    var story = Story()
    story.pair()
    let witness = Witness(files: ["/word": .file(content: "web\n", size: 4), "helper:/word": .tick])
    #expect(try await read("content of file /word in pod web", story, witness) == ["web"])
    #expect(try await read("content of file /word in pod web, container helper", story, witness) == ["tick"])
    #expect(try await read("content of file /word in container helper of pod web", story, witness) == ["tick"])
    #expect(try await read("content of file /none in pod web", story, witness) == [])
  }

  @Test func whatIsNoFormIsTheAnswerItself() {
    #expect(LiveValue("the ip of pod web") == nil)
    #expect(LiveValue("ip of pod") == nil)
  }
}
