import CNodeInit
import ContainerRuntime
import Glibc
import SystemIO
import TestSupport
import Testing

@testable import LinuxRuntime

extension RealNodes {
  /// Pid 1 of a node by itself: what it believes, and what it gives to those that it starts.
  @Suite(.needsNodes) struct NodeInitTests {
    @Test func noMessageOfAKubeletHarmsIt() async throws {
      try await TemporaryFolder.with { folder in
        var spec = try TestNode.spec(cluster: String(folder.path.dropFirst("/tmp/".count)), folder)
        spec.unclaimedSeconds = 60
        let image = try TestImage.make(in: folder)
        let bundle = try await NodeBundle.launch(spec)
        let launched = spec
        do {
          let kubelet = HostileKubelet(socket: try await bundle.takeControl())
          await Fuzz.run(rounds: 2000) { random in
            if try !kubelet.speak(&random) { kubelet.socket = try await bundle.takeControl() }
          }
          close(kubelet.socket)
          #expect(ProcessTable.isAlive(bundle.initPID))
          // An honest one finds a node that works.
          let runtime = try await NodeRuntime.open(
            control: bundle.takeControl(), nodeDirectory: launched.runtimeDirectory + "/podium", images: image)
          let node = TestNode(bundle: bundle, runtime: runtime, folder: folder, spec: launched, image: image)
          try await TestNode.whileRunning(runtime) {
            let log = try await node.output(of: "echo well", in: node.sandbox()).log
            #expect(log == "well\n")
          }
        } catch {
          await bundle.stop()
          throw error
        }
        await bundle.stop()
      }
    }

    @Test func nodeInitDoesNothingToItself() async throws {
      try await TestNode.with { node in
        var plan = Plan()
        plan.parent = [.setUser(1)]
        let control = node.runtime.connection
        await #expect(throws: InitError.step(0, errno: EINVAL)) { try await control.perform(plan) }
        plan.parent = [.removeTree("/nowhere/at/all"), .makeDirectories("/proc/none")]
        await #expect(throws: InitError.step(1, errno: ENOENT)) { try await control.perform(plan) }
      }
    }

    @Test func containersInheritNothingButTheirStreams() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        #expect(try await node.output(of: "ls /proc/1/fd; :", in: sandbox).log == "0\n1\n2\n")
        let running = try await node.run(["sleep", "1000"], in: sandbox)
        let exec = try await node.exec(["sh", "-c", "ls /proc/$$/fd; :"], in: running.id)
        #expect(exec.output == "0\n1\n2\n")
        var streams = AttachSpec()
        streams.terminal = true
        let session = try await node.runtime.exec(
          ExecSpec(containerID: running.id, command: ["sh", "-c", "ls -1 /proc/$$/fd; :"], streams: streams))
        #expect(try await TestNode.readAll { try await session.readOutput() } == "0\r\n1\r\n2\r\n")
        // The pause process has none at all, and pid 1 keeps to itself what it has for pods that are gone.
        let before = ProcessTable.descriptors(of: node.bundle.initPID).count
        for number in 0..<5 {
          let other = try await node.sandbox("pod\(number)")
          _ = try await node.output(of: "true", in: other)
          try await node.runtime.removeSandbox(other.spec.id)
        }
        try await Deadline.wait("as few descriptors as before") {
          ProcessTable.descriptors(of: node.bundle.initPID).count <= before
        }
      }
    }
  }
}

/// Says to node init what no kubelet should.
private final class HostileKubelet {
  var socket: Int32

  init(socket: Int32) { self.socket = socket }

  /// False when node init has had enough: the socket is closed.
  func speak(_ random: inout SeededRandom) throws -> Bool {
    var attached: [Int32] = []
    let message: [UInt8]
    switch Int.random(in: 0..<10, using: &random) {
    case 0: message = Self.noise(Int.random(in: 0...300, using: &random), &random)
    case 1: message = Self.noise([1, 4096, 60_000].randomElement(using: &random)!, &random)
    case 2:
      message = request(Int.random(in: 0...20, using: &random), &random)
      var ends: [Int32] = [-1, -1]
      pipe(&ends)
      attached = ends + [open("/", O_RDONLY), open("/dev/null", O_RDWR)]
    default:
      message = request(Int.random(in: 1...2, using: &random), &random)
      let plan = try Self.plan(&random)
      attached = [cnode_memory_file("plan", plan, plan.count)]
    }
    let sent = cnode_send(socket, message, message.count, attached, Int32(attached.count))
    for descriptor in attached { close(descriptor) }
    if sent < 0 || !hearAll() {
      close(socket)
      return false
    }
    return true
  }

