internal import ClusterClient
internal import ContainerRuntime
internal import Glibc
internal import KubernetesAPI
internal import Simulation
internal import SystemIO

/// One course of a cluster under load and trouble, all of it decided by a seed.
struct Course {
  /// What came of it.
  struct Report: Sendable {
    var digest: String
    var problems: [String]
  }

  let seed: UInt64
  var fault: Fault?
  var prints = false
  let template: StoreFiles

  /// How much is asked for, and how much goes wrong meanwhile.
  private struct Size {
    var pods: Int
    var steps: Int
    var troubles: Range<Int>

    /// Most courses are short, so that there can be many; every now and then there is a crowd.
    init(seed: UInt64) {
      switch seed {
      case _ where seed % 500 == 0: (pods, steps, troubles) = (50, 150, 20..<21)
      case _ where seed % 5 == 0: (pods, steps, troubles) = (3, 6, 2..<7)
      default: (pods, steps, troubles) = (2, 3, 1..<4)
      }
    }
  }

  func run() throws -> Report {
    // In memory, if possible: nobody wants to read it afterwards.
    let base = Files.isDirectory("/dev/shm") ? "/dev/shm" : "/tmp"
    let folder = "\(base)/podium-simulation-\(getpid())-\(seed)"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    let world = SimulatedWorld(seed: seed)
    let cluster = SimulatedCluster(
      seed: seed, world: world, folder: folder, disk: template, fault: fault, prints: prints)
    let size = Size(seed: seed)
    return try world.run { try await Self.run(cluster, size) }
  }

  private static func run(_ cluster: SimulatedCluster, _ size: Size) async throws -> Report {
    let auditor = Auditor(cluster)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      for machine in cluster.machines { group.addTask { await machine.runtime.run() } }
      group.addTask { await auditor.run() }
      defer { group.cancelAll() }
      try cluster.startAll()
      let load = Load(cluster, pods: size.pods)
      async let loaded = Self.put(load, on: cluster, steps: size.steps)
      var trouble = Trouble(cluster)
      try await trouble.run(steps: cluster.world.pick(size.troubles))
      try await trouble.end()
      var end = try await loaded

      try await Self.wait(for: cluster, auditor, "the world is as asked for") {
        await Settlement(cluster, auditor).openQuestions(wanted: end.wanted)
      }
      for pod in end.pods where !auditor.hasSeen(pod.revision) {
        auditor.note("the watch has not told of revision \(pod.revision), by which \(pod.name) was made")
      }
      try await end.deleteAll()
      try await Self.wait(for: cluster, auditor, "nothing is left") {
        await Settlement(cluster, auditor).openQuestions(wanted: [])
      }
      try await cluster.end()
      return Report(digest: cluster.history.digest, problems: auditor.problems)
    }
  }

  private static func put(_ load: Load, on cluster: SimulatedCluster, steps: Int) async throws -> Load {
    var load = load
    try await load.run(steps: steps, longestPause: 3000)
    return load
  }

  /// Lets time pass until there is no question left; the longest pauses and graces are over in that time.
  private static func wait(
    for cluster: SimulatedCluster, _ auditor: Auditor, _ what: String, _ questions: () async throws -> [String]
  ) async throws {
    // With a defect it may never come, which is told early enough then.
    let end = cluster.world.now + (cluster.fault == nil ? 900 : 120) * 1_000_000_000
    while true {
      try await cluster.time.sleep(for: .seconds(2))
      let open = try await questions()
      if open.isEmpty { return }
      if cluster.world.now > end {
        for question in open { auditor.note("never came: \(what): \(question)") }
        return
      }
    }
  }
}

/// What is still not as it was asked for.
private struct Settlement {
  let cluster: SimulatedCluster
  let auditor: Auditor

  init(_ cluster: SimulatedCluster, _ auditor: Auditor) {
    self.cluster = cluster
    self.auditor = auditor
  }

  func openQuestions(wanted: [Load.Acknowledged]) async -> [String] {
    // What the watch has told is at hand, and the list must say the same in the end.
    let open = await openQuestions(wanted: wanted, in: auditor.pods)
    if !open.isEmpty { return open }
    guard let server = cluster.server,
      let listed = try? await ClusterClient(endpoint: server.endpoint).list(Pod.self).items
    else { return ["no server answers"] }
    func states(_ pods: [Pod]) -> [String: String?] {
      Dictionary(uniqueKeysWithValues: pods.map { ($0.uid, $0.metadata.resourceVersion) })
    }
    return states(listed) == states(auditor.pods) ? [] : ["the watch tells of other pods than the list"]
  }

  private func openQuestions(wanted: [Load.Acknowledged], in listed: [Pod]) async -> [String] {
    var open: [String] = []
    let uids = Set(listed.map(\.uid))
    for pod in wanted where !uids.contains(pod.uid) { open.append("\(pod.name) (\(pod.uid.prefix(8))) is not there") }
    for pod in listed where !wanted.contains(where: { $0.uid == pod.uid }) {
      open.append("\(pod.name) (\(pod.uid.prefix(8))) is still there, \(PodSummary(pod).status)")
    }
    for machine in cluster.machines { open += await questions(of: machine, listed) }
    return open
  }

  private func questions(of machine: SimulatedMachine, _ listed: [Pod]) async -> [String] {
    guard let inventory = try? await machine.runtime.inventory() else { return ["no inventory"] }
    var open: [String] = []
    let here = listed.filter { $0.spec.nodeName == machine.configuration.nodeName }
    let uids = Set(here.map(\.uid))
    for sandbox in inventory.sandboxes where !uids.contains(sandbox.spec.podUID) {
      open.append("a sandbox of \(sandbox.spec.podName) (\(sandbox.spec.podUID.prefix(8))) is left")
    }
    for uid in machine.podsWithFiles.subtracting(uids) { open.append("files of pod \(uid.prefix(8)) are left") }
    for pod in here { open += questions(about: pod, inventory) }
    return open
  }

  /// What the API says of a pod is what the runtime has of it, and what the pod was to come to.
  private func questions(about pod: Pod, _ inventory: Inventory) -> [String] {
    let sandboxes = inventory.sandboxes.filter { $0.spec.podUID == pod.uid }
    let name = "\(pod.name) (\(pod.uid.prefix(8)))"
    switch (pod.status.phase, pod.spec.restartPolicy) {
    case ("Succeeded", "OnFailure"), ("Succeeded", "Never"), ("Failed", "Never"):
      return sandboxes.isEmpty ? [] : ["\(name) has ended and has a sandbox"]
    case ("Running", "Always"):
      if sandboxes.count != 1 { return ["\(name) has \(sandboxes.count) sandboxes"] }
      return pod.status.containerStatuses.compactMap { status in
        let record = inventory.containers.first { "podium://\($0.spec.id)" == status.containerID }
        guard status.ready == true, record?.isRunning == true else { return "\(name) is not ready" }
        return record?.spec.attempt == Int(status.restartCount ?? -1) ? nil : "\(name) counts other restarts"
      }
    default: return ["\(name) is \(PodSummary(pod).status)"]
    }
  }
}
