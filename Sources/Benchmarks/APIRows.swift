internal import ClusterClient
internal import Glibc
internal import HTTPTransport
internal import KubernetesAPI
internal import LocalCluster
internal import SystemIO

/// What the API server does in a second, how long it takes to be there, and how much memory it holds.
///
/// The aims of the load are twice what a kube-apiserver with etcd did on two cores, over TLS.
struct APIRows {
  private static let connections = 16
  private static let watchers = 100

  private var creates: [Double] = []
  private var slowCreates: [Duration] = []
  private var gets: [Double] = []
  private var slowGets: [Duration] = []
  private var lists: [Duration] = []
  private var patches: [Double] = []
  private var slowPatches: [Duration] = []
  private var seen: [Duration] = []
  private var lateSeen: [Duration] = []

  private var starts: [Duration] = []
  private var fullStarts: [Duration] = []
  private var emptyMemory: [Double] = []
  private var fullMemory: [Double] = []

  // MARK: Of this machine

  /// Starts a cluster for each run, and measures through its socket, or through its TLS door.
  static func measureOwn(runs: Int, overTLS: Bool) async throws {
    var rows = APIRows()
    for run in 0..<runs {
      let soFar = rows
      rows = try await MeasuredCluster.with { launcher in
        var rows = soFar
        try await rows.measure(launcher, run: run, overTLS: overTLS)
        return rows
      }
    }
    Row.print("api: start to readyz, empty store", rows.starts, .atMost(60))
    Row.print("api: start to readyz, \(ServedPods.count) pods", rows.fullStarts, .atMost(400))
    Row.print("api: resident, empty store", "MB", rows.emptyMemory, .atMost(40))
    Row.print("api: resident, \(ServedPods.count) pods, \(watchers) watches", "MB", rows.fullMemory, .atMost(120))
    rows.printLoad()
  }

  private mutating func measure(_ launcher: ClusterLauncher, run: Int, overTLS: Bool) async throws {
    let clock = ContinuousClock()
    starts.append(try await clock.measure { try await launcher.ensureRunning() })
    try await launcher.waitForReadyNode()
    emptyMemory.append(try await Self.residentMegabytes(launcher))
    let client = overTLS ? try AnyCluster.client(kubeconfig: try await launcher.kubeconfig()) : launcher.client
    let pods = ServedPods(client: client, namespace: "podium-bench")
    try await pods.prepare()
    let watches = try await load(pods, run: run)
    fullMemory.append(try await Self.residentMegabytes(launcher))
    withExtendedLifetime(watches) {}
    _ = try await launcher.stop()
    fullStarts.append(try await clock.measure { try await launcher.ensureRunning() })
  }

  private static func residentMegabytes(_ launcher: ClusterLauncher) async throws -> Double {
    guard let pid = await launcher.status()?["pid"]?.integerValue else {
      throw BenchmarkProblem("the control plane does not say which process it is")
    }
    for line in try Files.readText("/proc/\(pid)/status").split(separator: "\n") where line.hasPrefix("VmRSS:") {
      guard
        let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Double($0) }
        )
      else { continue }
      return kilobytes / 1024
    }
    throw BenchmarkProblem("/proc/\(pid)/status does not say how much memory is resident")
  }

  // MARK: Of any cluster

  static func measure(_ client: HTTPClient, runs: Int) async throws {
    var rows = APIRows()
    for run in 0..<runs {
      let pods = ServedPods(client: client, namespace: "podium-bench-\(getpid())-\(run)")
      do {
        try await pods.prepare()
        _ = try await rows.load(pods, run: run)
        try await pods.removePods()
        try await pods.removeNamespace()
      } catch {
        // In a task of its own: a measurement that was cancelled must clean up all the same.
        await Task {
          try? await pods.removePods()
          try? await pods.removeNamespace()
        }.value
        throw error
      }
    }
    rows.printLoad()
  }

  // MARK: Load

  /// Everything that clients do; returns the watches, which are still open.
  private mutating func load(_ pods: ServedPods, run: Int) async throws -> FanOut {
    let connections = try (0..<Self.connections).map { _ in try pods.client.connectDirectly() }

    let created = try Load.run(pods.creates(), over: connections, expecting: 201)
    creates.append(created.perSecond)
    slowCreates.append(created.latencies.percentile(0.99))

    let got = try Load.run(pods.gets(4 * ServedPods.count), over: connections, expecting: 200)
    gets.append(got.perSecond)
    slowGets.append(got.latencies.percentile(0.99))

    let list = pods.list()
    lists.append(
      try Load.run((0..<10).map { _ in list }, over: [connections[0]], expecting: 200).latencies.percentile(0.5))

    let patched = try Load.run(pods.patches(ServedPods.count, round: "load"), over: connections, expecting: 200)
    patches.append(patched.perSecond)
    slowPatches.append(patched.latencies.percentile(0.99))

    let fanOut = try FanOut(watch: try await pods.watch(), count: Self.watchers) { try pods.client.connectDirectly() }
    let latencies = try fanOut.measure(pods.patches(200, round: "watched"), over: connections[0])
    seen.append(latencies.percentile(0.5))
    lateSeen.append(latencies.percentile(0.99))
    return fanOut
  }

  private func printLoad() {
    Row.print("api: creates", "1/s", creates, .atLeast(2 * 896))
    Row.print("api: creates, p99", slowCreates, .atMost(46 / 2))
    Row.print("api: gets", "1/s", gets, .atLeast(2 * 3_033))
    Row.print("api: gets, p99", slowGets)
    Row.print("api: list of \(ServedPods.count)", lists, .atMost(170 / 2))
    Row.print("api: merge patches of status", "1/s", patches, .atLeast(2 * 699))
    Row.print("api: merge patches of status, p99", slowPatches, .atMost(69 / 2))
    Row.print("api: write to seen, \(Self.watchers) watches, p50", seen, .atMost(12 / 2))
    Row.print("api: write to seen, \(Self.watchers) watches, p99", lateSeen, .atMost(23 / 2))
  }
}