  /// Everything but the request that ends the node. Names repeat, so that processes are forgotten, too.
  private func request(_ verb: Int, _ random: inout SeededRandom) -> [UInt8] {
    var request = cnode_request()
    request.verb = UInt32(verb == Int(CNODE_END.rawValue) ? 99 : verb)
    request.id = UInt32.random(in: 0...UInt32.max, using: &random)
    request.number = [0, 9, 15, 2, -1, 64, 100_000].randomElement(using: &random)!
    withUnsafeMutableBytes(of: &request.name) { name in
      for index in name.indices.prefix(2) { name[index] = UInt8.random(in: 97...99, using: &random) }
      if Int.random(in: 0..<10, using: &random) == 0 { for index in name.indices { name[index] = 0xFF } }
    }
    var bytes = withUnsafeBytes(of: request) { Array($0) }
    if Int.random(in: 0..<20, using: &random) == 0 { bytes.removeLast(Int.random(in: 1...20, using: &random)) }
    return bytes
  }

  /// A plan that does no harm, damaged: no text in it names a place that is there.
  private static func plan(_ random: inout SeededRandom) throws -> [UInt8] {
    var plan = Plan()
    plan.namespaces = [.mount, .network, .ipc, .hostName, .process]
    plan.streams = [.none, .terminal, .pipes(input: true, output: true, errors: true)].randomElement(using: &random)!
    plan.keepsStreams = Bool.random(using: &random)
    var messages = RoutingMessages()
    messages.bringUp(index: RoutingMessages.loopbackIndex)
    let steps: [Step] = [
      .changeDirectory("nowhere"), .takeMount("nowhere", slot: 3), .placeMount(slot: 3, "nowhere"),
      .setGroups([1, 2, 3]), .configureNetwork("network", messages: messages.bytes), .setHostName("nowhere"),
      .join("aa", [.network]), .newSession,
      .execute(candidates: ["nowhere"], arguments: ["a", "b"], environment: ["C"]),
      .mount("nowhere", on: "nowhere", type: "tmpfs"), .pause,
    ]
    plan.child = steps.shuffled(using: &random).map { .tolerate(Int32.random(in: 1...40, using: &random), $0) }
    if Int.random(in: 0..<4, using: &random) == 0 { plan.parent = [steps[4]] }
    if Int.random(in: 0..<8, using: &random) == 0 { plan.processNamespaceOf = "bb" }
    var bytes = try plan.encoded()
    switch Int.random(in: 0..<6, using: &random) {
    case 0: break
    case 1: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
    case 2: return noise(Int.random(in: 0...3000, using: &random), &random)
    default:
      // Numbers that are too large, a word at a time.
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let word = [0, 1, 0xFF, 0x7FFF_FFFF, 0xFFFF_FFFF, UInt32(bytes.count), UInt32(bytes.count) - 1]
          .randomElement(using: &random)!
        let place = Int.random(in: 0..<(bytes.count / 4), using: &random) * 4
        withUnsafeBytes(of: word) { bytes.replaceSubrange(place..<(place + 4), with: $0) }
      }
    }
    return bytes
  }

  private static func noise(_ count: Int, _ random: inout SeededRandom) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  /// Reads what has been answered; false when the other end is closed.
  private func hearAll() -> Bool {
    while true {
      var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      if poll(&entry, 1, 0) <= 0 { return true }
      var message = cnode_message()
      var descriptors: [Int32] = [-1, -1, -1]
      var count: Int32 = 3
      let size = cnode_receive(socket, &message, MemoryLayout<cnode_message>.size, &descriptors, &count)
      for descriptor in descriptors.prefix(Int(count)) { close(descriptor) }
      if size <= 0 { return false }
    }
  }
}
