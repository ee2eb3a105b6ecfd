import Glibc
import SystemIO
import TestSupport
import Testing

/// Commands in containers, their logs and their files, as stock kubectl asks for them.
@Suite(.needsStockKubectl, .needsUserNamespace, .timeLimit(.minutes(2)))
struct CommandStreamTests {
  @Test(.needsRoot) func rootWorksInContainers() async throws { try await Learner.with(.root, work) }

  @Test(.needsOrdinaryUser) func anOrdinaryUserWorksInContainers() async throws {
    try await Learner.with(.ordinaryUser, work)
  }

  private func work(_ learner: Learner) async throws {
    try Files.write(try await learner.podium("cluster", "kubeconfig").output, to: learner.kubeconfig, mode: 0o644)
    #expect(try await learner.stock(["apply", "-f", "-"], input: Self.pods).end == .exited(0))
    _ = try await learner.stock("wait", "--for=condition=Ready", "pod/work", "--timeout=40s")
    try await copiesBothWays(learner)
    try await knowsItsTerminalFromTheBeginning(learner)
    try await endsWithWhatTheProgramEnded(learner)
    try await keepsNothingOfClientsThatAreKilled(learner)
    try await givesThePartsOfALog(learner)
  }

  private func copiesBothWays(_ learner: Learner) async throws {
    let folder = learner.home + "/copied"
    try Files.makeDirectories(folder + "/deep/er", mode: 0o755)
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
    try Files.write(bytes, to: folder + "/deep/bytes", mode: 0o644)
    try Files.write("with a space\n", to: folder + "/deep/er/a name", mode: 0o644)
    let there = try await learner.stock("cp", folder + "/deep", "work:/tmp/there")
    #expect(there.end == .exited(0), "\(there.error)")
    #expect(try await learner.stock("exec", "work", "--", "cat", "/tmp/there/er/a name").output == "with a space\n")
    let back = try await learner.stock("cp", "work:/tmp/there", folder + "/back")
    #expect(back.end == .exited(0), "\(back.error)")
    #expect(try Files.read(folder + "/back/bytes") == bytes)
    #expect(try Files.readText(folder + "/back/er/a name") == "with a space\n")
    // The same through a plain pipe, every byte of it.
    let through = try await learner.stock("exec", "work", "--", "sh", "-c", "cat /tmp/there/bytes | wc -c")
    #expect(through.output == "3000000\n")
  }

  private func knowsItsTerminalFromTheBeginning(_ learner: Learner) async throws {
    for _ in 0..<5 {
      let words = ["--kubeconfig", learner.kubeconfig, "exec", "-it", "work", "--", "stty", "size"]
      try await PseudoTerminal.run(
        "kubectl", words, environment: ["HOME": learner.home + "/home"], folder: learner.home, columns: 117, rows: 33
      ) { terminal in
        try await terminal.expect("33 117")
        #expect(try await terminal.waitForEnd() == .exited(0))
      }
    }
  }

  private func endsWithWhatTheProgramEnded(_ learner: Learner) async throws {
    for (script, code) in [("exit 7", 7), ("kill -9 $$", 137), ("nosuch", 127)] as [(String, Int32)] {
      let answer = try await learner.stock("exec", "work", "--", "sh", "-c", script)
      #expect(answer.end == .exited(code))
      #expect(answer.error.hasSuffix("command terminated with exit code \(code)\n"), "\(answer.error)")
    }
    let unknown = try await learner.stock("exec", "work", "--", "nosuch")
    #expect(unknown.end == .exited(1) || unknown.end == .exited(126), "\(unknown)")
    #expect(
      unknown.error.contains(
        #"unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown"#),
      "\(unknown.error)")
  }

  private func keepsNothingOfClientsThatAreKilled(_ learner: Learner) async throws {
    let cluster = try await RunningCluster(learner)
    let kubelet = try #require(cluster.kubelet)
    func descriptors() throws -> Int {
      try [cluster.controlPlane.pid, cluster.nodeInit.pid, kubelet.pid].reduce(0) {
        try $0 + Files.list("/proc/\($1)/fd").count
      }
    }
    func sleepers() async throws -> Int {
      try await learner.stock("exec", "work", "--", "sh", "-c", "ps | grep -c '[s]leep 3333'").output
        .split(separator: "\n").first.flatMap { Int($0) } ?? -1
    }
    #expect(try await sleepers() == 0)
    try await Deadline.wait("calm") {
      let before = try descriptors()
      try await Task.sleep(for: .milliseconds(200))
      return try descriptors() == before
    }
    let before = try descriptors()
    for _ in 0..<5 {
      let null = try Files.open("/dev/null", O_RDWR)
      defer { close(null) }
      let clients = try (0..<10).map { number in
        try ChildProgram(
          "kubectl",
          ["--kubeconfig", learner.kubeconfig, "exec"] + (number.isMultiple(of: 2) ? ["-i"] : []) + [
            "work", "--", "sleep", "3333",
          ], environment: ["HOME": learner.home + "/home"], folder: nil, input: null, output: null, error: null)
      }
      try await Deadline.wait("their programs", within: .seconds(30)) { try await sleepers() == 10 }
      for client in clients { client.kill() }
      try await Deadline.wait("the end of their programs", within: .seconds(20)) { try await sleepers() == 0 }
    }
    try await Deadline.wait("the end of their descriptors", within: .seconds(20)) { try descriptors() <= before }
  }

  private func givesThePartsOfALog(_ learner: Learner) async throws {
    func log(_ words: String...) async throws -> String {
      try await learner.stock(["logs", "talk"] + words).output
    }
    try await Deadline.wait("its second run", within: .seconds(40)) {
      try await learner.stock("get", "pod", "talk", "-o", "jsonpath={.status.containerStatuses[0].restartCount}")
        .output == "1"
    }
    try await Deadline.wait("its last words") { try await log() == "one\ntwo\nthree\n" }
    #expect(try await log("--previous") == "one\ntwo\nthree\n")
    #expect(try await log("--tail=1") == "three\n")
    #expect(try await log("--tail=0") == "")
    #expect(try await log("--limit-bytes=5") == "one\nt")
    #expect(try await log("--since=1h", "--tail=2") == "two\nthree\n")
    #expect(try await log("--since-time=2100-01-01T00:00:00Z") == "")
    let stamped = try await log("--timestamps").split(separator: "\n").map { $0.split(separator: " ") }
    #expect(stamped.map { $0.last ?? "" } == ["one", "two", "three"])
    #expect(stamped.allSatisfy { $0.count == 2 && $0[0].hasSuffix("Z") })
    let since = String(stamped.first?.first ?? "")
    #expect(try await log("--since-time=\(since)") == "one\ntwo\nthree\n")
  }

  private static let pods = """
    apiVersion: v1
    kind: Pod
    metadata: {name: work}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: busybox, command: [sleep, "10000"]}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: talk}
    spec:
      terminationGracePeriodSeconds: 0
      volumes: [{name: kept, emptyDir: {}}]
      containers:
      - name: main
        image: busybox
        volumeMounts: [{name: kept, mountPath: /kept}]
        # Fails once.
        command: [sh, -c, "echo one; echo two; echo three; test -e /kept/mark && sleep 10000; touch /kept/mark; exit 1"]
    """
}
