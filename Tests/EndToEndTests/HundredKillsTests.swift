import Glibc
import SystemIO
import TestSupport
import Testing

/// A hundred times something of a cluster is killed at some moment, while it starts, runs or stops: everything comes back,
/// nothing runs twice, and nothing is left.
///
/// By hand, `KILL_ROUNDS=1000` goes on for longer and `KILL_SEED=17` chooses other victims and moments.
@Suite(.needsUserNamespace, .timeLimit(.minutes(10)))
struct HundredKillsTests {
  @Test(.needsRoot) func aClusterOfRootOutlivesThem() async throws {
    try await Learner.with(.root) { learner in
      var cluster = KilledCluster(learner, rounds: 100)
      try await cluster.run()
    }
  }

  @Test(.needsOrdinaryUser) func aClusterOfAnOrdinaryUserOutlivesThem() async throws {
    try await Learner.with(.ordinaryUser) { learner in
      var cluster = KilledCluster(learner, rounds: 20)
      try await cluster.run()
    }
  }
}

/// What is done to the cluster, round by round.
private struct KilledCluster {
  let learner: Learner
  private let rounds: Int
  private let seed: UInt64
  private let before: [LeakCensus]
  private var random: SeededRandom
  private var round = 0
  /// What the files of a cluster are that has been stopped in order.
  private var files: [String] = []
  private var bystanders: [ChildProgram] = []
  private let terminal: Terminal

  init(_ learner: Learner, rounds: Int) {
    func number(_ variable: String) -> UInt64? { getenv(variable).flatMap { UInt64(String(cString: $0)) } }
    self.learner = learner
    self.rounds = number("KILL_ROUNDS").map(Int.init) ?? rounds
    seed = number("KILL_SEED") ?? 1
    before = learner.census()
    terminal = Terminal()
    random = SeededRandom(seed: seed)
  }

  mutating func run() async throws {
    do {
      try await begin()
      for number in 1...rounds {
        round = number
        try await killSomething()
        if number % 20 == 0 { try await expectRecovery() }
      }
      try await expectNoDescriptorLeft()
      try await end()
    } catch {
      Issue.record("\(error)\nin round \(round); again with: KILL_SEED=\(seed)")
      throw error
    }
  }

  // MARK: The beginning and the end

  private mutating func begin() async throws {
    try await expectStart()
    try Files.makeDirectories(marks)
    learner.account.own(marks)
    let applied = try await learner.podium(["kubectl", "apply", "-f", "-"], input: manifests)
    try expect(applied.end == .exited(0), applied.error)
    try await expectReadyPods()
    try await expectStop()
    files = try Files.list(learner.state)
    try await expectStart()
    try await expectRecovery()
  }

  private mutating func end() async throws {
    let killed = endBystanders()
    try await expectStop()
    try await learner.expectNothingMore(than: before)
    for program in killed { _ = try await program.waitForEnd() }
  }

  // MARK: A round

  private enum Deed: CaseIterable { case start, stop, leave }

  /// While the deed is being done, at some moment, a process is killed.
  private mutating func killSomething() async throws {
    let deed = [Deed.start, .start, .start, .stop, .leave].randomElement(using: &random)!
    let moment = Duration.milliseconds(Int.random(in: 0...250, using: &random))
    var dice = random
    defer { _ = random.next() }
    async let answer: ProgramOutput? = perform(deed)
    try await Task.sleep(for: moment)
    let victims = Victims.all(of: learner)
    if let victim = victims.randomElement(using: &dice) {
      for process in victim.processes { kill(process.pid, SIGKILL) }
    }
    let output = try await answer
    if deed == .stop {
      try expect(output?.end == .exited(0), "stop: \(output?.error ?? "")")
      try await expectNothingRuns(victims.flatMap(\.processes))
    }
  }

  private func perform(_ deed: Deed) async throws -> ProgramOutput? {
    switch deed {
    // It may say that it could not: somebody has just killed what it started.
    case .start: try await learner.podium("cluster", "start", within: .seconds(40))
    case .stop: try await learner.podium("cluster", "stop", within: .seconds(40))
    case .leave: nil
    }
  }

  /// A control plane that sees much of its nodes die has not more files open afterwards.
  private mutating func expectNoDescriptorLeft() async throws {
    try await expectRecovery()
    let cluster = try await RunningCluster(learner)
    func open() -> (files: Int, sockets: Int) {
      let all = ProcessTable.descriptors(of: cluster.controlPlane.pid)
      let sockets = all.count { $0.hasPrefix("socket:") }
      return (all.count - sockets, sockets)
    }
    let earlier = open()
    let deaths = 8
    for _ in 0..<deaths {
      let node = Victims.all(of: learner).filter { $0.processes.allSatisfy { $0 != cluster.controlPlane } }
      for process in node.randomElement(using: &random)?.processes ?? [] { kill(process.pid, SIGKILL) }
      try await expectStart()
    }
    try await expectRecovery()
    try expect(cluster.controlPlane.isAlive, "the control plane has ended by itself")
    try? await Deadline.wait("no more files than before") {
      open().files <= earlier.files && open().sockets < earlier.sockets + deaths
    }
    let later = open()
    // Connections are kept for the next request, a varying number of them; but not one more for each death.
    try expect(
      later.files <= earlier.files && later.sockets < earlier.sockets + deaths,
      "open before: \(earlier), after: \(later)")
  }

  // MARK: What must hold

  private func expect(_ holds: Bool, _ what: String) throws {
    if !holds { throw Broken(description: what) }
  }

  private struct Broken: Error, CustomStringConvertible {
    let description: String
  }

  private func expectStart() async throws {
    let answer = try await learner.podium("cluster", "start", within: .seconds(40))
    try expect(answer.end == .exited(0), "start: \(answer.error)")
  }

