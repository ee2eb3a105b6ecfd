internal import ContainerRuntime
internal import SimulatedRuntime
internal import Simulation

/// What goes wrong in a cluster, one thing after another, as its seed decides.
struct Trouble {
  private let cluster: SimulatedCluster

  init(_ cluster: SimulatedCluster) { self.cluster = cluster }

  private var world: SimulatedWorld { cluster.world }

  mutating func run(steps: Int) async throws {
    for _ in 0..<steps {
      try await cluster.time.sleep(for: .milliseconds(world.pick(0..<4000)))
      try await makeTrouble()
    }
  }

  /// Everything is repaired.
  func end() async throws {
    cluster.noteTrouble("all is well")
    cluster.weather.change(to: .fair)
    for machine in cluster.machines { setRegistry(of: machine, isThere: true) }
    try cluster.startAll()
  }

  private func makeTrouble() async throws {
    switch world.pick(0..<12) {
    case 0, 1, 2, 3: try await kill([cluster.components[world.pick(cluster.components.indices)]])
    case 4: try await kill(cluster.components.filter { _ in world.pick(0..<2) == 0 })
    case 5:
      let machine = anyMachine
      try await cluster.cutPower(of: machine)
      try await pauseAndStart()
    case 6:
      for machine in cluster.machines { try await cluster.cutPower(of: machine) }
      try await kill(cluster.components)
    case 7:
      cluster.noteTrouble("connections break")
      cluster.server?.life.breakConnections { world.pick(0..<2) == 0 }
    case 8:
      cluster.noteTrouble("history is forgotten")
      try? await cluster.server?.store.compact(keeping: world.pick(0..<4))
      cluster.server?.life.breakConnections { world.pick(0..<2) == 0 }
    case 9:
      cluster.noteTrouble("the weather changes")
      let isFair = world.pick(0..<4) == 0
      cluster.weather.change(
        to: isFair
          ? .fair
          : Weather.Chances(
            lostRequests: world.pick(0..<30), lostAnswers: world.pick(0..<30), runtimeFailures: world.pick(0..<15),
            slowness: [2, 50, 1000][world.pick(0..<3)]))
    case 10:
      cluster.noteTrouble("a registry comes or goes")
      setRegistry(of: anyMachine, isThere: world.pick(0..<2) == 0)
    default: try await endSomething()
    }
  }

  private var anyMachine: SimulatedMachine { cluster.machines[world.pick(cluster.machines.indices)] }

  /// Kills at once, and starts again one by one.
  private func kill(_ components: [String]) async throws {
    for component in components { try await cluster.kill(component) }
    try await pauseAndStart()
  }

  private func pauseAndStart() async throws {
    for component in cluster.components where !cluster.isAlive(component) {
      try await cluster.time.sleep(for: .milliseconds(world.pick(0..<1500)))
      // Some stay away until the next time.
      if world.pick(0..<4) > 0 { try cluster.start(component) }
    }
  }

  private func endSomething() async throws {
    let runtime = anyMachine.runtime
    let inventory = try await runtime.inventory()
    let running = inventory.containers.filter(\.isRunning)
    if world.pick(0..<2) == 0, !running.isEmpty {
      cluster.noteTrouble("a container ends")
      runtime.end(running[world.pick(running.indices)].spec.id, code: 137)
    } else if !inventory.sandboxes.isEmpty {
      cluster.noteTrouble("a sandbox dies")
      runtime.killSandbox(inventory.sandboxes[world.pick(inventory.sandboxes.indices)].spec.id)
    }
  }

  private func setRegistry(of machine: SimulatedMachine, isThere: Bool) {
    machine.runtime.change { settings in
      settings.registry = isThere ? ["busybox": .busybox] : [:]
      if !isThere { settings.images = [:] }
    }
  }
}

extension ImageInfo {
  static let busybox = ImageInfo(
    id: "sha256:8c811b4aec35", names: ["docker.io/library/busybox:1.28"], digest: "docker.io/library/busybox@sha256:4c",
    size: 2_140_881, isStandIn: false)
}
