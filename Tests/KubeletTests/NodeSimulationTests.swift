import ContainerRuntime
import Glibc
import KubernetesAPI
import ObjectSchema
import SimulatedRuntime
import Simulation
import Synchronization
import TestSupport
import Testing

/// Whole node lives under every kind of trouble, in an order that a seed decides.
///
/// `PODIUM_SEEDS=1000` tries so many; a failure names the seed that shows it again with `PODIUM_SEED`, in a process
/// with `SWIFT_DETERMINISTIC_HASHING=1`.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct NodeSimulationTests {
  static var seeds: [UInt64] {
    func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
    if let seed = number("PODIUM_SEED") { return [seed] }
    return Array(1...(number("PODIUM_SEEDS") ?? 20))
  }

  @Test(arguments: seeds) func theNodeConverges(seed: UInt64) async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { Self.script($0, seed) }
    try await SimulatedNode.run(seed: seed, settings: settings, hasKubelet: false) { node in
      let wanted = Mutex<Set<String>>([])
      var kubelet = Task(executorPreference: node.world) { try? await node.kubelet.run() }
      for number in 0..<6 {
        // Whoever asks while the API is away is refused and asks for nothing.
        let name = "pod-\(number)"
        if (try? await node.create(Self.manifest(name, node.world.pick(0..<4)))) != nil {
          wanted.withLock { _ = $0.insert(name) }
        }
        for _ in 0..<node.world.pick(0..<4) {
          try await node.pass(.milliseconds(node.world.pick(1..<20_000)))
          switch node.world.pick(0..<7) {
          case 0, 1:
            kubelet.cancel()
            _ = await kubelet.value
            kubelet = Task(executorPreference: node.world) { try? await node.newKubelet().run() }
          case 2: node.api.isAway = true
          case 3: node.api.isAway = false
          case 4:
            guard let name = wanted.withLock({ $0.sorted().first }) else { continue }
            let grace: Int64? = [nil, 0, 1][node.world.pick(0..<3)]
            if (try? await node.delete(name, grace: grace)) != nil { wanted.withLock { _ = $0.remove(name) } }
          case 5:
            let running = try await node.runtime.inventory().containers.filter(\.isRunning)
            if !running.isEmpty { node.runtime.end(running[node.world.pick(0..<running.count)].spec.id, code: 137) }
          default:
            let sandboxes = try await node.runtime.inventory().sandboxes
            if !sandboxes.isEmpty { node.runtime.killSandbox(sandboxes[node.world.pick(0..<sandboxes.count)].spec.id) }
          }
        }
      }
      node.api.isAway = false
      // The longest pauses and graces are over by then.
      try await node.pass(.seconds(400))

      let pods = node.api.objects("pods").map { Pod.decode($0).value }
      #expect(Set(pods.map(\.name)) == wanted.withLock { $0 }, "seed \(seed)")
      let inventory = try await node.runtime.inventory()
      let uids = Set(pods.map(\.uid))
      #expect(inventory.sandboxes.allSatisfy { uids.contains($0.spec.podUID) }, "seed \(seed)")
      #expect(node.runtime.mostRunningAtOnce.values.allSatisfy { $0 == 1 }, "seed \(seed)")
      for pod in pods { Self.check(pod, inventory, seed) }

      // And in the end everything can be taken away.
      for pod in pods { try await node.delete(pod.name) }
      try await node.pass(.seconds(60))
      #expect(node.api.objects("pods").isEmpty, "seed \(seed)")
      #expect(try await node.runtime.inventory() == Inventory(), "seed \(seed)")
      kubelet.cancel()
      _ = await kubelet.value
    }
  }

  /// What the API says of a pod is what the runtime has of it.
  private static func check(_ pod: Pod, _ inventory: Inventory, _ seed: UInt64) {
    let sandboxes = inventory.sandboxes.filter { $0.spec.podUID == pod.uid }
    switch pod.status.phase {
    case "Succeeded", "Failed":
      #expect(sandboxes.isEmpty, "seed \(seed): \(pod.name) has ended")
      #expect(pod.spec.restartPolicy != "Always", "seed \(seed): \(pod.name) must not end")
    case "Running":
      #expect(sandboxes.count == 1, "seed \(seed): \(pod.name)")
      for status in pod.status.containerStatuses where status.state.running != nil {
        let record = inventory.containers.first { "podium://\($0.spec.id)" == status.containerID }
        #expect(record?.isRunning == true, "seed \(seed): \(pod.name)/\(status.name ?? "") is told to run")
        #expect(record?.spec.attempt == Int(status.restartCount ?? -1), "seed \(seed): \(pod.name)")
      }
      let running = inventory.containers.filter { $0.spec.sandboxID == sandboxes.first?.spec.id && $0.isRunning }
      for record in running {
        let told = pod.status.containerStatuses + pod.status.initContainerStatuses
        #expect(told.contains { $0.containerID == "podium://\(record.spec.id)" }, "seed \(seed): \(pod.name)")
      }
    default: Issue.record("seed \(seed): \(pod.name) is \(PodSummary(pod).status)")
    }
  }

  private static func manifest(_ name: String, _ kind: Int) -> String {
    let grace = "terminationGracePeriodSeconds: 5"
    switch kind {
    case 0: return "{metadata: {name: \(name)}, spec: {\(grace), containers: [{name: server, image: busybox}]}}"
    case 1:
      return """
        metadata: {name: \(name)}
        spec:
          \(grace)
          initContainers: [{name: first, image: busybox}, {name: side, image: busybox, restartPolicy: Always}]
          containers: [{name: server, image: busybox}, {name: deaf, image: busybox}]
        """
    case 2:
      return """
        metadata: {name: \(name)}
        spec: {\(grace), restartPolicy: Never, containers: [{name: job, image: busybox}, {name: first, image: busybox}]}
        """
    default:
      return
        "{metadata: {name: \(name)}, spec: {\(grace), restartPolicy: OnFailure, containers: [{name: job, image: busybox}]}}"
    }
  }

  private static func script(_ spec: ContainerSpec, _ seed: UInt64) -> ContainerScript {
    switch spec.name {
    case "first": .exits(0, after: .milliseconds(700))
    case "deaf": .deaf
    case "job": spec.attempt < Int(seed % 3) ? .exits(1, after: .seconds(2)) : .exits(0, after: .seconds(4))
    default: .server
    }
  }
}

extension ContainerRecord {
  var isRunning: Bool { if case .running = state { true } else { false } }
}
