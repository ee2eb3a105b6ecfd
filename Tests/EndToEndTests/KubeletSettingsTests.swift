import Glibc
import SystemIO
import TestSupport
import Testing

/// What a node's `/var/lib/kubelet/config.yaml` says to its kubelet.
@Suite(.needsUserNamespace, .timeLimit(.minutes(1)))
struct KubeletSettingsTests {
  @Test func settingsThatContradictEachOtherAreRefusedByName() async throws {
    try await Learner.with { learner in
      let cluster = try await RunningCluster.start(learner)
      let addition = "imageGCHighThresholdPercent: 70\\nimageGCLowThresholdPercent: 90\\nimageMinimumGCAge: 1h30m\\n"
      let written = try await learner.podium(
        "node", "shell", "podium", "--", "sh", "-c", "printf '\(addition)' >> /var/lib/kubelet/config.yaml")
      #expect(written.end == .exited(0), "\(written.error)")
      kill(try #require(cluster.kubelet).pid, SIGKILL)
      let complaint =
        "invalid configuration: imageGCLowThresholdPercent (--image-gc-low-threshold) 90 must be less than "
        + "imageGCHighThresholdPercent (--image-gc-high-threshold) 70"
      try await Deadline.wait("the complaint in the log", within: .seconds(20)) {
        logs(of: learner).contains { $0.contains(complaint) }
      }
      let repaired = try await learner.podium(
        "node", "shell", "podium", "--", "sh", "-c", "sed -i /Threshold/d /etc/kubernetes/kubelet-config.yaml")
      #expect(repaired.end == .exited(0), "\(repaired.error)")
      // A node that is started anew does not wait for the next try.
      _ = try await learner.podium("node", "kill", "podium")
      try await learner.kubectl("apply", "-f", Learner.firstPod)
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/first", "--timeout=30s")
    }
  }

  private func logs(of learner: Learner) -> [String] {
    ((try? Files.list(learner.state)) ?? []).filter { $0.hasSuffix(".log") }.compactMap {
      try? Files.readText(learner.state + "/" + $0)
    }
  }
}
