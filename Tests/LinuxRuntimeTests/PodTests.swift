import ContainerRuntime
import LinuxRuntime
import SystemIO
import TestSupport
import Testing

extension RealNodes {
  @Suite(.needsNodes) struct PodTests {
    @Test func livesFromStartToRemoval() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        #expect(sandbox.addresses == ["10.244.7.2"])
        let spec = try await node.run(["sh", "-c", "echo hello; echo oops >&2; sleep 1000"], in: sandbox)
        let (output, _, code) = try await node.exec(["sh", "-c", "hostname; exit 3"], in: spec.id)
        #expect(output == "web\n")
        #expect(code == 3)
        try await Deadline.wait("its words") { try node.log(spec).split(separator: "\n").count == 2 }
        try await node.runtime.signalContainer(spec.id, 9)
        let status = try await node.end(of: spec.id)
        #expect(status.code == 137)
        #expect(status.signal == 9)
        #expect(!status.wasOutOfMemory)
        #expect(try node.log(spec).split(separator: "\n").sorted() == ["hello", "oops"])
        try await node.runtime.removeContainer(spec.id)
        try await node.runtime.removeSandbox(sandbox.spec.id)
        #expect(try await node.runtime.inventory() == Inventory())
      }
    }

    @Test func hasItsOwnNamespacesAndSurroundings() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let (log, status) = try await node.output(
          of: """
            hostname; ip -o -4 address show eth0 | grep -o '10[.].*/24'; ip route | grep -o 'default.*eth0'
            id -u; env | grep -c -E '^(PATH|HOSTNAME|HOME)='; echo $$; pwd
            echo x > /dev/null && echo null works
            echo y 2> /dev/null > /proc/sys/kernel/hostname || echo proc/sys is read-only
            touch /sys/x 2> /dev/null || echo sys is read-only
            touch /dev/shm/here /new && ls /new
            """, in: sandbox)
        #expect(
          log == """
            web
            10.244.7.2/24
            default via 10.244.7.1 dev eth0
            0
            3
            1
            /
            null works
            proc/sys is read-only
            sys is read-only
            /new

            """)
        #expect(status.code == 0)
      }
    }

    @Test func takesItsLinkAlong() async throws {
      try await TestNode.with { node in
        let onlooker = try await node.sandbox("onlooker") { $0.network = .node }
        let spec = try await node.run(["sleep", "1000"], in: onlooker)
        func links() async throws -> Int {
          let (output, _, _) = try await node.exec(["ls", "/sys/class/net"], in: spec.id)
          return output.split(whereSeparator: \.isWhitespace).count { $0.hasPrefix("veth") }
        }
        for number in 1...3 {
          let sandbox = try await node.sandbox("pod-\(number)")
          #expect(try await links() > 0)
          try await node.runtime.removeSandbox(sandbox.spec.id)
        }
        try await Deadline.wait("the end of the last link") { try await links() == 0 }
      }
    }
  }
}
