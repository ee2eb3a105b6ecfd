import TestSupport
import Testing

/// Pods in states that only a whole cluster brings about, and what everybody can see of them.
@Suite(.needsUserNamespace, .timeLimit(.minutes(1)))
struct PodStateTests {
  @Test func areToldAsKubernetesDoes() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium(["kubectl", "apply", "-f", "-"], input: Self.manifests)
      #expect(answer.end == .exited(0), "\(answer.error)")
      func state(_ pod: String) async throws -> String {
        let line = try await learner.kubectl("get", "pod", pod, "--no-headers")
        return line.split(separator: " ").dropFirst().prefix(2).joined(separator: " ")
      }
      func messages(_ pod: String, _ reason: String) async throws -> [String] {
        let selector = "involvedObject.name=\(pod),reason=\(reason)"
        let path = #"jsonpath={range .items[*]}{.message}{"\n"}{end}"#
        let text = try await learner.kubectl("get", "events", "--field-selector", selector, "-o", path)
        return text.split(separator: "\n").map(String.init)
      }
      for (pod, expected) in [
        ("gated", "0/1 SchedulingGated"), ("large", "0/1 OutOfcpu"), ("elsewhere", "0/1 NodeAffinity"),
        ("homeless", "0/1 Pending"),
      ] {
        try await Deadline.wait("the state of \(pod)", within: .seconds(10)) { try await state(pod) == expected }
      }
      #expect(
        try await learner.kubectl("get", "pod", "gated", "-o", "jsonpath={.status.conditions[0].message}")
          == "Scheduling is blocked due to non-empty scheduling gates")
      #expect(
        try await messages("elsewhere", "NodeAffinity")
          == ["Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"])

      try await Deadline.wait("probes", within: .seconds(20)) {
        let told = try await messages("secure", "Unhealthy")
        let missing = #"unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown"#
        return told.contains { $0.hasSuffix(": http: server gave HTTP response to HTTPS client") }
          && told.contains {
            $0.hasPrefix(
              "Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec ")
              && $0.hasSuffix(missing)
          }
      }
      // What another pod's end does not change is not said again.
      try await learner.kubectl("delete", "pod", "secure", "--grace-period=1")
      #expect(try await messages("homeless", "FailedScheduling").count == 1)
    }
  }

  private static let manifests = """
    {apiVersion: v1, kind: Pod, metadata: {name: gated}, spec: {schedulingGates: [{name: a.example/b}], containers: [{name: main, image: busybox}]}}
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: large}, spec: {nodeName: podium, containers: [{name: main, image: busybox, resources: {requests: {cpu: "1000"}}}]}}
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: elsewhere}, spec: {nodeName: podium, nodeSelector: {disk: ssd}, containers: [{name: main, image: busybox}]}}
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: homeless}, spec: {nodeSelector: {disk: ssd}, containers: [{name: main, image: busybox}]}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: secure}
    spec:
      containers:
      - name: main
        image: nginx
        livenessProbe: {exec: {command: [nosuch]}, periodSeconds: 1}
        readinessProbe: {httpGet: {port: 80, scheme: HTTPS}, periodSeconds: 1}

    """
}
