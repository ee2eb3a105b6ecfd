import KubernetesAPI
import ObjectSchema
import Testing

@testable import LessonEngine

/// For each family: what is so passes, what is nearly so does not and says why, and what cannot be seen is never taken
/// for true.
@Suite struct SentenceTests {
  private func judge(_ sentence: String, _ story: Story, _ witness: Witness = Witness()) async throws -> Finding {
    try await Condition(sentence).statement.finding(in: Observation(story.history, witness))
  }

  private func expect(
    _ sentence: String, _ verdict: Finding.Verdict, _ found: String = "", in story: Story,
    _ witness: Witness = Witness(), at place: SourceLocation = #_sourceLocation
  ) async throws {
    let finding = try await judge(sentence, story, witness)
    #expect(finding.verdict == verdict, "\(sentence): \(finding)", sourceLocation: place)
    #expect(finding.found.contains(found), "\(sentence): \(finding)", sourceLocation: place)
  }

  @Test func existencePhaseAndCondition() async throws {
    var story = Story()
    story.pod("web") { $0.run(ready: false) }
    try await expect("pod web exists", .pass, in: story)
    try await expect("pod wbe exists", .notYet, "there is web", in: story)
    try await expect("pod web is Running", .pass, in: story)
    try await expect("pod web is Ready", .notYet, "0/1 containers ready", in: story)
    try await expect("pod web is not ready", .pass, in: story)
    try await expect("condition Ready of pod web is False", .pass, in: story)
    try await expect("condition Ready of pod web is True", .notYet, "Ready = False", in: story)
    try await expect("condition Redy of pod web is True", .notYet, "only the conditions Ready", in: story)
    try await expect("pod web is gone", .notYet, in: story)
    try await expect("pod other is gone", .notYet, "there was no pod other", in: story)
    story.pod("web") {
      $0.run()
      $0.metadata.deletionTimestamp = Timestamp(seconds: 0)
    }
    // What is being deleted is neither running nor ready.
    try await expect("pod web is Running", .notYet, in: story)
    try await expect("pod web is Terminating", .pass, in: story)
    story.gone("web")
    try await expect("pod web is gone", .pass, in: story)
  }

  @Test func labelledPodsAreCounted() async throws {
    var story = Story()
    for name in ["a", "b"] {
      story.pod(name, uid: name) {
        $0.metadata.labels = ["app": "web"]
        $0.run(ready: name == "a")
      }
    }
    try await expect("1 pods labelled app=web are Ready", .pass, in: story)
    try await expect("2 pods labelled app=web are Ready", .notYet, "2 pods with the label, 1 of them Ready", in: story)
    try await expect("at least 1 pod labelled app=web is Running", .pass, in: story)
  }

