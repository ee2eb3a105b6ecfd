import Documents
import KubernetesAPI
import ObjectSchema
import Testing

@testable import Insight

/// From a pod's state to a sentence and the next command.
@Suite struct WhyTests {
  /// A pod of one container, and whatever its status is to hold.
  private func story(
    _ status: String, metadata: String = "", spec: String = "", events: [(reason: String, message: String)] = []
  ) throws -> PodStory {
    let text = """
      metadata: {name: web, namespace: default, uid: u1, \(metadata)}
      spec: {nodeName: node, containers: [{name: main, image: "app:1"}], \(spec)}
      status: {\(status)}
      """
    let pod = Pod.decode(try Document.parse(yaml: text)[0]).value
    return PodStory(
      pod: pod,
      events: events.map { reason, message in
        var event = Event()
        (event.reason, event.message) = (reason, message)
        return event
      },
      now: Timestamp("2026-01-01T00:01:00Z")!)
  }

  private func container(_ state: String, ready: Bool = false, restarts: Int = 0) -> String {
    "containerStatuses: [{name: main, ready: \(ready), restartCount: \(restarts), \(state)}]"
  }

  @Test func aHealthyPodHasNothingWrong() throws {
    let story = try story(
      "phase: Running, conditions: [{type: Ready, status: 'True'}], \(container("state: {running: {}}", ready: true))")
    #expect(
      story.why() == Explanation(statement: "pod web runs and is ready: nothing is wrong with it now.", isWell: true))
  }

  @Test func anUnplacedPodIsTheSchedulersMatter() throws {
    var story = try story(
      """
      phase: Pending, conditions: [{type: PodScheduled, status: 'False', message:
      "0/1 nodes are available: 1 Insufficient cpu."}]
      """)
    story.pod.spec.nodeName = nil
    let why = story.why()
    #expect(why.statement == "pod web is Pending: no node has been chosen for it.")
    #expect(why.causes.last == "the requests of its containers are more than any node has left")
    #expect(why.next == ["kubectl describe nodes"])
  }

  @Test(arguments: [
    (1, "its program reported a failure of its own"), (127, "its shell did not find the command"),
    (139, "it was ended by signal 11, SIGSEGV: its program used memory that is not its own"),
  ])
  func aCrashLoopIsTracedToItsExitCode(code: Int, meaning: String) throws {
    var story = try story(
      "phase: Running, "
        + container(
          "state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: \(code), finishedAt: "
            + "'2026-01-01T00:00:50Z'}}", restarts: 3))
    story.lastWords["main"] = ["no database"]
    let why = story.why()
    #expect(why.statement == "pod web is not well: its container main ends again and again (3 restarts).")
    #expect(why.causes[0] == "it ended 10 seconds ago with exit code \(code): \(meaning)")
    #expect(why.causes[1] == "its last words were: no database")
    #expect(why.next[0] == "kubectl logs web --previous")
  }

  @Test func aKillForMemoryNamesTheLimit() throws {
    var story = try story(
      "phase: Running, "
        + container(
          "state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}"))
    story.pod.spec.containers[0].resources.limits["memory"] = Quantity("64Mi")
    #expect(story.why().causes[1] == "it used more memory than its limit of 64Mi, and the kernel killed it")
  }

  @Test func aFailedLivenessProbeIsTheCauseOfARestart() throws {
    let story = try story(
      "phase: Running, conditions: [{type: Ready, status: 'True'}], "
        + container("state: {running: {}}, lastState: {terminated: {exitCode: 0}}", ready: true, restarts: 1),
      events: [
        ("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 404"),
        ("Killing", "Container main failed liveness probe, will be restarted"),
      ])
    let why = story.why()
    #expect(why.statement.hasSuffix("container main has been restarted 1 time."))
    #expect(
      why.causes.suffix(2) == [
        "the probe said: HTTP probe failed with statuscode: 404",
        "the program answers, but has nothing at the path that the probe asks for",
      ])
  }

  @Test func whatNobodySawEndingIsNotExplainedByItsExitCode() throws {
    let story = try story(
      "phase: Running, conditions: [{type: Ready, status: 'True'}], "
        + container(
          "state: {running: {}}, lastState: {terminated: {exitCode: 137, reason: ContainerStatusUnknown}}", ready: true,
          restarts: 1))
    let why = story.why()
    #expect(why.causes[0] == "nobody saw its end: it was gone when its node came back")
    #expect(why.next[0] == "kubectl describe node node")
  }

  @Test func aContainerThatIsBeingEndedIsNotWell() throws {
    var story = try story(
      "phase: Running, conditions: [{type: Ready, status: 'True'}], "
        + container("state: {running: {startedAt: '2026-01-01T00:00:50Z'}}", ready: true),
      events: [
        ("Unhealthy", "Liveness probe failed: dial tcp 10.0.0.1:81: connect: connection refused"),
        ("Killing", "Container main failed liveness probe, will be restarted"),
      ])
    story.events[1].lastTimestamp = Timestamp("2026-01-01T00:00:55Z")
    let why = story.why()
    #expect(why.statement == "pod web runs, and its container main is being ended to be started anew.")
    #expect(why.causes.last == "nobody in the pod listens at the port that the probe asks")
    #expect(!why.isWell)
  }

  @Test func longSentencesAreBrokenAndCommandsAreNot() {
    let explanation = Explanation(
      statement: "pod web waits.", causes: ["one two three four five six"], effects: ["it goes on"],
      next: ["kubectl describe pod web --namespace of-a-long-name"])
    #expect(
      explanation.lines(width: 30) == [
        "pod web waits.", "  because one two three four", "          five six", "  so      it goes on",
        "  try     kubectl describe pod web --namespace of-a-long-name",
      ])
    #expect(explanation.lines(isSpoken: true)[1...2] == ["because: one two three four five six", "so: it goes on"])
  }

  @Test func anUnreadyPodIsTracedToItsProbe() throws {
    let story = try story(
      "phase: Running, conditions: [{type: Ready, status: 'False'}], "
        + container("state: {running: {}}, started: true"),
      events: [("Unhealthy", "Readiness probe failed: no")])
    let why = story.why()
    #expect(why.causes[0] == "the readiness probe of container main fails")
    #expect(why.causes[1] == "the probe said: no")
  }

  @Test func anImageThatCannotBeHadIsNamed() throws {
    let story = try story(
      "phase: Pending, " + container("state: {waiting: {reason: ImagePullBackOff}}"),
      events: [("Failed", "Failed to pull image \"app:1\": nobody has it")])
    #expect(
      story.why().causes == [
        "the image app:1 cannot be had", "the kubelet said: Failed to pull image \"app:1\": nobody has it",
      ])
  }

  @Test func aPodThatLeavesSaysWhatItWaitsFor() throws {
    let story = try story(
      "phase: Running, " + container("state: {running: {}}"),
      metadata: "deletionTimestamp: '2026-01-01T00:01:20Z', deletionGracePeriodSeconds: 30")
    let why = story.why()
    #expect(why.statement == "pod web is being deleted.")
    #expect(why.causes[0] == "main has been asked to end and may take 30 s for it")
    #expect(why.causes[1].hasSuffix("it is killed in 20 s"))
  }

  @Test func aPodWithNothingInItsStatusIsExplainedToo() throws {
    #expect(try story("").why().statement == "pod web is Pending: its node has just begun.")
  }
}
