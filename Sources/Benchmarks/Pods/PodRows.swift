internal import ClusterClient
internal import HTTPTransport
internal import KubernetesAPI
internal import LocalCluster

/// How long pods take to run, to be ready, to be started again and to go, as a watch sees it: of any cluster.
///
/// Every pod is of an image that is there already: a first one has fetched it, if that was needed.
struct PodRows {
  struct Settings: Sendable {
    var runs = 5
    /// How many pods are started at once, one figure each.
    var crowds = [1, 20, 100]
    var image = "busybox"
  }

  private static let patience = Duration.seconds(180)

  private let settings: Settings
  private var running: [Int: [Duration]] = [:]
  private var ready: [Int: [Duration]] = [:]
  private var gone: [Int: [Duration]] = [:]
  private var restarts: [Duration] = []
  private var turns: [Duration] = []

  static func measure(_ client: ClusterClient, namespace: String, _ settings: Settings) async throws {
    let rows = try await MeasuredPods.with(client, namespace: namespace, image: settings.image) { pods in
      var rows = PodRows(settings: settings)
      try await rows.measure(pods)
      return rows
    }
    rows.printAll()
  }

  private init(settings: Settings) { self.settings = settings }

  private mutating func measure(_ pods: MeasuredPods) async throws {
    // The first pod may have to wait for its image.
    _ = try await Self.live(pods, ["first"])
    for run in 0..<settings.runs {
      for count in settings.crowds {
        // One pod is over so soon that it can be looked at more often.
        for turn in 0..<(count == 1 ? 4 : 1) {
          let names = (0..<count).map { "pod-\(run)-\(turn)-\($0)" }
          let times = try await Self.live(pods, names)
          running[count, default: []].append(times.running)
          ready[count, default: []].append(times.ready)
          gone[count, default: []].append(times.gone)
        }
      }
      restarts.append(try await Self.restart(pods, "ends-\(run)"))
    }
    turns = try await Self.probe(pods, "wavers", count: 2 * settings.runs)
  }

  // MARK: Single measurements

  /// The whole life of some pods at once: until all run, until all are ready, and from their deletion until all are gone.
  private static func live(
    _ pods: MeasuredPods, _ names: [String]
  ) async throws -> (running: Duration, ready: Duration, gone: Duration) {
    var watch = try await pods.watch()
    defer { watch.cancel() }
    let posted = ContinuousClock.now
    async let creation: Void = pods.create(names.map { PodForm(name: $0, behaviour: .rests) })
    try await watch.follow(names, within: patience, until: "Ready") { $0.ready != nil }
    try await creation
    // The pod runs from its first moment on, its shell listens from its first line on.
    try await Task.sleep(for: .milliseconds(50))
    let deleted = ContinuousClock.now
    async let deletion: Void = pods.delete(names)
    try await watch.follow(names, within: patience, until: "gone") { $0.gone != nil }
    try await deletion
    func last(_ moment: KeyPath<PodWatch.Sighting, PodWatch.Instant?>, _ start: PodWatch.Instant) -> Duration {
      names.compactMap { watch[$0][keyPath: moment] }.map { start.duration(to: $0) }.max() ?? .zero
    }
    return (last(\.running, posted), last(\.ready, posted), last(\.gone, deleted))
  }

  /// From the last word of a container to its running again.
  private static func restart(_ pods: MeasuredPods, _ name: String) async throws -> Duration {
    var watch = try await pods.watch()
    defer { watch.cancel() }
    try await pods.create([PodForm(name: name, behaviour: .endsOnce)])
    try await watch.follow([name], within: patience, until: "Running") { $0.running != nil }
    let log = try await pods.log(of: name)
    async let words = Self.moments(of: PodForm.endingWord, in: log, count: 1)
    try await watch.follow([name], within: patience, until: "Running again") { $0.runningAgain != nil }
    guard let ended = try await words.first, let again = watch[name].runningAgain else {
      throw BenchmarkProblem("the log of pod \(name) does not tell of its end")
    }
    try await pods.delete([name])
    return ended.duration(to: again)
  }

  /// From the run of a probe that turns the pod's readiness, to the change of its status.
  private static func probe(_ pods: MeasuredPods, _ name: String, count: Int) async throws -> [Duration] {
    var watch = try await pods.watch()
    defer { watch.cancel() }
    try await pods.create([PodForm(name: name, behaviour: .wavers)])
    try await watch.follow([name], within: patience, until: "Ready") { $0.ready != nil }
    let log = try await pods.log(of: name)
    async let probes = Self.moments(of: PodForm.probedWord, in: log, count: count + 2)
    try await watch.follow([name], within: patience, until: "ready and not ready by turns") { $0.turns.count > count }
    let moments = try await probes
    try await pods.delete([name])
    // What the log had told before it was asked for belongs to no turn.
    return watch[name].turns.compactMap { turn in
      moments.last { $0 < turn }.map { $0.duration(to: turn) }
    }.filter { $0 < .milliseconds(900) }
  }

  /// When a word came in the log, so many times.
  private static func moments(
    of word: String, in log: any ByteStream, count: Int
  ) async throws -> [ContinuousClock.Instant] {
    defer { log.cancel() }
    var moments: [ContinuousClock.Instant] = []
    while moments.count < count, let chunk = try await log.next() {
      let now = ContinuousClock.now
      for line in chunk.split(separator: UInt8(ascii: "\n")) where line.elementsEqual(word.utf8) { moments.append(now) }
    }
    return moments
  }

  // MARK: Telling

  private func printAll() {
    for count in settings.crowds {
      let subject = count == 1 ? "1 pod" : "\(count) pods"
      let aim: Row.Aim? =
        switch count {
        case 1: .atMost(40)
        case 100: .atMost(2_000)
        default: nil
        }
      Row.print("pods: \(subject), POST to Running", running[count] ?? [], aim)
      Row.print("pods: \(subject), POST to Ready", ready[count] ?? [], aim)
      Row.print("pods: \(subject), DELETE to gone", gone[count] ?? [])
    }
    Row.print("pods: exit to running again", restarts)
    Row.print("pods: probe to changed status", turns)
  }
}
