import ClusterClient
import ContainerRuntime
import ControlLoop
import Documents
import Kubelet
import KubernetesAPI
import ObjectSchema
import SimulatedRuntime
import Simulation
import SystemIO
import TestSupport
import Testing

/// A node with a kubelet and scripted containers, beside an API in memory; all of it in simulated time.
struct SimulatedNode: Sendable {
  let world: SimulatedWorld
  let time: WorldTime
  let api: InMemoryAPI
  let client: ClusterClient
  let runtime: ScriptedRuntime
  let configuration: KubeletConfiguration
  let kubelet: KubeletService

  /// Runs the body while the node works, and ends the node afterwards.
  static func run<Result: Sendable>(
    seed: UInt64 = 1, settings: ScriptedRuntime.Settings = .withBusybox, hasKubelet: Bool = true,
    _ body: @escaping @Sendable (SimulatedNode) async throws -> Result
  ) async throws -> Result {
    try await TemporaryFolder.with { folder in
      let world = SimulatedWorld(seed: seed)
      let time = WorldTime(world: world)
      let api = InMemoryAPI { time.now() }
      var configuration = KubeletConfiguration(nodeName: "oracle", nodeAddresses: ["10.77.0.1"])
      configuration.rootDirectory = folder.path("kubelet")
      configuration.logDirectory = folder.path("logs")
      configuration.staticPodPath = folder.path("manifests")
      configuration.isToldOfFiles = false
      try Files.makeDirectories(folder.path("manifests"))
      let client = ClusterClient(endpoint: api)
      let runtime = ScriptedRuntime(time: time, settings: settings)
      let node = SimulatedNode(
        world: world, time: time, api: api, client: client,
        runtime: runtime, configuration: configuration,
        kubelet: KubeletService(
          client: client, runtime: runtime, configuration: configuration,
          network: ScriptedNetwork(runtime: runtime), time: time))
      return try world.run {
        try await withThrowingTaskGroup(of: Result?.self) { group in
          group.addTask {
            await node.runtime.run()
            return nil
          }
          if hasKubelet {
            group.addTask {
              try? await node.kubelet.run()
              return nil
            }
          }
          group.addTask { try await body(node) }
          defer { group.cancelAll() }
          while let finished = try await group.next() {
            if let finished { return finished }
          }
          throw NeverHappened("the end of the body")
        }
      }
    }
  }

  /// Another kubelet of the same node, as after a restart.
  func newKubelet() -> KubeletService {
    KubeletService(
      client: client, runtime: runtime, configuration: configuration,
      network: ScriptedNetwork(runtime: runtime), time: time)
  }

  // MARK: What a test does

  /// Makes a pod, bound to the node unless a scheduler is to do that.
  @discardableResult
  func create(_ yaml: String, bound: Bool = true) async throws -> Pod {
    var document = try #require(try Document.parse(yaml: yaml).first)
    document["metadata"]?["namespace"] = "default"
    let created = try await client.create(Pod.decode(document).value)
    if bound { try await client.bind(created, to: "oracle") }
    return created
  }

  func delete(_ name: String, grace: Int64? = nil) async throws {
    var options = DeleteOptions()
    options.gracePeriodSeconds = grace
    try await client.delete(Pod.self, name, namespace: "default", options)
  }

  func pass(_ duration: Duration) async throws { try await time.sleep(for: duration) }

  /// Lets time pass until the pod is as wanted.
  func wait(_ name: String, within limit: Duration = .seconds(900), until isMet: (Pod?) -> Bool) async throws {
    let end = time.now() + limit
    while !isMet(pod(name)) {
      guard time.now() < end else {
        throw NeverHappened("within \(limit); pod \(name) is \(pod(name).map { PodSummary($0).status } ?? "gone")")
      }
      try await pass(.milliseconds(20))
    }
  }

  // MARK: What a test sees

  func pod(_ name: String) -> Pod? {
    api.objects("pods").map { Pod.decode($0).value }.first { $0.name == name }
  }

  /// The lines of `kubectl get pods --watch`, without repetitions: ready containers and status.
  func watched(_ name: String) -> [String] {
    var lines: [String] = []
    for change in api.history("pods") {
      let pod = Pod.decode(change.object).value
      guard pod.name == name else { continue }
      let summary = PodSummary(pod)
      let line = "\(summary.readyText) \(summary.status) \(summary.restarts)"
      if lines.last != line { lines.append(line) }
    }
    return lines
  }

  /// Type, reason, message and count of the pod's events in the order of their first time.
  func events(_ name: String) -> [String] {
    api.objects("events").map { Event.decode($0).value }.filter { $0.involvedObject.name == name }
      .sorted { ($0.firstSeen ?? Timestamp(seconds: 0), $0.name) < ($1.firstSeen ?? Timestamp(seconds: 0), $1.name) }
      .map { event in
        let count = event.occurrences > 1 ? " (x\(event.occurrences))" : ""
        return "\(event.type ?? "") \(event.reason ?? "") \(event.message ?? "")\(count)"
      }
  }
}

extension ScriptedRuntime.Settings {
  /// A machine on which `busybox` can be pulled.
  static var withBusybox: ScriptedRuntime.Settings {
    var settings = ScriptedRuntime.Settings()
    settings.registry["busybox"] = ImageInfo(
      id: "sha256:8c811b4aec35", names: ["docker.io/library/busybox:1.28"],
      digest: "docker.io/library/busybox@sha256:4c15978689fc6b377179d1c3eb4b6d3688ac7f3090d176d8c424e3ede8f0a2fa",
      size: 2_140_881, isStandIn: false)
    return settings
  }
}

/// What a test waited for did not come.
struct NeverHappened: Error, CustomStringConvertible {
  let description: String

  init(_ what: String) { description = "never happened: \(what)" }
}
