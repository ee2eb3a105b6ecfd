import Testing

@testable import LessonEngine

@Suite struct GrammarTests {
  /// Each form once, with what it is understood as.
  @Test(arguments: [
    ("pod web exists", #"exists("web")"#),
    ("Pod web IS gone", #"isGone("web")"#),
    ("pod web is Ready within 60s", #"isReady("web")"#),
    ("pod web is Running", #"isInState("web", LessonEngine.PodStatement.PodState.running)"#),
    (
      "2 pods labelled app=web are Ready",
      #"labelled(count: 2, label: "app=web", LessonEngine.PodStatement.PodState.ready)"#
    ),
    ("pod pc has containers producer, consumer", #"containers(pod: "pc", ["producer", "consumer"])"#),
    (
      #"image of container a in pod web is like "nginx:*""#,
      #"image(pod: "web", container: "a", pattern: "nginx:*")"#
    ),
    ("event Killing happened for pod web", #"happened(reason: "Killing", pod: "web", atLeast: 1)"#),
    (
      "events Pulled, Created, Started happened in this order for pod web",
      #"inOrder(reasons: ["Pulled", "Created", "Started"], pod: "web")"#
    ),
    ("no pod exists", "noPod"),
  ])
  func understands(sentence: String, meaning: String) throws {
    let condition = try Condition(sentence)
    #expect("\(condition.statement)" == meaning)
  }

  @Test func readsContainersCommandsAndLogs() throws {
    let restart = try #require(
      try Condition("container a of pod web restarted at least 2 times").statement as? ContainerStatement)
    #expect(restart.claim == .restarted(atLeast: 2))
    let command = try #require(
      try Condition(#""cat /box/out \"x\"" in pod pc, container consumer prints "tick""#).statement
        as? CommandStatement)
    #expect(command.command == #"cat /box/out "x""#)
    #expect(command.container == "consumer")
    let log = try #require(try Condition(#"previous log of pod web contains "started""#).statement as? LogStatement)
    #expect(log.isPrevious)
  }

  @Test func readsTimeWords() throws {
    #expect(try Condition("pod web is Ready").timing == .within(.seconds(30)))
    #expect(try Condition("pod web is Ready within 2m").timing == .within(.seconds(120)))
    #expect(try Condition("pod web is Ready for 10s").timing == .stays(.seconds(10)))
    #expect(try Condition("pod web is Ready now").timing == .now)
    #expect(try Condition("never pod web is Failed").timing == .never)
    #expect(try Condition("event Killing happened for pod web").timing == .within(.seconds(30)))
    #expect(try Condition("already true: pod web exists").mayHoldBefore)
  }

  @Test(arguments: [
    ("pod web is Reddy", #""Reddy" is no state of a pod: expected one of Ready, Pending"#),
    ("pod web has container a", "the nearest form is: pod {pod} has containers {names…}"),
    (#"log of pod web contains "x"#, "a quotation mark is not closed"),
    ("pod web is Ready within 6x", #""6x" is not a duration"#),
    ("container a of pod web exited with code many", #""many" is not a number"#),
  ])
  func saysWhatItExpected(sentence: String, words: String) {
    let error = #expect(throws: SentenceError.self) { try Condition(sentence) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("nginx", "nginx*", true), ("nginx:1.27", "nginx:*", true), ("nginx", "nginx:*", false),
    ("busybox", "*box", true), ("busybox:1", "b*box*", true), ("a", "b", false), ("", "*", true),
  ])
  func matchesWildcards(text: String, pattern: String, matches: Bool) {
    #expect(Wildcard.matches(text, pattern) == matches)
  }
}