  private func expectStop() async throws {
    let processes = Victims.all(of: learner).flatMap(\.processes)
    let answer = try await learner.podium("cluster", "stop", within: .seconds(40))
    try expect(answer.end == .exited(0), "stop: \(answer.error)")
    try await expectNothingRuns(processes)
  }

  private func expectNothingRuns(_ processes: [ProcessTable.Identity]) async throws {
    try await Deadline.wait("the end of \(processes)", within: .seconds(5)) { !processes.contains(where: \.isAlive) }
    let runtime = "\(learner.home)/runtime/podium/\(learner.cluster)"
    for folder in ["nodes", "sockets"] {
      let left = try Files.list("\(runtime)/\(folder)")
      try expect(left.isEmpty, "left in \(folder): \(left)")
    }
    if files.isEmpty { return }
    // The store's journal is read by the next control plane when this one could not close it.
    let more = Set(try Files.list(learner.state).filter { !$0.hasPrefix("store.db-") }).subtracting(files)
    try expect(more.isEmpty, "left in the cluster's state: \(more)")
  }

  /// Everything runs again, every container once.
  private mutating func expectRecovery() async throws {
    let killed = endBystanders()
    try await expectStart()
    try await expectReadyPods()
    try expectNoSharedTime()
    for program in killed {
      _ = try await withTimeLimit(.seconds(20), "end of a client") { try await program.waitForEnd() }
    }
    try await Deadline.wait("the end of what they had started", within: .seconds(15)) {
      Victims.containers(of: learner).allSatisfy { !$0.command.contains(Self.sessionMark) }
    }
    try startBystanders()
  }

  private func expectReadyPods() async throws {
    var status = ""
    do {
      try await Deadline.wait("ready pods", within: .seconds(45)) {
        status = try await learner.podium(
          "kubectl", "get", "pods", "-o", "jsonpath={range .items[*]}{.status.containerStatuses[*].ready} {end}"
        ).output
        return status.split(separator: " ").map(String.init) == Array(repeating: "true", count: Self.containers)
      }
    } catch {
      let pods = try await learner.podium("kubectl", "describe", "pods")
      throw Broken(description: "\(error), but \(status)\n\(pods.output)")
    }
  }

  /// Each run of a container writes a mark of its own all the time. Of two that run at once the marks would alternate.
  private func expectNoSharedTime() throws {
    for name in try Files.list(marks) {
      var ended: Set<Substring> = []
      var current: Substring = ""
      for mark in try Files.readText(marks + "/" + name).split(separator: "\n") where mark != current {
        ended.insert(current)
        try expect(!ended.contains(mark), "container \(name) ran twice at once: \(current) and \(mark)")
        current = mark
      }
      try expect(!current.isEmpty, "container \(name) has left no mark")
    }
    try expect(Files.list(marks).count == Self.marking, "not every container has left a mark")
  }

  // MARK: Who looks on

  private static let sessionMark = "sleep 31415"

  /// A session in a terminal and one that follows a log: nobody tells them that their container is about to go.
  private mutating func startBystanders() throws {
    func start(_ words: String..., terminal: String? = nil) throws -> ChildProgram {
      let command = learner.account.command(
        BuiltProgram.path("podium"), ["--cluster", learner.cluster, "kubectl"] + words)
      let nowhere = try Files.open("/dev/null", O_RDWR)
      defer { close(nowhere) }
      return try ChildProgram(
        command.program, command.arguments, environment: learner.environment, folder: learner.home, input: nowhere,
        output: nowhere, error: nowhere, terminal: terminal)
    }
    bystanders = [
      try start("exec", "-it", "crowd", "-c", "one", "--", "sh", "-c", Self.sessionMark, terminal: terminal.path),
      try start("logs", "--follow", "crowd", "-c", "two"),
    ]
  }

  /// Those that still hang on, killed.
  private mutating func endBystanders() -> [ChildProgram] {
    defer { bystanders = [] }
    for program in bystanders { program.signal(SIGKILL) }
    return bystanders
  }

  // MARK: The pods

  /// Seen by the node at the same path, and outlives it.
  private var marks: String { learner.state + "/marks" }

  private static let containers = 4
  private static let marking = 3

  private func marking(_ name: String) -> String {
    """
    {name: \(name), image: busybox, volumeMounts: [{name: marks, mountPath: /marks}, {name: own, mountPath: /own},
     {name: settings, mountPath: /settings}], command: [sh, -c,
     "read id < /proc/sys/kernel/random/uuid; while :; do echo $id; echo beat >&2; usleep 30000; done >> /marks/\(name)"]}
    """
  }

  private var manifests: String {
    """
    {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {one: value}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: crowd}
    spec:
      terminationGracePeriodSeconds: 1
      volumes:
      - {name: marks, hostPath: {path: \(marks)}}
      - {name: own, emptyDir: {medium: Memory}}
      - {name: settings, configMap: {name: settings}}
      containers:
      - \(marking("one"))
      - \(marking("two"))
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: couple}
    spec:
      terminationGracePeriodSeconds: 1
      shareProcessNamespace: true
      volumes:
      - {name: marks, hostPath: {path: \(marks)}}
      - {name: own, emptyDir: {}}
      - {name: settings, configMap: {name: settings}}
      containers:
      - \(marking("three"))
      - {name: web, image: nginx, readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 1}}
    """
  }
}

/// A terminal at which nobody sits.
private final class Terminal: Sendable {
  private let master: Int32
  let path: String

  init() {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (unlocked, number): (Int32, Int32) = (0, -1)
    _ = ioctl(master, 0x4004_5431, &unlocked)
    _ = ioctl(master, 0x8004_5430, &number)
    path = "/dev/pts/\(number)"
  }

  deinit { close(master) }
}
