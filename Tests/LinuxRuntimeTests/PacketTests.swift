import Glibc
import LinuxRuntime
import SystemIO
import TestSupport
import Testing

extension RealNodes {
  /// What goes from node to node; the test itself is the other nodes.
  @Suite(.needsNodes) struct PacketTests {
    @Test func pingsGoThereAndBack() async throws {
      try await withPod { _, mailboxes, pod in
        let neighbour = try mailboxes.open(9)
        #expect(try await neighbour.ping(pod, from: [10, 244, 9, 2]))
        // To the node itself, and what no program waits for is answered as well.
        #expect(try await neighbour.ping([10, 244, 7, 1], from: [10, 244, 9, 2]))
        let refusal = try await neighbour.answer(to: Packet.datagram(to: pod, from: [10, 244, 9, 2], size: 1400))
        #expect(refusal?[Packet.protocolField] == 1, "a message that the port is closed")
      }
    }

    @Test func nobodySpeaksForAnother() async throws {
      try await withPod { _, mailboxes, pod in
        let neighbour = try mailboxes.open(9)
        let other = try mailboxes.open(10)
        // Of a pod here, from another network, to another node by way of this one.
        #expect(try await !neighbour.ping(pod, from: [10, 244, 7, 9]))
        #expect(try await !neighbour.ping(pod, from: [192, 168, 9, 2]))
        #expect(try await !neighbour.ping([10, 244, 10, 2], from: [10, 244, 9, 2]))
        #expect(other.receive() == nil)
        #expect(try await neighbour.ping(pod, from: [10, 244, 9, 2]))
      }
    }

    @Test func garbageIsDropped() async throws {
      try await withPod { _, mailboxes, pod in
        let neighbour = try mailboxes.open(9)
        var random = SeededRandom(seed: 7)
        let ping = Packet.echo(to: pod, from: [10, 244, 9, 2])
        for size in [0, 1, 9, 10, 24, 43, 44, 70_000, 120_000] {
          neighbour.send((0..<size).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        for _ in 0..<300 {
          neighbour.send(Fuzz.mutate(ping, &random))
          neighbour.send(Array(ping.prefix(Int.random(in: 0..<ping.count, using: &random))))
        }
        #expect(try await neighbour.ping(pod, from: [10, 244, 9, 2]))
      }
    }

    @Test func aNodeThatHangsHoldsUpNoOther() async throws {
      try await withPod { node, mailboxes, pod in
        let sandbox = try #require(try await node.runtime.inventory().sandboxes.first)
        let neighbour = try mailboxes.open(9)
        // This one never reads, and 11 is not there at all.
        let hanging = try mailboxes.open(10)
        let flood = [
          "sh", "-c", "for n in 10 11; do ping -q -c 300 -i 0.001 -W 1 -s 1400 10.244.$n.2; done; sleep 100",
        ]
        try await node.run(flood, in: sandbox)
        try await Deadline.wait("a full mailbox") { hanging.waiting >= 10 }
        let start = ContinuousClock.now
        for _ in 0..<20 { #expect(try await neighbour.ping(pod, from: [10, 244, 9, 2])) }
        #expect(.now - start < .seconds(2))
      }
    }

    @Test func carriersThatDieLoseNothing() async throws {
      try await withPod { node, mailboxes, pod in
        let carriers = carriers(of: node)
        #expect(carriers.count == 2)
        for carrier in carriers {
          #expect(ProcessTable.descriptors(of: carrier.pid).count == 5, "the standard ones, link and mailbox")
        }
        let neighbour = try mailboxes.open(9)
        #expect(try await neighbour.ping(pod, from: [10, 244, 9, 2]))
        for carrier in carriers { kill(carrier.pid, SIGKILL) }
        try await Deadline.wait("their end") { !carriers.contains(where: \.isAlive) }
        // What is sent now waits for the next ones.
        #expect(try await neighbour.ping(pod, from: [10, 244, 9, 2]))
      }
    }

    private func carriers(of node: TestNode) -> [ProcessTable.Identity] {
      ProcessTable.children(of: node.bundle.initPID).compactMap(ProcessTable.identity).filter {
        $0.command.hasPrefix("podium-packets")
      }
    }

    /// The node is number 7; the pod's address is its first.
    private func withPod(_ body: @Sendable (TestNode, Mailboxes, [UInt8]) async throws -> Void) async throws {
      try await TestNode.with {
        $0.packetFolder = $0.stateDirectory
      } _: { node in
        let sandbox = try await node.sandbox()
        #expect(sandbox.addresses == ["10.244.7.2"])
        try await body(node, Mailboxes(folder: node.spec.stateDirectory), [10, 244, 7, 2])
      }
    }
  }
}

private struct Mailboxes {
  let folder: String

  func open(_ number: UInt8) throws -> Mailbox { try Mailbox(folder, number) }
}

/// Where a node gets its packets: a socket with a name.
private final class Mailbox: Sendable {
  private let folder: String
  private let socket: Int32

  init(_ folder: String, _ number: UInt8) throws {
    self.folder = folder
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    let result = Self.withAddress("\(folder)/packets-\(number).sock") { bind(socket, $0, $1) }
    try #require(result == 0)
  }

  deinit { close(socket) }

  /// How many bytes have come and were not read.
  var waiting: Int {
    var count: Int32 = 0
    _ = ioctl(socket, UInt(FIONREAD), &count)
    return Int(count)
  }

  /// Node 7 gets it if it can.
  func send(_ frame: [UInt8]) {
    Self.withAddress(folder + "/packets-7.sock") { address, size in
      var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      for _ in 0..<100 {
        if sendto(socket, frame, frame.count, 0, address, size) >= 0 || errno != EAGAIN { return }
        poll(&entry, 1, 1)
        usleep(1000)
      }
    }
  }

  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 70_000)
    let size = recv(socket, &buffer, buffer.count, 0)
    return size < 0 ? nil : Array(buffer.prefix(size))
  }

