import TestSupport
import Testing

/// Pods that a node runs because of files in it, which nobody but the node can take away.
@Suite(.needsUserNamespace, .timeLimit(.minutes(1)))
struct StaticPodTests {
  private static let manifest = """
    apiVersion: v1
    kind: Pod
    metadata: {name: own}
    spec:
      containers:
      - {name: main, image: nginx}
    """

  @Test(arguments: [Account.own, .ordinaryUser])
  func aFileInTheNodeIsAPod(account: Account) async throws {
    try await Learner.with(account) { learner in
      _ = try await RunningCluster.start(learner)
      func inNode(_ script: String, input: String = "") async throws -> ProgramOutput {
        try await learner.podium("node", "shell", "podium", "--", "sh", "-c", script, input: input)
      }
      #expect(
        try await inNode("cat /var/lib/kubelet/config.yaml").output.contains("staticPodPath: /etc/kubernetes/manifests")
      )
      let written = try await inNode("cat > /etc/kubernetes/manifests/own.yaml", input: Self.manifest)
      #expect(written.end == .exited(0), "\(written.error)")
      func exists() async throws -> Bool {
        try await learner.podium("kubectl", "get", "pod", "own-podium").end == .exited(0)
      }
      try await Deadline.wait("the pod is there", within: .seconds(20)) { try await exists() }
      let first = try await PodTrace("own-podium", learner)
      #expect(try await learner.kubectl("describe", "pod", "own-podium").contains("Controlled By:  Node/podium"))

      // What shows it comes back, and its container never noticed.
      try await learner.kubectl("delete", "pod", "own-podium")
      try await Deadline.wait("the pod is there again", within: .seconds(20)) { try await exists() }
      let again = try await PodTrace("own-podium", learner)
      #expect(again.uid != first.uid)
      #expect(again.container == first.container)

      // A node keeps its files when it loses its power.
      _ = try await learner.podium("node", "kill", "podium")
      try await Deadline.wait("the pod runs anew", within: .seconds(20)) {
        try await PodTrace("own-podium", learner).container != first.container
      }
      _ = try await inNode("rm /etc/kubernetes/manifests/own.yaml")
      try await Deadline.wait("the pod is gone", within: .seconds(20)) {
        try await !exists()
      }
    }
  }
}
