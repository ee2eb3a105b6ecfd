import Documents
import Testing

@testable import LessonEngine

@Suite struct GrammarTests {
  /// Each form once, with what it is understood as.
  @Test(arguments: [
    ("pod web exists", #"exists(Pod, "web")"#),
    ("Pod web IS gone", #"isGone(Pod, "web")"#),
    ("pod web is Ready within 60s", #"isInState("web", LessonEngine.PodState.ready)"#),
    ("pod web is Running", #"isInState("web", LessonEngine.PodState.running)"#),
    (
      "2 pods labelled app=web are Ready",
      #"labelled(LessonEngine.PodStatement.Amount(number: 2, isMinimum: false), label: "app=web", LessonEngine.PodState.ready)"#
    ),
    ("pod pc has containers producer, consumer", #"containers(pod: "pc", ["producer", "consumer"])"#),
    (
      #"image of container a in pod web is like "nginx:*""#,
      #"image(pod: "web", container: "a", pattern: "nginx:*", isExact: false)"#
    ),
    ("event Killing happened for pod web", #"happened(reason: "Killing", Pod, "web", atLeast: 1, text: nil)"#),
    (
      "events Pulled, Created, Started happened in this order for pod web",
      #"inOrder(reasons: ["Pulled", "Created", "Started"], Pod, "web")"#
    ),
    ("no pod exists", "none(Pod)"),
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

  /// What a tree says is the sentence that it came from.
  @Test(arguments: Grammar.forms.map(\.id))
  func goesThroughATreeAndBack(id: String) throws {
    let form = try #require(Grammar.form(id))
    for isWhole in [true, false] {
      var node: Document = ["check": .string(id), "within": "1m", "else": "Look."]
      for part in isWhole ? form.allHoles : form.requiredHoles {
        let name = try #require(part.hole)
        node[name] = Self.special[id]?[name] ?? Self.fillings[name] ?? "x"
      }
      let condition = try CheckTree.condition(node)
      #expect(CheckTree.node(condition) == node)
      let read = try Condition(condition.sentence)
      var expected = node
      expected["else"] = nil
      #expect(CheckTree.node(read) == expected, "\(condition.sentence)")
    }
  }

  private static let special: [String: [String: Document]] = [
    "was-then": ["first": "Pending", "second": "Running", "third": "Failed"],
    "readiness": ["first": "false", "second": "true", "third": "false"],
  ]

  private static let fillings: [String: Document] = [
    "kind": "pod", "state": "Ready", "value": "True", "label": "app=web", "count": 2, "code": 3, "port": 80,
    "status": 200, "names": ["a", "b"], "reasons": ["Pulled", "Started"], "assignment": "memory=64Mi",
    "path": "/box/out.txt", "command": "cat /etc/hosts", "text": "say \"hello\", twice", "url": "http://pod/web:80/",
    "namespace": "network", "resource": "memory", "amount": "64Mi", "bound": "limit", "probe": "liveness",
  ]

  @Test func whatIsInAPodIsAlsoOfIt() throws {
    for sentence in [
      "image of container a in pod web is like \"busybox:*\"", "container a of pod web never restarted",
      "\"hostname\" in pod web prints \"web\"", "cgroup memory limit of container a in pod web is 64Mi",
    ] {
      let other = sentence.replacing(" in pod", with: " <> pod").replacing(" of pod", with: " in pod")
        .replacing(" <> pod", with: " of pod")
      #expect(other != sentence)
      #expect(CheckTree.node(try Condition(other)) == CheckTree.node(try Condition(sentence)))
    }
  }

  @Test func aContainerMayStandBeforeItsPod() throws {
    for (other, sentence) in [
      (#"file /box/a in container b of pod pc exists"#, #"file /box/a in pod pc, container b exists"#),
      (#""hostname" in container b of pod pc prints "x""#, #""hostname" in pod pc, container b prints "x""#),
      (#"previous log of container b in pod pc contains "x""#, #"previous log of pod pc, container b contains "x""#),
    ] {
      #expect(CheckTree.node(try Condition(other)) == CheckTree.node(try Condition(sentence)))
    }
  }

  @Test(arguments: [
    ("1 pod labelled app=web is Ready", "1 pods labelled app=web are Ready"),
    ("container a of pod web restarted at least 1 time", "container a of pod web restarted at least 1 times"),
    ("log of pod web has at least 1 line", "log of pod web has at least 1 lines"),
  ])
  func countsOneAsPeopleDo(one: String, many: String) throws {
    let tree = CheckTree.node(try Condition(one))
    #expect(tree == CheckTree.node(try Condition(many)))
    #expect(try CheckTree.condition(tree).sentence == one)
    #expect(throws: SentenceError.self) { try Condition(one.replacing("1", with: "2")) }
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
    ("pod web is Reddy", #""Reddy" is no state of a pod: expected one of Ready, NotReady, Pending"#),
    ("pod web has container a", "the nearest form is: pod {pod} has containers {names…}"),
    ("pot web exists", #""pot" is no kind of object that can be watched"#),
    ("file box/out in pod a exists", "must be a whole path"),
    ("GET http://web/ answers 200", "expected one like http://pod/NAME:PORT/PATH"),
    ("containers a and b of pod p share the time namespace", "expected one of network"),
    ("readiness of pod web went up then down", "expected true or false"),
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
