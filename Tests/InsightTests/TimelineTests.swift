import Documents
import KubernetesAPI
import ObjectSchema
import Testing

@testable import Insight

/// A pod's life as a picture.
@Suite struct TimelineTests {
  private static let start = Timestamp("2026-01-01T00:00:00Z")!

  private func moment(
    _ pod: Pod, _ second: Int, _ containers: [String: PodMoment.Standing], ready: Bool = false, deleting: Bool = false
  ) -> PodMoment {
    var moment = PodMoment(pod, at: Self.start + .seconds(second))
    (moment.containers, moment.isReady, moment.isDeleting) = (containers, ready, deleting)
    return moment
  }

  private func past() throws -> PodPast {
    let pod = Pod.decode(
      try Document.parse(
        yaml: """
          metadata: {name: web, namespace: default, creationTimestamp: '2026-01-01T00:00:00Z'}
          spec: {initContainers: [{name: first}], containers: [{name: main}]}
          """)[0]
    ).value
    var event = Event()
    (event.reason, event.message, event.count) = ("Started", "Started container main", 2)
    (event.firstTimestamp, event.lastTimestamp) = (Self.start + .seconds(4), Self.start + .seconds(14))
    let waiting = PodMoment.Standing.waiting("PodInitializing")
    return PodPast(
      pod: pod,
      moments: [
        moment(pod, 0, ["first": .running(isReady: true), "main": waiting]),
        moment(pod, 4, ["first": .ended(exitCode: 0), "main": .running(isReady: true)], ready: true),
        moment(pod, 10, ["first": .ended(exitCode: 0), "main": .ended(exitCode: 1)]),
        moment(pod, 12, ["first": .ended(exitCode: 0), "main": .waiting("CrashLoopBackOff")]),
        moment(pod, 14, ["first": .ended(exitCode: 0), "main": .running(isReady: true)], ready: true),
        moment(pod, 18, ["first": .ended(exitCode: 0), "main": .running(isReady: true)], deleting: true),
      ],
      events: [event], end: Self.start + .seconds(20))
  }

  @Test func eachContainerHasARowOnTheSameAxis() throws {
    let lines = Timeline(try past()).lines(width: 48)
    #expect(
      lines == [
        "pod web, 20s from its creation until it was gone",
        "        0s          6s          12s         18s",
        "pod     ........============........========!!!!",
        "first   ========o",
        "main    ........============x   ....============",
        "events          1",
        "",
        ". waits   - runs   = runs and is ready   o ended well   x failed   ! being deleted",
        "",
        "1  +4s      Started: Started container main (2",
        "            times, the last at +14s)",
      ])
  }

  @Test func whoCannotSeeAnAxisGetsSentences() throws {
    let lines = Timeline(try past()).lines(width: 48, drawsAxis: false)
    #expect(
      lines == [
        "pod web, 20s from its creation until it was gone", "+0s: container first runs and is ready",
        "+0s: container main waits with PodInitializing", "+4s: Started: Started container main",
        "+4s: container first ended with exit code 0", "+4s: container main runs and is ready",
        "+10s: container main ended with exit code 1", "+12s: container main waits with CrashLoopBackOff",
        "+14s: container main runs and is ready", "+18s: the pod is being deleted",
      ])
  }

  @Test func aRestartIsRememberedByTheObjectItself() throws {
    let pod = Pod.decode(
      try Document.parse(
        yaml: """
          metadata: {name: web, namespace: default, creationTimestamp: '2026-01-01T00:00:00Z'}
          spec: {containers: [{name: main}]}
          status:
            conditions: [{type: Ready, status: 'True', lastTransitionTime: '2026-01-01T00:00:09Z'}, {type: ContainersReady, status: 'True', lastTransitionTime: '2026-01-01T00:00:09Z'}]
            containerStatuses:
            - name: main
              ready: true
              state: {running: {startedAt: '2026-01-01T00:00:08Z'}}
              lastState: {terminated: {exitCode: 1, startedAt: '2026-01-01T00:00:01Z', finishedAt: '2026-01-01T00:00:05Z'}}
          """)[0]
    ).value
    let past = PodPast(PodStory(pod: pod, now: Self.start + .seconds(10)))
    let rows = Timeline(past, now: Self.start + .seconds(10)).lines(width: 46)
    #expect(rows[3] == "main    ...----------------x          ----====")
  }
}