  func answer(to frame: [UInt8]) async throws -> [UInt8]? {
    while receive() != nil {}
    send(frame)
    var answer: [UInt8]?
    try? await Deadline.wait("an answer", within: .milliseconds(400)) {
      answer = receive()
      return answer != nil
    }
    return answer
  }

  /// Whether an echo came back to where it was asked for.
  func ping(_ pod: [UInt8], from source: [UInt8]) async throws -> Bool {
    guard let answer = try await answer(to: Packet.echo(to: pod, from: source)) else { return false }
    let addresses = Packet.addresses(of: answer)
    return answer[Packet.protocolField] == 1 && addresses.source == pod && addresses.destination == source
  }

  @discardableResult
  private static func withAddress<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}

/// Frames as they lie in mailboxes: ten bytes about offloads, an Ethernet header, a packet of IPv4.
private enum Packet {
  static let protocolField = 24 + 9

  static func echo(to destination: [UInt8], from source: [UInt8]) -> [UInt8] {
    var message: [UInt8] = [8, 0, 0, 0, 0, 1, 0, 1] + Array(repeating: 0x70, count: 32)
    insertChecksum(&message, at: 2)
    return frame(1, to: destination, from: source, message)
  }

  /// To a port where nobody listens; without a checksum, as UDP allows.
  static func datagram(to destination: [UInt8], from source: [UInt8], size: Int) -> [UInt8] {
    let length = 8 + size
    let header: [UInt8] = [0x30, 0x39, 0x1F, 0x90, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0]
    return frame(17, to: destination, from: source, header + Array(repeating: 0x75, count: size))
  }

  static func addresses(of frame: [UInt8]) -> (source: [UInt8], destination: [UInt8]) {
    (Array(frame[36..<40]), Array(frame[40..<44]))
  }

  private static func frame(
    _ kind: UInt8, to destination: [UInt8], from source: [UInt8], _ content: [UInt8]
  ) -> [UInt8] {
    let length = 20 + content.count
    var header: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 1, 0, 0, 64, kind, 0, 0]
    header += source + destination
    insertChecksum(&header, at: 10)
    let uplink: [UInt8] = [0x02, 0, 0, 0, 0xF4, 0x0A]
    return Array(repeating: 0, count: 10) + uplink + uplink + [8, 0] + header + content
  }

  private static func insertChecksum(_ bytes: inout [UInt8], at offset: Int) {
    var sum = 0
    for index in stride(from: 0, to: bytes.count, by: 2) { sum += Int(bytes[index]) << 8 | Int(bytes[index + 1]) }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    (bytes[offset], bytes[offset + 1]) = (UInt8(~sum >> 8 & 0xFF), UInt8(~sum & 0xFF))
  }
}
