import KubernetesAPI
import ObjectSchema
import Testing

@testable import Insight

/// Who asked what of the API server.
@Suite struct TraceTests {
  private func record(
    _ milliseconds: Int, _ user: String, _ verb: String, _ kind: String, _ name: String = "", sub: String = "",
    code: Int32 = 200, agent: String = "podium"
  ) -> RequestRecord {
    var record = RequestRecord()
    record.time = Timestamp("2026-01-01T00:00:00Z")! + .milliseconds(milliseconds)
    (record.user, record.verb, record.agent, record.code) = (user, verb, agent, code)
    (record.object.kind, record.object.name, record.subresource) = (kind, name, sub)
    record.durationMicroseconds = 1500
    return record
  }

  private var records: [RequestRecord] {
    [
      record(0, "kubernetes-admin", "create", "pods", code: 201),
      record(2, "system:kube-scheduler", "create", "pods", "web", sub: "binding", code: 201),
      record(3, "system:kube-scheduler", "create", "events", code: 201),
      record(4, "system:node:one", "get", "configmaps", "kube-root-ca.crt"),
      record(5, "system:node:one", "update", "leases", "one"),
      record(6, "system:node:one", "patch", "pods", "web", sub: "status"),
      record(7, "kubernetes-admin", "list", "pods", agent: "podium-tutor"),
    ]
  }

  private var events: [Event] {
    var event = Event()
    (event.reason, event.message, event.reportingComponent) = ("Scheduled", "Found a node", "default-scheduler")
    return [event]
  }

  @Test func theStepsStandUnderWhoTookThem() {
    #expect(
      Trace(records, events: events, reads: false).lines(width: 110) == [
        "          kubectl  API server  scheduler  kubelet",
        "+0 ms     |------->|           |          |   create pods  (201, 1.5 ms)",
        "+2 ms     |        |<----------|          |   create pods/web/binding  (201, 1.5 ms)",
        "+3 ms     |        |<----------|          |   tell Scheduled: Found a node  (201, 1.5 ms)",
        "+6 ms     |        |<---------------------|   patch pods/web/status  (200, 1.5 ms)", "",
        "Nobody called the scheduler or the kubelet: they watch the API server, and saw the change.",
      ])
  }

  @Test func whatTheKubeletAsksOfTheRuntimeStandsBetweenThem() {
    func call(_ milliseconds: Int, _ text: String) -> Trace.RuntimeCall {
      Trace.RuntimeCall(
        time: Timestamp("2026-01-01T00:00:00Z")! + .milliseconds(milliseconds), took: .milliseconds(2), text: text)
    }
    let calls = [call(-5, "make sandbox of pod old"), call(5, "find image nginx"), call(5, "make sandbox of pod web")]
    let lines = Trace(records, events: events, calls: calls, reads: false).lines(width: 110)
    #expect(lines[0] == "          kubectl  API server  scheduler  kubelet  runtime")
    #expect(lines[4] == "+5 ms     |        |           |          |------->|   make sandbox of pod web  (done, 2 ms)")
    #expect(!lines.contains { $0.contains("old") || $0.contains("find") })
  }

  @Test func aTerminalTooNarrowForAPictureGetsSentences() {
    #expect(
      Trace(records, events: events, reads: false).lines(width: 60)[0]
        == "+0 ms: kubectl to API server: create pods (201, 1.5 ms)")
  }

  @Test func questionsAreShownOnDemandOnly() {
    let all = Trace(records, events: [], reads: true).steps.map(\.text)
    #expect(all.contains("get configmaps/kube-root-ca.crt"))
    // What goes on all the time, and those who only look on, are never part of it.
    #expect(!all.contains { $0.contains("leases") || $0 == "list pods" })
  }

  @Test func whoCannotSeeAPictureGetsSentences() {
    #expect(
      Trace(records, events: [], reads: false).lines(draws: false)[0]
        == "+0 ms: kubectl to API server: create pods (201, 1.5 ms)")
  }

  @Test func nothingIsSaidToHaveHappenedWhenNothingDid() {
    #expect(Trace([], events: [], reads: true).lines() == ["Nothing was asked of the API server."])
  }
}
