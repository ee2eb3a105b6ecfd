internal import ClusterClient
internal import Documents
internal import Glibc
internal import KubernetesAPI
internal import LocalCluster
internal import SystemIO

/// How long a learner waits: for the list of lessons, for a lesson to begin, for a tick; and an author, for a proof.
enum LessonRows {
  struct Settings {
    var runs = 15
    /// How many times the built-in pack is proved, which takes minutes.
    var proofs = 1
  }

  static func measure(_ settings: Settings) async throws {
    try await MeasuredCluster.with { launcher in
      try await launcher.ensureRunning()
      try await launcher.waitForReadyNode()
      let program = try MeasuredCluster.program()
      Row.print(
        "lessons: podium lessons",
        try (0..<settings.runs).map { _ in
          try MeasuredCommand.time(program, ["podium", "--cluster", launcher.paths.cluster, "lessons"])
        }, .atMost(60))
      try await measureLesson(launcher, runs: settings.runs)
    }
    try measureProof(times: settings.proofs)
  }

  // MARK: A lesson

  private static let lesson = "first-pod"
  private static let pod = "kuard"
  private static let condition = "ok       pod kuard has label run=kuard"

  private static func measureLesson(_ launcher: ClusterLauncher, runs: Int) async throws {
    let client = ClusterClient(endpoint: launcher.client)
    let terminal = try MeasuredTerminal(
      try MeasuredCluster.program(), ["podium", "--cluster", launcher.paths.cluster])
    try terminal.expect("\(launcher.paths.cluster)/default")
    try terminal.settle()
    var (starts, ticks): ([Duration], [Duration]) = ([], [])
    for _ in 0..<runs {
      starts.append(try terminal.time(typing: "start \(lesson)\r", until: "Step 1 of "))
      try terminal.settle()
      // Nobody serves it: what is ticked is what this program changes.
      _ = try await client.create(waitingPod)
      try terminal.settle()
      let clock = ContinuousClock()
      let start = clock.now
      let label: Document = ["metadata": ["labels": ["run": .string(pod)]]]
      _ = try await client.patch(Pod.self, pod, namespace: lesson, .merge, label)
      try terminal.expect(condition)
      ticks.append(start.duration(to: clock.now))
      try terminal.settle()
      try terminal.type("leave\r")
      try terminal.expect("You have left")
      try terminal.settle()
    }
    Row.print("lesson: start to the first task", starts, .atMost(300))
    Row.print("lesson: a change to its tick", ticks, .atMost(50))
  }

  private static var waitingPod: Pod {
    var made = Pod()
    made.metadata.name = pod
    made.metadata.namespace = lesson
    made.spec.schedulerName = "nobody"
    var container = Container()
    container.name = "other"
    container.image = "busybox"
    made.spec.containers = [container]
    return made
  }

  // MARK: A proof

  private static func measureProof(times: Int) throws {
    if times == 0 { return }
    let name = "pack test: the built-in lessons"
    let program = try MeasuredCluster.program()
    guard let pack = builtInPack(program) else {
      return Row.printAbsent(name, "there is no Lessons/pods beside the program")
    }
    let proofs = try (0..<times).map { _ in
      try MeasuredCommand.time(program, ["podium", "pack", "test", pack]).inSeconds
    }
    Row.print(name, "s", proofs, .atMost(240))
  }

  /// In the checkout that the program was built from.
  private static func builtInPack(_ program: String) -> String? {
    var folder = program[...]
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      let pack = folder + "/Lessons/pods"
      if Files.isDirectory(String(pack)) { return String(pack) }
    }
    return nil
  }
}
