internal import ContainerRuntime
internal import Glibc
internal import LinuxRuntime
internal import SystemIO

/// What a node makes of the machine, beside what others make of it, in one run.
struct RuntimeRows {
  private static let crowd = 100

  private var ready: [Duration] = []
  private var containers: [Duration] = []
  private var pods: [Duration] = []
  private var removals: [Duration] = []
  private var wholes: [Duration] = []
  private var execs: [Duration] = []
  private var crowds: [Duration] = []
  private var crowdKilobytes: [Double] = []
  private var crowdEnds: [Duration] = []

  static func measure(runs: Int) async throws {
    var template = Array("/tmp/podium-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp", on: "/tmp") }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? Files.removeTree(folder) }
    let root = try MeasuredRoot(in: folder)
    var rows = RuntimeRows()
    var peers = try Peers(in: folder, root: root)
    let rounds = 3
    // In turns, so that a noisy minute hits all of them.
    for _ in 0..<rounds {
      try await rows.measureNode(in: folder, root: root, runs: max(1, runs / rounds))
      peers.measureBare(runs: max(1, runs / rounds))
    }
    rows.printAll(bare: peers.bare, engine: peers.measureEngine(runs: runs, root: root))
  }

  private mutating func measureNode(in folder: String, root: MeasuredRoot, runs: Int) async throws {
    let clock = ContinuousClock()
    let begun = clock.now
    let node = try await MeasuredNode.launch(in: folder, root: root)
    ready.append(begun.duration(to: clock.now))
    do {
      for _ in 0..<runs { try await measureOnePod(node) }
      try await measureCrowd(node)
    } catch {
      await node.stop()
      throw error
    }
    crowdEnds.append(await clock.measure { await node.stop() })
  }

  private mutating func measureOnePod(_ node: MeasuredNode) async throws {
    let clock = ContinuousClock()
    let begun = clock.now
    let sandbox = try await node.sandbox("bench")
    _ = try await node.runToEnd(["/bin/true"], in: sandbox)
    let ended = clock.now
    pods.append(begun.duration(to: ended))
    try await node.runtime.removeSandbox(sandbox.spec.id)
    removals.append(ended.duration(to: clock.now))
    wholes.append(begun.duration(to: clock.now))

    let home = try await node.sandbox("home")
    containers.append(
      try await clock.measure {
        let container = try await node.runToEnd(["/bin/true"], in: home)
        try await node.runtime.removeContainer(container)
      })
    let server = try await node.start(["/bin/sleep", "1000"], in: home)
    execs.append(try await clock.measure { try await node.exec(["/bin/true"], in: server) })
    try await node.runtime.removeSandbox(home.spec.id)
  }

  /// A hundred pods at once, as when a machine with that many comes back; they are still there when the node ends.
  private mutating func measureCrowd(_ node: MeasuredNode) async throws {
    let before = try node.ownKilobytes()
    let clock = ContinuousClock()
    crowds.append(
      try await clock.measure {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<Self.crowd {
            group.addTask {
              let sandbox = try await node.sandbox("crowd-\(number)")
              _ = try await node.start(["/bin/sleep", "1000"], in: sandbox)
            }
          }
          try await group.waitForAll()
        }
      })
    crowdKilobytes.append((try node.ownKilobytes() - before) / Double(Self.crowd))
  }

  private func printAll(
    bare: [(peer: Peer, times: [Duration])], engine: (run: [Duration], exec: [Duration])
  ) {
    let crun = bare.first { $0.peer.name == "crun run" }?.times.median
    Row.print("runtime: node ready for pods", ready, .atMost(100))
    Row.print("runtime: container, created to ended", containers)
    Row.print("runtime: whole pod, created to ended", pods, crun.map { .atMost($0.inMilliseconds) })
    Row.print("runtime: whole pod, removed", removals)
    Row.print("runtime: whole pod, all of it", wholes)
    for (peer, times) in bare { Row.print("peer: \(peer.name)", times) }
    Row.print("peer: podman run, no network", engine.run)
    Row.print("runtime: exec with terminal", execs, engine.exec.median.map { .atMost($0.inMilliseconds / 50) })
    Row.print("peer: podman exec", engine.exec)
    Row.print("runtime: \(Self.crowd) pods up", crowds, .atMost(1_000))
    Row.print("runtime: own memory per idle pod", "kB", crowdKilobytes, .atMost(300))
    Row.print("runtime: node with \(Self.crowd) pods ended", crowdEnds)
  }
}

extension [Duration] {
  /// Nil when nothing was measured.
  var median: Duration? { isEmpty ? nil : sorted()[count / 2] }
}