  @Test func shape() async throws {
    var story = Story()
    story.pod("web") {
      $0.metadata.labels = ["app": "web"]
      var variable = EnvVar()
      variable.name = "MODE"
      variable.value = "two words"
      $0.spec.containers[0].env = [variable]
      $0.spec.containers[0].livenessProbe = Probe()
      $0.spec.containers[0].resources.limits = ["memory": Quantity("64Mi")!]
    }
    try await expect("pod web has containers web", .pass, in: story)
    try await expect("pod web has containers web, other", .notYet, "web", in: story)
    try await expect("pod web has init containers first", .notYet, "none", in: story)
    try await expect(#"image of container web in pod web is like "nginx:*""#, .pass, in: story)
    try await expect("image of container web in pod web is nginx", .notYet, "nginx:1.27", in: story)
    try await expect("image of container wbe in pod web is nginx", .notYet, "no container wbe, but web", in: story)
    try await expect(#"pod web has env MODE="two words" in container web"#, .pass, in: story)
    try await expect("pod web has env MODE=one in container web", .notYet, "MODE=two words", in: story)
    try await expect("pod web has label app=web", .pass, in: story)
    try await expect("pod web has label app=api", .notYet, "app=web", in: story)
    try await expect("container web of pod web has a liveness probe", .pass, in: story)
    try await expect("container web of pod web has a readiness probe", .notYet, "a liveness probe", in: story)
    try await expect("container web of pod web has a limit of memory=65536Ki", .pass, in: story)
    try await expect("container web of pod web has a request of memory=64Mi", .notYet, "no request", in: story)
    try await expect("container web of pod web mounts volume box at /box", .notYet, "no volume", in: story)
  }

  @Test func containersAndRestarts() async throws {
    var story = Story()
    story.pod("web") { $0.run(restarts: 2) }
    try await expect("container web of pod web is running", .pass, in: story)
    try await expect("container web of pod web restarted at least 2 times", .pass, in: story)
    try await expect("container web of pod web restarted at least 3 times", .notYet, "restarted 2 times", in: story)
    try await expect("container web of pod web never restarted", .notYet, in: story)
    try await expect("container other of pod web is running", .notYet, "no container other", in: story)
    story.pod("web") { $0.wait("CrashLoopBackOff") }
    try await expect("container web of pod web is waiting for CrashLoopBackOff", .pass, in: story)
    // A container that has not begun has proved nothing.
    try await expect("container web of pod web never restarted", .notYet, in: story)
    story.pod("web") { $0.end(code: 137, reason: "OOMKilled") }
    try await expect("container web of pod web exited with code 137", .pass, in: story)
    try await expect("container web of pod web exited with code 1", .notYet, "exit code 137 (OOMKilled)", in: story)
    try await expect("container web of pod web ended because of OOMKilled", .pass, in: story)
  }

  @Test func history() async throws {
    var story = Story()
    story.pod("web") { $0.run(ready: false) }
    story.pod("web") { $0.run() }
    story.pod("web") { $0.end(code: 1) }
    try await expect("pod web was Running then Failed", .pass, in: story)
    try await expect("pod web was Failed then Running", .notYet, "Running, then", in: story)
    try await expect("readiness of pod web went false then true", .pass, in: story)
    try await expect("readiness of pod web went true then false", .notYet, "False, then True", in: story)
    // Two pods of one name are not one life.
    var other = Story()
    other.pod("web", uid: "u1") { $0.run() }
    other.gone("web", uid: "u1")
    other.pod("web", uid: "u2") { $0.end(code: 1) }
    try await expect("pod web was Running then Failed", .notYet, in: other)
  }

  @Test func whatFinishedFirst() async throws {
    func pod(_ first: Bool, _ second: Bool) -> Story {
      var story = Story()
      story.pod("web") { pod in
        var initial = ContainerStatus()
        initial.name = "init"
        if first { initial.state.terminated = ContainerStateTerminated() }
        var main = ContainerStatus()
        main.name = "web"
        if second { main.state.running = ContainerStateRunning() }
        pod.status.initContainerStatuses = [initial]
        pod.status.containerStatuses = [main]
      }
      return story
    }
    let sentence = "container init finished before container web started in pod web"
    try await expect(sentence, .pass, in: pod(true, false))
    try await expect(sentence, .notYet, "web is running", in: pod(false, true))
    try await expect(sentence, .notYet, "init has not started", in: pod(false, false))
  }

  @Test func events() async throws {
    var story = Story()
    story.pod("web")
    story.event("Pulled")
    story.event("Started", count: 2, "Started container web")
    try await expect("event Pulled happened for pod web", .pass, in: story)
    try await expect("event Started happened at least 2 times for pod web", .pass, in: story)
    try await expect("event Started happened at least 3 times for pod web", .notYet, "it happened 2 times", in: story)
    try await expect(#"event Started happened for pod web with "container web""#, .pass, in: story)
    try await expect(#"event Started happened for pod web with "container db""#, .notYet, in: story)
    try await expect("events Pulled, Started happened in this order for pod web", .pass, in: story)
    try await expect(
      "events Started, Pulled happened in this order for pod web", .notYet, "Pulled, Started (2x)", in: story)
    try await expect("event Killing happened for pod web", .notYet, "events Pulled, Started", in: story)
    try await expect("event Pulled happened for pod other", .notYet, "there is web", in: story)
  }

  @Test func onlyTheStepCounts() async throws {
    var story = Story()
    story.pod("web") { $0.run() }
    story.event("Started", id: "e")
    story.history.beginStep("second")
    try await expect("event Started happened for pod web", .notYet, "no event since", in: story)
    try await expect("pod web was Running then Failed", .notYet, in: story)
    try await expect("pod web is Ready", .pass, in: story)
    // The same event object told once more counts for what was added.
    story.event("Started", count: 2, id: "e")
    try await expect("event Started happened for pod web", .pass, "once", in: story)
  }

  @Test func files() async throws {
    var story = Story()
    story.pod("web") { $0.run() }
    var witness = Witness()
    witness.files = ["/box/out": .file(content: "tick\ntock\n", size: 10), "/box": .directory]
    try await expect("file /box/out in pod web exists", .pass, in: story, witness)
    try await expect("file /box/no in pod web does not exist", .pass, in: story, witness)
    try await expect(#"file /box/out in pod web, container web contains "tock""#, .pass, in: story, witness)
    try await expect(
      #"file /box/out in pod web contains "bang""#, .notYet, "2 lines, the last one: tock", in: story, witness)
    try await expect("file /box/out in pod web has at least 2 lines", .pass, in: story, witness)
    try await expect(#"file /box/out in pod web equals "tick""#, .notYet, in: story, witness)
    try await expect("file /box/out in pod web grows", .notYet, "as a second before", in: story, witness)
    try await expect("file /box in pod web has at least 1 line", .notYet, "is a directory", in: story, witness)
    witness.isBlind = true
    try await expect("file /box/out in pod web exists", .cannotTell, in: story, witness)
    try await expect("file /box/no in pod web does not exist", .cannotTell, in: story, witness)
  }

  @Test func commandsAndLogs() async throws {
    var story = Story()
    story.pod("web") { $0.run() }
    var witness = Witness()
    witness.outcomes = [
      "hostname": CommandOutcome(exitCode: 0, output: "web\n"), "false": CommandOutcome(exitCode: 1, output: ""),
    ]
    witness.logs = ["": "one\ntwo\n", "previous web": "old\n"]
    try await expect(#""hostname" in pod web prints "web""#, .pass, in: story, witness)
    try await expect(#""hostname" in pod web prints "db""#, .notYet, #""web""#, in: story, witness)
    try await expect(#""false" in pod web fails"#, .pass, in: story, witness)
    try await expect(#""false" in pod web exits with code 2"#, .notYet, "exit code 1", in: story, witness)
    try await expect(#"log of pod web contains "two""#, .pass, in: story, witness)
    try await expect(#"log of pod web contains "three""#, .notYet, "2 lines, the last one: two", in: story, witness)
    try await expect(#"log of pod web does not contain "three""#, .pass, in: story, witness)
    try await expect("log of pod web has at least 3 lines", .notYet, in: story, witness)
    try await expect(#"previous log of pod web contains "old""#, .notYet, "there was no run before", in: story, witness)
    story.pod("web") { $0.run(restarts: 1, after: 1) }
    try await expect(#"previous log of pod web, container web contains "old""#, .pass, in: story, witness)
    witness.isBlind = true
    try await expect(#""hostname" in pod web prints "web""#, .cannotTell, in: story, witness)
    try await expect(#"log of pod web does not contain "three""#, .cannotTell, in: story, witness)
  }

  @Test func network() async throws {
    var story = Story()
    story.pod("web") { $0.run() }
    var witness = Witness()
    witness.answers = ["80/": WebAnswer(status: 200, body: "hello there")]
    witness.openPorts = [80]
    try await expect(#"GET http://pod/web:80/ answers 200 and contains "hello""#, .pass, in: story, witness)
    try await expect(
      #"GET http://pod/web answers 200 and contains "bye""#, .notYet, "without \"bye\"", in: story, witness)
    try await expect("GET http://pod/web:80/ answers 404", .notYet, "status 200", in: story, witness)
    try await expect("port 80 of pod web accepts connections", .pass, in: story, witness)
    try await expect("port 81 of pod web refuses connections", .pass, in: story, witness)
    try await expect("port 80 of pod web refuses connections", .notYet, "takes connections", in: story, witness)
    witness.isBlind = true
    try await expect("port 81 of pod web refuses connections", .cannotTell, in: story, witness)
  }

  @Test func isolation() async throws {
    var story = Story()
    story.pod("web") { $0.run() }
    var one = PodSight.Member()
    one.namespaces = ["net": 1, "mnt": 2]
    one.hasCgroup = true
    one.memoryLimit = 64 << 20
    var other = one
    other.namespaces["mnt"] = 3
    other.hasCgroup = false
    let witness = Witness(sight: PodSight(containers: ["a": one, "b": other]))
    try await expect("containers a and b of pod web share the network namespace", .pass, in: story, witness)
    try await expect(
      "containers a and b of pod web share the mount namespace", .notYet, "a has mount namespace 2, b has 3", in: story,
      witness)
    try await expect("containers a and b of pod web do not share the mount namespace", .pass, in: story, witness)
    try await expect("containers a and b of pod web share the ipc namespace", .cannotTell, in: story, witness)
    try await expect(
      "containers a and c of pod web share the network namespace", .notYet, "no container c", in: story,
      witness)
    try await expect("cgroup memory limit of container a in pod web is 64Mi", .pass, in: story, witness)
    try await expect(
      "cgroup memory limit of container a in pod web is 65Mi", .notYet, "memory limit is 64Mi", in: story, witness)
    try await expect("cgroup memory limit of container b in pod web is 64Mi", .cannotTell, in: story, witness)
  }

  @Test func absence() async throws {
    var story = Story()
    story.history.beginStep("create")
    try await expect("no pod exists", .pass, in: story)
    try await expect("nothing of step create is left", .cannotTell, in: story)
    story.pod("web")
    try await expect("no pod exists", .notYet, "there is web", in: story)
    story.history.beginStep("delete")
    try await expect("nothing of step create is left", .notYet, "pod web is still there", in: story)
    story.gone("web")
    try await expect("nothing of step create is left", .pass, in: story)
    try await expect("nothing of step create is left", .notYet, "cgroup x", in: story, Witness(left: ["cgroup x"]))
    try await expect("nothing of step create is left", .cannotTell, in: story, Witness(isBlind: true))
  }
}
