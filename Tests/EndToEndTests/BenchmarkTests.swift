import Documents
import Glibc
import SystemIO
import TestSupport
import Testing

/// The benchmark itself, with so few pods that it is quick: it measures, tells programs what it has measured, and leaves
/// nothing.
@Suite(.needsUserNamespace, .timeLimit(.minutes(2)))
struct BenchmarkTests {
  @Test func aFewPodsAreMeasuredAndToldAsJSON() async throws {
    try await Learner.with { learner in
      let answer = try await bench(
        learner, "--json", "--runs", "1", "--crowds", "1,3", "--resting", "2", "--rest", "1", "--most", "3", "pods")
      try #require(answer.end == .exited(0), "\(answer.error)")
      let document = try Document.parse(json: Array(answer.output.utf8))
      #expect((document["processors"]?.integerValue ?? 0) > 0)
      let rows = document["rows"]?.listValue ?? []
      for name in [
        "pods: 1 pod, POST to Running", "pods: 3 pods, POST to Ready", "pods: 3 pods, DELETE to gone",
        "pods: exit to running again", "pods: probe to changed status", "start: no cluster to node Ready",
        "start: no file at all to first pod Running", "memory: kubelet, 2 pods", "rest: 2 pods, all of it",
        "most: 3 pods on 1 nodes, all Running",
      ] {
        let row = try #require(rows.first { $0["name"]?.stringValue == name }, "no row \(name)")
        #expect(row["values"]?.listValue?.isEmpty == false)
      }
      for name in ["most: 3 pods, processes left", "most: 3 pods, files left"] {
        let row = try #require(rows.first { $0["name"]?.stringValue == name }, "no row \(name)")
        #expect(row["met"]?.boolValue == true)
      }
      #expect(try Files.list(learner.home + "/state/podium") == [])
    }
  }

  @Test func whatSomebodyWaitsForWhoTypesIsMeasured() async throws {
    try await Learner.with { learner in
      let answer = try await bench(learner, "--json", "--runs", "1", "--known", "2000", "repl")
      try #require(answer.end == .exited(0), "\(answer.error)")
      let rows = try Document.parse(json: Array(answer.output.utf8))["rows"]?.listValue ?? []
      for name in [
        "prompt: ready from nothing, cluster included", "prompt: ready on a running cluster",
        "command: kubectl get pods",
        "key: to the screen", "key: to the screen, 10 watches", "key: to the screen, 10 watches that speak",
        "prompt: ready with 2000 pods", "Tab: a name to the screen, 2000 pods",
        "Tab: a list of 10 to the screen, 2000 pods",
        "Tab: a list of all to the screen, 2000 pods",
      ] {
        let row = try #require(rows.first { $0["name"]?.stringValue == name }, "no row \(name)")
        #expect(row["values"]?.listValue?.isEmpty == false)
      }
    }
  }

  @Test func whatALearnerWaitsForIsMeasured() async throws {
    try await Learner.with { learner in
      let answer = try await bench(learner, "--json", "--runs", "2", "--proofs", "0", "lessons")
      try #require(answer.end == .exited(0), "\(answer.error)")
      let rows = try Document.parse(json: Array(answer.output.utf8))["rows"]?.listValue ?? []
      for name in [
        "lessons: podium lessons", "lesson: start to the first task", "lesson: a change to its tick",
      ] {
        let row = try #require(rows.first { $0["name"]?.stringValue == name }, "no row \(name)")
        #expect(row["values"]?.listValue?.count == 2)
      }
      // Nobody's progress is touched.
      #expect(!Files.exists(learner.home + "/data/podium/progress"))
    }
  }

  @Test func anotherClusterIsMeasuredThroughItsAPIAlone() async throws {
    try await Learner.with { learner in
      try await learner.writeKubeconfig()
      let answer = try await bench(
        learner, "--json", "--runs", "1", "--crowds", "2", "--against", learner.kubeconfig, "pods")
      try #require(answer.end == .exited(0), "\(answer.error)")
      let document = try Document.parse(json: Array(answer.output.utf8))
      #expect(document["rows"]?.listValue?.count == 5)
      #expect(try await !learner.kubectl("get", "namespaces", "-o", "name").contains("bench"))
    }
  }

  @Test func aClusterThatCannotBeMeasuredIsNamedWithTheNextStep() async throws {
    try await Learner.with { learner in
      let absent = try await bench(learner, "--against", "/nowhere/kubeconfig", "pods")
      #expect(absent.end == .exited(1))
      #expect(absent.error.contains("/nowhere/kubeconfig cannot be read as a kubeconfig"))

      let path = learner.home + "/silent"
      try Files.write(
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: silent, cluster: {server: "https://127.0.0.1:1"}}]
        contexts: [{name: silent, context: {cluster: silent, user: ""}}]
        current-context: silent
        """, to: path)
      let silent = try await bench(learner, "--against", path, "pods")
      #expect(silent.end == .exited(1))
      #expect(
        silent.error == """
          podium-bench: the cluster of \(path) does not let itself be measured: dial tcp 127.0.0.1:1: connect: connection refused
          Next: see whether kubectl --kubeconfig \(path) get nodes works

          """)
    }
  }

  @Test func aMeasurementThatIsInterruptedTakesAwayWhatItHasMade() async throws {
    try await Learner.with { learner in
      let null = try Files.open("/dev/null", O_RDWR)
      defer { close(null) }
      let command = learner.account.command(BuiltProgram.path("podium-bench"), ["--runs", "9", "pods"])
      let child = try ChildProgram(
        command.program, command.arguments, environment: learner.environment, folder: learner.home,
        input: null, output: null, error: null)
      defer { child.kill() }
      let clusters = learner.home + "/runtime/podium"
      try await Deadline.wait("a node runs", within: .seconds(30)) {
        try Files.isDirectory(clusters)
          && Files.list(clusters).contains { Files.exists("\(clusters)/\($0)/sockets/kubelet-podium.sock") }
      }
      kill(child.pid, SIGINT)
      #expect(try await child.waitForEnd() == .exited(1))
      #expect(try Files.list(clusters) == [])
      #expect(try Files.list(learner.home + "/state/podium") == [])
      #expect(ProcessTable.withVariable("\(LeakCensus.marker)=\(learner.cluster)") == [])
    }
  }

  private func bench(_ learner: Learner, _ words: String...) async throws -> ProgramOutput {
    let command = learner.account.command(BuiltProgram.path("podium-bench"), words)
    return try await ProgramOutput.of(
      command.program, command.arguments, environment: learner.environment, folder: learner.home, within: .seconds(90))
  }
}
