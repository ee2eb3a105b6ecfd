import ContainerRuntime
import SystemIO
import TestSupport
import Testing

@testable import LinuxRuntime

extension RealNodes {
  /// What groups are told, and what is read from them.
  @Suite(.needsNodes, .needsCgroups) struct CgroupTests {
    @Test func weighsClassesPodsAndContainersAsAKubeletDoes() async throws {
      try await TestNode.with { node in
        func share(_ group: String) throws -> String {
          try node.setting("cpu", group, legacy: "cpu.shares", unified: "cpu.weight")
        }
        // Shares of version 1, and the weight of version 2 that they come to.
        let isLegacy = node.hasLegacyCgroups
        func expected(_ shares: String, _ weight: String) -> String { isLegacy ? shares : weight }
        #expect(try share("besteffort") == expected("2", "1"))
        #expect(try share("burstable") == expected("2", "1"))
        var pods: [Sandbox] = []
        for millicores: Int64 in [250, 500] {
          pods.append(
            try await node.sandbox("pod-\(millicores)") { spec in
              spec.qosClass = .burstable
              spec.resources.cpuRequestMillicores = millicores
            })
        }
        #expect(try share("burstable") == expected("768", "30"))
        #expect(try share(SandboxPlan.cgroup(of: pods[0].spec)) == expected("256", "10"))
        let container = try await node.run(["sleep", "1000"], in: pods[1]) { $0.resources.cpuRequestMillicores = 100 }
        #expect(try share(ContainerPlan.cgroup(of: container.id, in: pods[1].spec)) == expected("102", "4"))
        try await node.runtime.removeSandbox(pods[1].spec.id)
        #expect(try share("burstable") == expected("256", "10"))
        let undemanding = try await node.sandbox("undemanding")
        #expect(SandboxPlan.cgroup(of: undemanding.spec) == "besteffort/poduid-undemanding")
        #expect(try share("besteffort/poduid-undemanding") == expected("2", "1"))
      }
    }

    /// A machine that swaps would make a container slow instead of ending it.
    @Test func countsSwappedMemoryToo() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let spec = try await node.run(["sleep", "1000"], in: sandbox) { $0.resources.memoryBytes = 32 << 20 }
        let group = ContainerPlan.cgroup(of: spec.id, in: sandbox.spec)
        let path = node.runtime.node.cgroups.file(
          "memory", group, node.hasLegacyCgroups ? "memory.memsw.limit_in_bytes" : "memory.swap.max")
        // A kernel that does not count it has no such file.
        guard let path, Files.exists(path) else { return }
        #expect(try Files.readText(path) == (node.hasLegacyCgroups ? "33554432\n" : "0\n"))
      }
    }

    @Test func countsWhatContainersPodsAndTheNodeUse() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let before = try await node.runtime.usageOfNode()
        let script = "dd if=/dev/zero of=/dev/shm/held bs=1M count=30 2> /dev/null; echo held; while :; do :; done"
        let spec = try await node.run(["sh", "-c", script], in: sandbox)
        try await Deadline.wait("the memory to be held") { try node.log(spec) == "held\n" }
        let container = try await node.runtime.usage(of: spec.id)
        let pod = try await node.runtime.usage(ofSandbox: sandbox.spec.id)
        let all = try await node.runtime.usageOfNode()
        #expect(container.memoryWorkingSetBytes > 30_000_000)
        // Read one after the other, while the kernel still counts what was read from a disk.
        #expect(pod.memoryWorkingSetBytes > container.memoryWorkingSetBytes - 2_000_000)
        #expect(all.memoryWorkingSetBytes > before.memoryWorkingSetBytes + 29_000_000)
        try await Deadline.wait("a tenth of a second of work") {
          let now = try await node.runtime.usage(of: spec.id)
          return now.cpuNanoseconds > 100_000_000 && now.measuredAt > container.measuredAt
        }
        #expect(try await node.runtime.usage(ofSandbox: sandbox.spec.id).cpuNanoseconds > 100_000_000)
        #expect(try await node.runtime.usageOfNode().cpuNanoseconds > 100_000_000)
        await #expect(throws: RuntimeError(.notFound, "sandbox none is not there")) {
          try await node.runtime.usage(ofSandbox: "none")
        }
      }
    }

    /// What lies on a disk as well can be read again: it is not the memory that a program needs.
    @Test func countsNoFileThatCouldBeReadAgain() async throws {
      try await TestNode.with { node in
        // On a file system in memory it is held there, whatever one thinks of it.
        if try await ProgramOutput.of("stat", ["-f", "-c", "%T", node.folder.path]).output == "tmpfs\n" { return }
        try Files.makeDirectories(node.folder.path("state/volume"), mode: 0o777)
        let script = """
          dd if=/dev/zero of=/volume/file bs=1M count=50 2> /dev/null; echo written; sleep 1000
          """
        let spec = try await node.run(["sh", "-c", script], in: node.sandbox()) {
          $0.mounts = [Mount(source: node.folder.path("state/volume"), target: "/volume")]
        }
        try await Deadline.wait("the file to be written") { try node.log(spec) == "written\n" }
        // The kernel takes its time to call them inactive.
        try await Deadline.wait("the file to count no more") {
          try await node.runtime.usage(of: spec.id).memoryWorkingSetBytes < 30_000_000
        }
      }
    }

    /// A container's own view of its group says nothing of where it lies.
    @Test func showsAContainerItsOwnGroupAndNoOther() async throws {
      try await TestNode.with { node in
        let script =
          "cut -d : -f 3 /proc/self/cgroup | sort -u; grep -c cgroup /proc/self/mountinfo > /dev/null && echo seen"
        let (log, _) = try await node.output(of: script, in: node.sandbox())
        #expect(log == "/\nseen\n")
      }
    }
  }
}

extension TestNode {
  var hasLegacyCgroups: Bool {
    if case .v1 = runtime.node.cgroups.hierarchy { true } else { false }
  }

  /// What a file of a group below the node's says, without the line end.
  func setting(_ controller: String, _ group: String, legacy: String, unified: String) throws -> String {
    let path = try #require(runtime.node.cgroups.file(controller, group, hasLegacyCgroups ? legacy : unified))
    return String(try Files.readText(path).dropLast())
  }
}
