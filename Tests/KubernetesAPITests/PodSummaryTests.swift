import Documents
import KubernetesAPI
import ObjectSchema
import Testing

/// What the line of a pod in `kubectl get pods` says of every state that a pod can be in.
struct PodSummaryTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var pod: String
    var line: String
    var testDescription: String { line }
  }

  private static let running = "state: {running: {}}, ready: true, started: true"
  private static let crashed = "lastState: {terminated: {finishedAt: '2026-11-21T12:00:00Z'}}"

  static let cases: [Case] = [
    Case(pod: "status: {phase: Pending}", line: "0/1 Pending 0"),
    Case(
      pod: "status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: SchedulingGated}]}",
      line: "0/1 SchedulingGated 0"),
    Case(pod: "status: {phase: Failed, reason: OutOfcpu}", line: "0/1 OutOfcpu 0"),
    Case(
      pod: "status: {phase: Pending, containerStatuses: [{name: main, state: {waiting: {reason: ImagePullBackOff}}}]}",
      line: "0/1 ImagePullBackOff 0"),
    Case(pod: "status: {phase: Running, containerStatuses: [{name: main, \(running)}]}", line: "1/1 Running 0"),
    Case(
      pod: "status: {phase: Running, containerStatuses: [{name: main, restartCount: 2, \(crashed), \(running)}]}",
      line: "1/1 Running 2 (10s ago)"),
    Case(
      pod:
        "status: {phase: Running, containerStatuses: [{name: main, state: {terminated: {exitCode: 3, reason: Error}}}]}",
      line: "0/1 Error 0"),
    Case(
      pod: "status: {phase: Running, containerStatuses: [{name: main, state: {terminated: {exitCode: 3}}}]}",
      line: "0/1 ExitCode:3 0"),
    Case(
      pod: "status: {phase: Running, containerStatuses: [{name: main, state: {terminated: {signal: 9}}}]}",
      line: "0/1 Signal:9 0"),
    Case(
      pod:
        "{spec: {containers: [{name: a}, {name: b}]}, status: {phase: Running, containerStatuses: [{name: a, state: {terminated: {reason: Completed}}}, {name: b, \(running)}]}}",
      line: "1/2 NotReady 0"),
    Case(
      pod: "{metadata: {deletionTimestamp: '2026-11-21T12:00:00Z'}, status: {phase: Running}}",
      line: "0/1 Terminating 0"),
    Case(
      pod: "{metadata: {deletionTimestamp: '2026-11-21T12:00:00Z'}, status: {phase: Succeeded}}",
      line: "0/1 Succeeded 0"),
    Case(
      pod: "{metadata: {deletionTimestamp: '2026-11-21T12:00:00Z'}, status: {phase: Running, reason: NodeLost}}",
      line: "0/1 Unknown 0"),
    initial("state: {running: {}}, restartCount: 2, \(crashed)", line: "0/1 Init:0/2 2 (10s ago)"),
    initial("state: {terminated: {exitCode: 1, reason: Error}}", line: "0/1 Init:Error 0"),
    initial("state: {waiting: {reason: CrashLoopBackOff}}", line: "0/1 Init:CrashLoopBackOff 0"),
    initial("state: {waiting: {reason: PodInitializing}}", line: "0/1 Init:0/2 0"),
    initial("state: {terminated: {exitCode: 0, reason: Completed}}", line: "0/1 Init:1/2 0"),
    sidecar("\(running)", line: "2/2 Running 0"),
    sidecar("restartCount: 3, \(crashed), \(running)", line: "2/2 Running 3 (10s ago)"),
    // It crashes beside containers that run on.
    sidecar(
      "restartCount: 3, \(crashed), state: {waiting: {reason: CrashLoopBackOff}}",
      line: "1/2 Init:CrashLoopBackOff 3 (10s ago)"),
  ]

  /// With the first of two init containers in the given state.
  private static func initial(_ state: String, line: String) -> Case {
    Case(
      pod: """
        spec: {containers: [{name: main}], initContainers: [{name: a}, {name: b}]}
        status:
          phase: Pending
          initContainerStatuses: [{name: a, \(state)}, {name: b, state: {waiting: {reason: PodInitializing}}}]
          containerStatuses: [{name: main, state: {waiting: {reason: PodInitializing}}}]
        """, line: line)
  }

  /// Of a pod that runs, with the sidecar in the given state and an init container that once failed.
  private static func sidecar(_ state: String, line: String) -> Case {
    Case(
      pod: """
        spec: {containers: [{name: main}], initContainers: [{name: a}, {name: b, restartPolicy: Always}]}
        status:
          phase: Running
          conditions: [{type: Initialized, status: 'True'}]
          initContainerStatuses:
          - {name: a, restartCount: 1, state: {terminated: {exitCode: 0, reason: Completed}}}
          - {name: b, \(state)}
          containerStatuses: [{name: main, \(running)}]
        """, line: line)
  }

  @Test(arguments: cases) func saysInOneWordHowAPodIs(_ row: Case) throws {
    var document = try #require(try Document.parse(yaml: row.pod).first)
    if document["spec"] == nil { document["spec"] = ["containers": [["name": "main"]]] }
    let summary = PodSummary(Pod.decode(document).value)
    let restarts = summary.restartsText(now: try #require(Timestamp("2026-11-21T12:00:10Z")))
    #expect("\(summary.readyText) \(summary.status) \(restarts)" == row.line)
  }
}
