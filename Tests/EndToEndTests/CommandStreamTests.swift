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
    try await givesThePartsOfALog(learner)
    try await goAwayInTheMiddleOfWhatNobodyReads(learner)
    try await copiesBothWays(learner)
    try await leavesAContainerThatGoesOnListening(learner)
    try await knowsItsTerminalFromTheBeginning(learner)
    try await endsWithWhatTheProgramEnded(learner)
    try await keepsNothingOfClientsThatAreKilled(learner)
    try await losesNothingOfAContainerThatWritesMuchAndEnds(learner)
    // By now it has been noticed that those of the beginning have gone.
    try await Deadline.wait("the end of what they had started", within: .seconds(40)) {
      try await programs("sleep 4444", learner) == 0
    }
  }

  private func programs(_ name: String, _ learner: Learner) async throws -> Int {
    let script = "ps | grep -c '[\(name.prefix(1))]\(name.dropFirst())'"
    return try await learner.stock("exec", "work", "-c", "main", "--", "sh", "-c", script).output
      .split(separator: "\n").first.flatMap { Int($0) } ?? -1
  }

  /// Clients of each kind whose input fills everything on the way to a program that does not read it.
  private func goAwayInTheMiddleOfWhatNobodyReads(_ learner: Learner) async throws {
    let zeros = try Files.open("/dev/zero", O_RDONLY)
    defer { close(zeros) }
    let null = try Files.open("/dev/null", O_WRONLY)
    defer { close(null) }
    let words = ["exec", "-i", "work", "-c", "main", "--", "sleep", "4444"]
    let environment = ["HOME": learner.home]
    let own = learner.account.command(
      BuiltProgram.path("podium"), ["--cluster", learner.cluster, "kubectl"] + words)
    let clients = [
      try ChildProgram(
        "kubectl", ["--kubeconfig", learner.kubeconfig] + words, environment: environment, folder: nil, input: zeros,
        output: null, error: null),
      try ChildProgram(
        "kubectl", ["--kubeconfig", learner.kubeconfig] + words,
        environment: environment.merging(["KUBECTL_REMOTE_COMMAND_WEBSOCKETS": "false"]) { $1 }, folder: nil,
        input: zeros, output: null, error: null),
      try ChildProgram(
        own.program, own.arguments, environment: learner.environment, folder: learner.home, input: zeros, output: null,
        error: null),
    ]
    try await Deadline.wait("their programs", within: .seconds(20)) {
      try await programs("sleep 4444", learner) == clients.count
    }
    try await Task.sleep(for: .seconds(1))
    for client in clients { client.kill() }
  }

  private func leavesAContainerThatGoesOnListening(_ learner: Learner) async throws {
    let attach = ["attach", "-i", "work", "-c", "listener"]
    for (number, isOwn) in [false, true].enumerated() {
      let word = "word \(number)\n"
      let answer =
        isOwn
        ? try await learner.podium(["kubectl"] + attach, input: word)
        : try await learner.stock(attach, input: word)
      #expect(answer.end == .exited(0), "\(answer.error)")
      try await Deadline.wait("its words", within: .seconds(5)) {
        try await learner.stock("logs", "work", "-c", "listener", "--tail=1").output == word
      }
    }
  }

  private func losesNothingOfAContainerThatWritesMuchAndEnds(_ learner: Learner) async throws {
    try await Deadline.wait("its end", within: .seconds(30)) {
      try await learner.stock("get", "pod", "much", "-o", "jsonpath={.status.phase}").output == "Succeeded"
    }
    let script =
      "kubectl --kubeconfig \(learner.kubeconfig) logs much | cksum; yes $(printf %0999d 1) | head -c 25000000 | cksum"
    let sums = try await ProgramOutput.of(
      "sh", ["-c", script], environment: ["HOME": learner.home], folder: nil, within: .seconds(30)
    ).output.split(separator: "\n")
    #expect(sums.count == 2 && sums.first == sums.last, "\(sums)")
  }

  private func copiesBothWays(_ learner: Learner) async throws {
    let folder = learner.home + "/copied"
    try Files.makeDirectories(folder + "/deep/er", mode: 0o755)
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
    try Files.write(bytes, to: folder + "/deep/bytes", mode: 0o644)
    try Files.write("with a space\n", to: folder + "/deep/er/a name", mode: 0o644)
    let there = try await learner.stock("cp", folder + "/deep", "work:/tmp/there")
    #expect(there.end == .exited(0), "\(there.error)")
    #expect(
      try await learner.stock("exec", "work", "-c", "main", "--", "cat", "/tmp/there/er/a name").output
        == "with a space\n")
    let back = try await learner.stock("cp", "work:/tmp/there", folder + "/back")
    #expect(back.end == .exited(0), "\(back.error)")
    #expect(try Files.read(folder + "/back/bytes") == bytes)
    #expect(try Files.readText(folder + "/back/er/a name") == "with a space\n")
    // The same through a plain pipe, every byte of it.
    let through = try await learner.stock(
      "exec", "work", "-c", "main", "--", "sh", "-c", "cat /tmp/there/bytes | wc -c")
    #expect(through.output == "3000000\n")
  }

  private func knowsItsTerminalFromTheBeginning(_ learner: Learner) async throws {
    for _ in 0..<5 {
      let words = ["--kubeconfig", learner.kubeconfig, "exec", "-it", "work", "-c", "main", "--", "stty", "size"]
      try await PseudoTerminal.run(
        "kubectl", words, environment: ["HOME": learner.home], folder: learner.home, columns: 117, rows: 33
      ) { terminal in
        try await terminal.expect("33 117")
        #expect(try await terminal.waitForEnd() == .exited(0))
      }
    }
  }

  private func endsWithWhatTheProgramEnded(_ learner: Learner) async throws {
    for (script, code) in [("exit 7", 7), ("kill -9 $$", 137), ("nosuch", 127)] as [(String, Int32)] {
      let answer = try await learner.stock("exec", "work", "-c", "main", "--", "sh", "-c", script)
      #expect(answer.end == .exited(code))
      #expect(answer.error.hasSuffix("command terminated with exit code \(code)\n"), "\(answer.error)")
    }
    let unknown = try await learner.stock("exec", "work", "-c", "main", "--", "nosuch")
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
    func sleepers() async throws -> Int { try await programs("sleep 3333", learner) }
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
            "work", "-c", "main", "--", "sleep", "3333",
          ], environment: ["HOME": learner.home], folder: nil, input: null, output: null, error: null)
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
      containers:
      - {name: main, image: busybox, command: [sleep, "10000"]}
      - {name: listener, image: busybox, command: [cat], stdin: true}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: much}
    spec:
      restartPolicy: Never
      containers: [{name: main, image: busybox, command: [sh, -c, "yes $(printf %0999d 1) | head -c 25000000"]}]
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
