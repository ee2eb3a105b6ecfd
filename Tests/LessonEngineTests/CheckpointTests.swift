import Testing

@testable import LessonEngine

@Suite struct CheckpointTests {
  private let start = ContinuousClock.now

  private func checkpoint(_ sentences: String...) throws -> Checkpoint {
    Checkpoint(try sentences.map { try Condition($0) }, began: start)
  }

  @Test func nothingShortIsMissed() async throws {
    var checkpoint = try checkpoint("pod web is Running", "pod web is gone")
    var story = Story()
    story.pod("web") { $0.run() }
    story.gone("web")
    // Both were true at some time between two looks.
    let fresh = await checkpoint.look(at: story.history, Witness(), now: start)
    #expect(fresh.map(\.sentence) == ["pod web is Running", "pod web is gone"])
    #expect(checkpoint.isPassed)
  }

  @Test func whatHasPassedStaysPassed() async throws {
    var checkpoint = try checkpoint("pod web exists", "pod other exists")
    var story = Story()
    story.pod("web")
    #expect(await checkpoint.look(at: story.history, Witness(), now: start).count == 1)
    story.gone("web")
    story.pod("other", uid: "u2")
    #expect(await checkpoint.look(at: story.history, Witness(), now: start).map(\.sentence) == ["pod other exists"])
    #expect(checkpoint.isPassed)
  }

  @Test func nowMeansAtTheEnd() async throws {
    var checkpoint = try checkpoint("pod web exists now", "pod other exists")
    var story = Story()
    story.pod("web")
    #expect(await checkpoint.look(at: story.history, Witness(), now: start).isEmpty)
    story.gone("web")
    story.pod("other", uid: "u2")
    #expect(await checkpoint.look(at: story.history, Witness(), now: start).count == 1)
    #expect(!checkpoint.isPassed)
    story.pod("web", uid: "u3")
    #expect(await checkpoint.look(at: story.history, Witness(), now: start).count == 1)
    #expect(checkpoint.isPassed)
  }

  @Test func aBreachOfNeverIsSeenHoweverShort() async throws {
    var checkpoint = try checkpoint("never container web of pod web restarted at least 1 times", "pod web is Ready")
    var story = Story()
    story.pod("web") { $0.run(restarts: 1) }
    story.gone("web")
    story.pod("web", uid: "u2") { $0.run() }
    _ = await checkpoint.look(at: story.history, Witness(), now: start)
    #expect(checkpoint.isFailed)
    #expect(!checkpoint.isPassed)
    // It does not heal.
    _ = await checkpoint.look(at: story.history, Witness(), now: start)
    #expect(checkpoint.isFailed)
  }

  @Test func neverPassesWithTheOthers() async throws {
    var checkpoint = try checkpoint("never pod web is Failed", "pod web is Ready")
    var story = Story()
    #expect(await checkpoint.look(at: story.history, Witness(), now: start).isEmpty)
    story.pod("web") { $0.run() }
    #expect(await checkpoint.look(at: story.history, Witness(), now: start).count == 2)
    #expect(checkpoint.isPassed)
  }

  @Test func whatIsAsItShouldBeIsNoReasonForBeingStuck() async throws {
    var checkpoint = try checkpoint("never pod web is Failed", "pod web exists now", "pod web is Ready")
    var story = Story()
    story.pod("web")
    _ = await checkpoint.look(at: story.history, Witness(), now: start)
    #expect(checkpoint.progress.filter(\.isMissing).map(\.condition.sentence) == ["pod web is Ready"])
    story.pod("web") { $0.end(code: 1) }
    story.gone("web")
    _ = await checkpoint.look(at: story.history, Witness(), now: start)
    #expect(!checkpoint.progress.contains { !$0.isMissing })
    // Who cannot see whether it happened does not know that it did not.
    var blind = try self.checkpoint("never log of pod web contains \"panic\"")
    story.pod("web", uid: "u2") { $0.run() }
    _ = await blind.look(at: story.history, Witness(isBlind: true), now: start)
    #expect(blind.progress[0].isMissing)
  }

  @Test func stayingTakesItsTime() async throws {
    var checkpoint = try checkpoint("pod web is Ready for 10s")
    var story = Story()
    story.pod("web") { $0.run() }
    _ = await checkpoint.look(at: story.history, Witness(), now: start)
    _ = await checkpoint.look(at: story.history, Witness(), now: start + .seconds(9))
    #expect(!checkpoint.isPassed)
    // A break begins the time anew.
    story.pod("web") { $0.run(ready: false) }
    story.pod("web") { $0.run() }
    _ = await checkpoint.look(at: story.history, Witness(), now: start + .seconds(12))
    #expect(!checkpoint.isPassed)
    _ = await checkpoint.look(at: story.history, Witness(), now: start + .seconds(22))
    #expect(checkpoint.isPassed)
  }

  @Test func whatCannotBeToldNeverPasses() async throws {
    var story = Story()
    story.pod("web") { $0.run() }
    for sentence in [
      "file /a in pod web exists", "never file /a in pod web exists", "file /a in pod web does not exist now",
      "file /a in pod web exists for 1s",
    ] {
      var checkpoint = try checkpoint(sentence)
      _ = await checkpoint.look(at: story.history, Witness(isBlind: true), now: start)
      _ = await checkpoint.look(at: story.history, Witness(isBlind: true), now: start + .seconds(60))
      #expect(!checkpoint.isPassed, "\(sentence)")
    }
  }
}
