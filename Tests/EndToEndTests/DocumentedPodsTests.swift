import SystemIO
import TestSupport
import Testing

/// The pods by which people are taught, as written in their notes: each runs, and the notes' commands answer.
@Suite(.needsUserNamespace, .timeLimit(.minutes(2)))
struct DocumentedPodsTests {
  private static let folder = Learner.checkout + "/Tests/EndToEndTests/Fixtures/pods"

  @Test func runAsWritten() async throws {
    try await Learner.with { learner in
      try await learner.kubectl("create", "namespace", "probed")
      // Two of the notes show the same pod twice, the second time with a probe.
      for name in try Files.list(Self.folder).sorted() {
        let namespace = name.hasSuffix("-probed.yaml") ? "probed" : "default"
        try await learner.kubectl("apply", "-n", namespace, "-f", Self.folder + "/" + name)
      }
      try await learner.kubectl("wait", "--for=condition=Ready", "pods", "--all", "--timeout=60s")
      let restarted = "--for=jsonpath={.status.containerStatuses[0].restartCount}=1"
      try await learner.kubectl("wait", "-n", "probed", restarted, "pod/go-demo-2", "--timeout=30s")
      try await learner.kubectl("wait", "-n", "probed", "--for=condition=Ready", "pod/kuard", "--timeout=10s")

      func exec(_ pod: String, _ words: String...) async throws -> String {
        let answer = try await learner.podium(["kubectl", "exec", pod, "--"] + words)
        #expect(answer.end == .exited(0), "\(answer.error)")
        return answer.output
      }
      let processes = try await exec("hello-pod", "ps", "aux")
      #expect(processes.contains("root      0:00 node ./app.js"))
      #expect(try await exec("hello-pod", "hostname") == "hello-pod\n")
      #expect(try await exec("kuard", "date").contains(" UTC "))
      #expect(try await exec("go-demo-2", "sh", "-c", "wget -qO- localhost:8080/demo/hello") == "hello, world!\n")
      let page = try await learner.kubectl(
        "exec", "multicontainer-pod", "--container", "consumer", "--", "/bin/bash", "-c", "curl -s localhost")
      #expect(page.hasPrefix("multicontainer-pod "))
      #expect(try await learner.kubectl("logs", "init-pod", "-c", "init-db") == "database initialisation\n")
      _ = try await exec("pod-lifecycle", "apt-get", "update")
      _ = try await exec("pod-lifecycle", "apt-get", "install", "procps")
      #expect(try await exec("pod-lifecycle", "ps", "-aux").contains("nginx: master process nginx -g daemon off;"))

      _ = try await exec("db", "pkill", "mongod")
      try await learner.kubectl("wait", restarted, "pod/db", "--timeout=30s")
      let described = try await learner.kubectl("describe", "pod", "-n", "probed", "go-demo-2")
      #expect(described.contains("Container api failed liveness probe, will be restarted"))
      let deleted = try await learner.kubectl("delete", "-f", Self.folder + "/hello-pod.yaml", "--grace-period=1")
      #expect(deleted == "pod \"hello-pod\" deleted\n")
    }
  }
}
