internal import ClusterClient
internal import Documents
internal import Glibc
internal import KubernetesAPI
internal import LocalCluster
internal import SystemIO

/// How long somebody waits who types: for the prompt, for a key, for a completion, for a command.
enum PromptRows {
  /// Nobody serves it: the pods are there and cost a node nothing.
  private static let nobody = "nobody"
  private static let watches = 10

  static func measure(runs: Int, pods: Int) async throws {
    try await measureStartFromNothing(runs: runs)
    try await MeasuredCluster.with { launcher in
      try await launcher.ensureRunning()
      try await launcher.waitForReadyNode()
      let client = ClusterClient(endpoint: launcher.client)
      Row.print(
        "prompt: ready on a running cluster",
        try (0..<runs).map { _ in try timeToPrompt(launcher) }, .atMost(150))
      try await create(20, named: "few", client)
      try await measureWholeCommand(launcher, runs: runs)
      try await measureKeys(launcher, client)
      try await create(pods, named: "worker", client)
      Row.print(
        "prompt: ready with \(pods) pods", try (0..<runs).map { _ in try timeToPrompt(launcher) }, .atMost(150))
      try measureCompletion(launcher, pods)
    }
  }

  // MARK: The prompt

  private static func prompt(_ launcher: ClusterLauncher) throws -> MeasuredTerminal {
    try MeasuredTerminal(try MeasuredCluster.program(), ["podium", "--cluster", launcher.paths.cluster])
  }

  private static func timeToPrompt(_ launcher: ClusterLauncher) throws -> Duration {
    let clock = ContinuousClock()
    return try clock.measure { try prompt(launcher).expect("\(launcher.paths.cluster)/default") }
  }

  private static func measureStartFromNothing(runs: Int) async throws {
    var times: [Duration] = []
    // The very first start makes the built-in images as well.
    for _ in 0...runs {
      try await MeasuredCluster.with { times.append(try timeToPrompt($0)) }
    }
    times.removeFirst()
    Row.print("prompt: ready from nothing, cluster included", times, .atMost(600))
  }

  // MARK: Commands

  /// One after the other in turns, so that whatever else the machine does meets both.
  private static func measureWholeCommand(_ launcher: ClusterLauncher, runs: Int) async throws {
    let name = "command: kubectl get pods"
    let ownWords = ["podium", "--cluster", launcher.paths.cluster, "kubectl", "get", "pods"]
    guard let stock = findProgram("kubectl") else {
      Row.print(name, try (0..<runs).map { _ in try MeasuredCommand.time(MeasuredCluster.program(), ownWords) })
      return Row.printAbsent(name + ", times faster than stock", "no kubectl is installed to compare with")
    }
    let kubeconfig = launcher.paths.state + "/bench-kubeconfig"
    try Files.write(try await launcher.kubeconfig(), to: kubeconfig, mode: 0o600)
    let stockWords = ["kubectl", "--kubeconfig", kubeconfig, "get", "pods"]
    // What it learns of the cluster, it keeps for the next time.
    _ = try MeasuredCommand.time(stock, stockWords)
    var (own, others): ([Duration], [Duration]) = ([], [])
    for _ in 0..<max(runs, 10) {
      own.append(try MeasuredCommand.time(MeasuredCluster.program(), ownWords))
      others.append(try MeasuredCommand.time(stock, stockWords))
    }
    Row.print(name, own)
    Row.print(name + ", stock", others)
    Row.print(
      name + ", times faster", "ratio", zip(own, others).map { $1.inSeconds / $0.inSeconds }, .atLeast(3))
  }

  private static func findProgram(_ name: String) -> String? {
    (Environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  // MARK: Keys

  private static func measureKeys(_ launcher: ClusterLauncher, _ client: ClusterClient) async throws {
    let terminal = try prompt(launcher)
    try terminal.expect("/default")
    try terminal.settle()
    Row.print("key: to the screen", try times(ofKeys: terminal), .atMost(2))
    for job in 1...watches {
      try terminal.type("get pods --watch &\r")
      try terminal.expect("[\(job)] get pods --watch")
    }
    try terminal.settle(.seconds(1))
    Row.print("key: to the screen, \(watches) watches", try times(ofKeys: terminal), .atMost(2))
    // They speak as well: each tells of every change, above the line that is being typed.
    let changes = Task {
      for number in 0... {
        try await Task.sleep(for: .milliseconds(100))
        let change: Document = ["metadata": ["annotations": ["number": .string(String(number))]]]
        _ = try await client.patch(Pod.self, "few-00000", namespace: "default", .merge, change)
      }
    }
    defer { changes.cancel() }
    Row.print("key: to the screen, \(watches) watches that speak", try times(ofKeys: terminal), .atMost(2))
  }

  private static func times(ofKeys terminal: MeasuredTerminal) throws -> [Duration] {
    var times: [Duration] = []
    for number in 0..<200 {
      // Each another letter: a line that is drawn again shows those before.
      let letter = String(Character(Unicode.Scalar(UInt32(0x4E00 + number))!))
      times.append(try terminal.time(typing: letter, until: letter))
      usleep(3_000)
      // Before the line is as long as the window is wide.
      if number % 20 == 19 {
        try terminal.type("\u{15}")
        usleep(50_000)
      }
    }
    try terminal.type("\u{15}")
    return times
  }

  // MARK: Completion

  private static func measureCompletion(_ launcher: ClusterLauncher, _ pods: Int) throws {
    let terminal = try prompt(launcher)
    try terminal.expect("/default")
    try terminal.settle(.seconds(2))
    func erase() throws {
      try terminal.type("\u{15}")
      try terminal.settle(.milliseconds(50))
    }
    func type(_ text: String) throws {
      try terminal.type(text)
      try terminal.settle(.milliseconds(50))
    }
    var (names, lists, all): ([Duration], [Duration], [Duration]) = ([], [], [])
    for number in 0..<20 {
      let digits = String(1_000 + number * 37)
      try type("get pods worker-0" + digits)
      names.append(try terminal.time(typing: "\t", until: "-end "))
      try erase()
      try type("get pods worker-0" + digits.dropLast())
      // The first one finds that there are several.
      try type("\t")
      lists.append(try terminal.time(typing: "\t", until: "worker-0\(digits.dropLast())9-end"))
      try erase()
      try type("get pods worker-")
      try type("\t\t")
      all.append(try terminal.time(typing: "\t", until: " more"))
      try erase()
    }
    Row.print("Tab: a name to the screen, \(pods) pods", names, .atMost(5))
    Row.print("Tab: a list of 10 to the screen, \(pods) pods", lists, .atMost(5))
    Row.print("Tab: a list of all to the screen, \(pods) pods", all, .atMost(5))
  }

  private static func create(_ count: Int, named name: String, _ client: ClusterClient) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<8 {
        group.addTask {
          for number in stride(from: lane, to: count, by: 8) {
            let digits = String(String(100_000 + number).dropFirst())
            let pod: Document = [
              "apiVersion": "v1", "kind": "Pod",
              "metadata": ["name": .string("\(name)-\(digits)" + (name == "worker" ? "-end" : ""))],
              "spec": [
                "schedulerName": .string(nobody), "containers": [["name": "main", "image": "busybox"]],
              ],
            ]
            _ = try await client.send("POST", "/api/v1/namespaces/default/pods", body: pod.json())
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
