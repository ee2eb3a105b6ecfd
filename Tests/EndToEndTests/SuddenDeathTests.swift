import Glibc
import SystemIO
import TestSupport
import Testing

/// Any process may be killed at any time: what dies with it, and how everything comes back.
@Suite(.needsUserNamespace, .timeLimit(.minutes(2)))
struct SuddenDeathTests {
  @Test func podsOutliveTheControlPlane() async throws {
    try await withRunningPod { learner, cluster, pod in
      try await end([cluster.controlPlane])
      #expect(cluster.nodeInit.isAlive)
      let later = try await RunningCluster.start(learner)
      #expect(later.controlPlane != cluster.controlPlane)
      #expect(later.nodeInit == cluster.nodeInit)
      #expect(try await PodTrace("first", learner) == pod)
      try await learner.kubectl("exec", "first", "--", "true")
    }
  }

  @Test func aNewKubeletAdoptsThePods() async throws {
    try await withRunningPod { learner, cluster, pod in
      let kubelet = try #require(cluster.kubelet)
      try await end([kubelet])
      try await Deadline.wait("another kubelet") { cluster.kubelet.map { $0 != kubelet } ?? false }
      #expect(cluster.nodeInit.isAlive)
      try await Deadline.wait("an answer of the new kubelet") {
        try await learner.podium("kubectl", "exec", "first", "--", "true").end == .exited(0)
      }
      #expect(try await PodTrace("first", learner) == pod)
    }
  }

  @Test func aNodeThatLostItsPowerRunsItsPodsAnew() async throws {
    try await withRunningPod { learner, cluster, pod in
      let family = ProcessTable.family(of: cluster.nodeInit.pid)
      try await end([cluster.nodeInit])
      try await Deadline.wait("the end of everything in the node") { !family.contains(where: \.isAlive) }
      #expect(cluster.controlPlane.isAlive)
      try await Deadline.wait("another container of the pod", within: .seconds(30)) {
        let later = try await PodTrace(ready: "first", learner)
        return later.map { $0.uid == pod.uid && $0.container != pod.container } ?? false
      }
      #expect(try await RunningCluster(learner).nodeInit != cluster.nodeInit)
    }
  }

  @Test func everythingComesBackAfterAPowerCut() async throws {
    try await withRunningPod { learner, cluster, pod in
      try await end(cluster.processes)
      #expect(try await learner.podium("cluster", "status").end == .exited(3))
      let later = try await RunningCluster.start(learner)
      try await Deadline.wait("another container of the pod", within: .seconds(30)) {
        let later = try await PodTrace(ready: "first", learner)
        return later.map { $0.uid == pod.uid && $0.container != pod.container } ?? false
      }
      let processes = later.processes
      #expect(try await learner.podium("cluster", "stop").end == .exited(0))
      try await expectEnd(of: processes)
    }
  }

  /// Gives the body a cluster with the pod `first` in it; nothing may be left of it afterwards.
  private func withRunningPod(_ body: (Learner, RunningCluster, PodTrace) async throws -> Void) async throws {
    try await Learner.with { learner in
      let before = learner.census()
      let cluster = try await RunningCluster.start(learner)
      try await learner.kubectl("apply", "-f", Learner.firstPod)
      let pod = try await PodTrace("first", learner)
      #expect(pod.restarts == "0")
      try await body(learner, cluster, pod)
      _ = try await learner.podium("cluster", "stop")
      try await learner.expectNothingMore(than: before)
    }
  }

  private func end(_ processes: [ProcessTable.Identity]) async throws {
    for process in processes where process.isAlive { kill(process.pid, SIGKILL) }
    try await Deadline.wait("the end of \(processes)") { !processes.contains(where: \.isAlive) }
  }
}
