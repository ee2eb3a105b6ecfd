import Glibc
import SystemIO
import TestSupport
import Testing

/// What stays on the machine after a cluster: nothing.
@Suite(.timeLimit(.minutes(2)))
struct LeakTests {
  @Test(.needsRoot, .needsCgroups) func theCensusSeesWhatIsPlanted() async throws {
    try await Learner.with(.root) { learner in
      let before = learner.census()
      let folder = learner.home + "/planted"
      let group = LeakCensus.controlGroupRoots[0] + "/" + learner.cluster
      let link = "leak\(getpid() % 100_000)"
      try Files.makeDirectories(folder)
      #expect(mkdir(group, 0o755) == 0)
      try await run("mount", "-t", "tmpfs", "none", folder)
      try await run("ip", "link", "add", link, "type", "bridge")
      let child = try ChildProgram(
        "sleep", ["60"], environment: learner.environment, folder: nil, input: 0, output: 1, error: 2)
      var leaks: [String] = []
      // A process shows its variables a moment after it has started.
      try? await Deadline.wait("all four are seen", within: .seconds(2)) {
        leaks = learner.leaks(since: before)
        return leaks.count >= 4
      }
      child.kill()
      try await run("ip", "link", "delete", link)
      try await run("umount", folder)
      rmdir(group)
      for planted in [
        "process \(child.pid): sleep 60", "mount: tmpfs on \(folder)", "network link: \(link)",
        "control group: \(group)",
      ] {
        #expect(leaks.contains(planted), "\(leaks)")
      }
      try await learner.expectNothingMore(than: before)
    }
  }

  @Test(.needsRoot) func stoppingLeavesNothingOfRoot() async throws {
    try await Learner.with(.root, stopping)
  }

  @Test(.needsOrdinaryUser) func stoppingLeavesNothingOfAnOrdinaryUser() async throws {
    try await Learner.with(.ordinaryUser, stopping)
  }

  private func stopping(_ learner: Learner) async throws {
    let before = learner.census()
    var cluster = try await RunningCluster.start(learner)
    try await learner.kubectl("apply", "-f", Learner.firstPod)
    let first = try await PodTrace("first", learner)
    let processes = cluster.processes
    #expect(
      processes.count >= 6, "control plane, launcher, node init, kubelet, pause, server: \(processes)")

    #expect(try await learner.podium("cluster", "stop").end == .exited(0))
    try await expectEnd(of: processes)
    try await learner.expectNothingMore(than: before)

    // The objects are still there, and what they ask for is started anew.
    cluster = try await RunningCluster.start(learner)
    #expect(try await PodTrace("first", learner).uid == first.uid)
    let laterProcesses = cluster.processes
    #expect(try await learner.podium("cluster", "stop").end == .exited(0))
    try await expectEnd(of: laterProcesses)
    try await learner.expectNothingMore(than: before)
  }

  @Test(.needsUserNamespace) func podsLeaveNoFileOpen() async throws {
    try await Learner.with { learner in
      let cluster = try await RunningCluster.start(learner)
      let watched = [cluster.controlPlane, cluster.nodeInit, try #require(cluster.kubelet)]
      func open() -> [(files: [String], sockets: Int)] {
        watched.map { process in
          let all = ProcessTable.descriptors(of: process.pid)
          let files = all.filter { !$0.hasPrefix("socket:") }
          return (files, all.count - files.count)
        }
      }
      func useAPod() async throws {
        try await learner.kubectl("apply", "-f", Learner.firstPod)
        try await learner.kubectl("wait", "--for=condition=Ready", "pod/first", "--timeout=30s")
        try await learner.kubectl("exec", "first", "--", "true")
        try await learner.kubectl("logs", "first")
        try await learner.kubectl("delete", "pod", "first")
      }
      try await useAPod()
      let before = open()
      #expect(before.allSatisfy { !$0.files.isEmpty && $0.sockets > 0 }, "they cannot be counted: \(before)")
      let pods = 5
      for _ in 0..<pods { try await useAPod() }
      // Connections are kept for the next request, a varying number of them; but not one more for each pod.
      func hasNoMore(_ now: [(files: [String], sockets: Int)]) -> Bool {
        zip(now, before).allSatisfy { $0.files.count <= $1.files.count && $0.sockets < $1.sockets + pods - 1 }
      }
      try? await Deadline.wait("no more files than before") { hasNoMore(open()) }
      for (now, earlier) in zip(open(), before) {
        #expect(now.files.count <= earlier.files.count, "\(now.files.difference(from: earlier.files).insertions)")
        #expect(now.sockets < earlier.sockets + pods - 1, "sockets are kept")
      }
    }
  }
}

extension Learner {
  /// Counts what bears the name of this learner's home and cluster, and the machine's network links.
  func census() -> [LeakCensus] {
    [
      LeakCensus.take([.processes, .mounts, .controlGroups], run: cluster, matching: cluster),
      LeakCensus.take(.networkLinks),
    ]
  }

  func leaks(since before: [LeakCensus]) -> [String] { zip(census(), before).flatMap { $0.leaks(since: $1) } }

  /// Kernels take namespaces apart a moment after their last process is gone, so the count is repeated for a while.
  func expectNothingMore(than before: [LeakCensus], sourceLocation: SourceLocation = #_sourceLocation) async throws {
    var leaks: [String] = []
    try? await Deadline.wait("nothing left", within: .seconds(5)) {
      leaks = self.leaks(since: before)
      return leaks.isEmpty
    }
    #expect(leaks == [], sourceLocation: sourceLocation)
  }
}

private func run(_ words: String...) async throws {
  let answer = try await ProgramOutput.of(words[0], Array(words.dropFirst()))
  try #require(answer.end == .exited(0), "\(words.joined(separator: " ")): \(answer.error)")
}
