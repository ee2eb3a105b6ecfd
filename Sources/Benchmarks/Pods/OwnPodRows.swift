internal import ClusterClient
internal import Glibc
internal import HTTPTransport
internal import LocalCluster
internal import SystemIO

/// What pods cost this machine: the first start of all, rest, memory, and how many there can be.
struct OwnPodRows {
  struct Settings: Sendable {
    var runs = 5
    /// How many pods are at rest while the processors are looked at.
    var resting = 100
    /// How many there are at most, spread over as many nodes as it takes.
    var most = 500
    /// How long the cluster is left alone.
    var rest = Duration.seconds(20)

    /// How long it is left alone before.
    fileprivate var settling: Duration { min(.seconds(5), rest) }
  }

  /// A kubelet takes no more by default.
  private static let podsOfNode = 110

  private let settings: Settings
  private var ready: [Duration] = []
  private var firstRunning: [Duration] = []
  private var everReady: [Duration] = []
  private var everRunning: [Duration] = []

  static func measure(_ settings: Settings, image: String) async throws {
    var rows = OwnPodRows(settings: settings)
    for _ in 0..<settings.runs {
      let times = try await startFromNothing(image: image)
      rows.ready.append(times.ready)
      rows.firstRunning.append(times.running)
      let ever = try await FreshData.with { try await startFromNothing(image: image) }
      rows.everReady.append(ever.ready)
      rows.everRunning.append(ever.running)
    }
    Row.print("start: no cluster to node Ready", rows.ready, .atMost(300))
    Row.print("start: no cluster to first pod Running", rows.firstRunning, .atMost(500))
    Row.print("start: no file at all to node Ready", rows.everReady)
    Row.print("start: no file at all to first pod Running", rows.everRunning)
    if settings.resting > 0 { try await measureRest(settings, image: image) }
    if settings.most > 0 { try await measureMost(settings, image: image) }
  }

  private init(settings: Settings) { self.settings = settings }

  /// A pod is asked for as soon as anybody answers.
  private static func startFromNothing(image: String) async throws -> (ready: Duration, running: Duration) {
    try await MeasuredCluster.with { launcher in
      let start = ContinuousClock.now
      try await launcher.ensureRunning()
      async let ready = moment { try await launcher.waitForReadyNode() }
      let pods = MeasuredPods(
        client: ClusterClient(endpoint: launcher.client), namespace: "default", image: image)
      try await pods.waitForAdmission()
      var watch = try await pods.watch()
      defer { watch.cancel() }
      try await pods.create([PodForm(name: "first", behaviour: .rests)])
      try await watch.follow(["first"], within: .seconds(60), until: "Running") { $0.running != nil }
      guard let running = watch["first"].running else { throw BenchmarkProblem("the first pod does not run") }
      return (start.duration(to: try await ready), start.duration(to: running))
    }
  }

  private static func moment(of work: () async throws -> Void) async throws -> ContinuousClock.Instant {
    try await work()
    return .now
  }

  // MARK: Rest and memory

  private static func measureRest(_ settings: Settings, image: String) async throws {
    try await MeasuredCluster.with { launcher in
      try await launcher.ensureRunning()
      try await launcher.waitForReadyNode()
      try await Task.sleep(for: settings.settling)
      let empty = try await ClusterProcesses(launcher).megabytes()
      for (component, megabytes) in inOrder(empty) {
        Row.print("memory: \(component.rawValue), no pod", "MB", [megabytes])
      }
      try await MeasuredPods.with(
        ClusterClient(endpoint: launcher.client), namespace: "podium-bench", image: image
      ) { pods in
        let names = (0..<settings.resting).map { "rests-\($0)" }
        try await start(names, pods, within: .seconds(120))
        // What the start has left to do is no rest.
        try await Task.sleep(for: settings.settling)
        let processes = try await ClusterProcesses(launcher)
        let before = processes.processorTime()
        let begun = ContinuousClock.now
        try await Task.sleep(for: settings.rest)
        let after = processes.processorTime()
        let elapsed = begun.duration(to: .now).inSeconds
        let shares = after.mapValues(\.inSeconds).merging(before.mapValues(\.inSeconds)) { ($0 - $1) / elapsed * 100 }
        let subject = "\(settings.resting) pods"
        Row.print("rest: \(subject), all of it", "% CPU", [shares.values.reduce(0, +)], .atMost(1))
        for (component, share) in inOrder(shares) {
          Row.print("rest: \(subject), \(component.rawValue)", "% CPU", [share])
        }
        for (component, megabytes) in inOrder(processes.megabytes()) {
          Row.print("memory: \(component.rawValue), \(subject)", "MB", [megabytes])
        }
      }
    }
  }

  private static func start(_ names: [String], _ pods: MeasuredPods, within limit: Duration) async throws {
    var watch = try await pods.watch()
    defer { watch.cancel() }
    async let creation: Void = pods.create(names.map { PodForm(name: $0, behaviour: .rests) })
    try await watch.follow(names, within: limit, until: "Running") { $0.running != nil }
    try await creation
  }

  private static func inOrder<Value>(
    _ values: [ClusterProcesses.Component: Value]
  ) -> [(ClusterProcesses.Component, Value)] {
    ClusterProcesses.Component.allCases.compactMap { component in values[component].map { (component, $0) } }
  }

  // MARK: As many as there can be

  private static func measureMost(_ settings: Settings, image: String) async throws {
    let subject = "\(settings.most) pods"
    let launcher = try MeasuredCluster.launcher()
    let folder = launcher.paths.state
    try await MeasuredCluster.with { launcher in
      try await launcher.ensureRunning()
      let nodes = (settings.most + podsOfNode - 1) / podsOfNode
      for _ in 1..<max(2, nodes) where nodes > 1 { _ = try await launcher.addNode(nil) }
      try await launcher.waitForAllNodes()
      try await MeasuredPods.with(
        ClusterClient(endpoint: launcher.client), namespace: "podium-bench", image: image
      ) { pods in
        let names = (0..<settings.most).map { "pod-\($0)" }
        let clock = ContinuousClock()
        let up = try await clock.measure { try await start(names, pods, within: .seconds(300)) }
        Row.print("most: \(subject) on \(nodes) nodes, all Running", [up])
        let processes = try await ClusterProcesses(launcher)
        let megabytes = processes.megabytes()
        Row.print("most: \(subject), memory", "MB", [megabytes.values.reduce(0, +)])
        for (component, megabytes) in inOrder(megabytes) {
          Row.print("most: \(subject), memory, \(component.rawValue)", "MB", [megabytes])
        }
        var watch = try await pods.watch()
        defer { watch.cancel() }
        let begun = clock.now
        async let deletion: Void = pods.delete(names)
        try await watch.follow(names, within: .seconds(300), until: "gone") { $0.gone != nil }
        try await deletion
        Row.print("most: \(subject), all gone", [begun.duration(to: clock.now)])
        let left = try await ClusterProcesses(launcher).count(of: [.sandboxes, .containers])
        Row.print("most: \(subject), processes left", "", [Double(left)], .atMost(0))
      }
    }
    Row.print("most: \(subject), files left", "", [Files.exists(folder) ? 1 : 0], .atMost(0))
  }
}
