import ContainerRuntime
import Glibc
import SystemIO
import TestSupport
import Testing

@testable import LinuxRuntime

extension RealNodes {
  /// What containers find around them, and what they find locked or hidden.
  @Suite(.needsNodes) struct SurroundingsTests {
    @Test func systemDirectoriesAreMountedAsInEveryContainer() async throws {
      try await TestNode.with { node in
        let (log, _) = try await node.output(
          of: """
            while read -r source place type options rest; do case $place in
            /proc|/sys|/dev|/dev/pts|/dev/mqueue|/dev/shm|/proc/sys|/proc/bus|/sys/fs/cgroup)
            case $options in *noexec*) noexec=noexec;; *) noexec=exec;; esac
            echo "$place $type ${options%%,*} $noexec";; esac; done < /proc/mounts
            grep -o '/dev/shm .*size=[0-9]*k' /proc/mounts | grep -o 'size.*'
            ls /dev | tr '\\n' ' '
            """, in: try await node.sandbox())
        var lines = log.split(separator: "\n").map(String.init)
        lines.removeAll { $0.hasPrefix("/sys/fs/cgroup") }
        #expect(
          lines.joined(separator: "\n") == """
            /dev/shm tmpfs rw noexec
            /proc proc rw noexec
            /sys sysfs ro noexec
            /dev tmpfs rw exec
            /dev/pts devpts rw noexec
            /dev/mqueue mqueue rw noexec
            /proc/bus proc ro noexec
            /proc/sys proc ro noexec
            size=65536k
            fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero\u{20}
            """)
      }
    }

    @Test func theKernelsSecretsAreHiddenAndItsSettingsLocked() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let script = """
          for f in kcore keys latency_stats timer_list sched_debug; do
            test -e /proc/$f && head -c 1 /proc/$f | wc -c
          done | grep -v '^0$'
          for d in /proc/acpi /proc/scsi /sys/firmware /sys/devices/virtual/powercap; do
            test -d $d && ls -A $d
          done
          echo x > /proc/sys/kernel/domainname; echo h > /proc/sysrq-trigger
          echo 1 > /sys/kernel/profiling; mkdir /sys/fs/cgroup/mine
          echo end
          """
        let (log, _) = try await node.output(of: "{ \(script); } 2>&1", in: sandbox)
        let lines = log.split(separator: "\n")
        #expect(lines.last == "end")
        #expect(lines.dropLast().count == 4, "\(log)")
        #expect(
          lines.dropLast().allSatisfy {
            $0.hasSuffix("Read-only file system") || $0.hasSuffix("Permission denied")
              || $0.hasSuffix("nonexistent directory") || $0.hasSuffix("No such file or directory")
          }, "\(log)")
      }
    }

    @Test func sharedMemoryEndsAtItsSizeAndWithItsPod() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let (log, _) = try await node.output(
          of: "dd if=/dev/zero of=/dev/shm/large bs=1M count=70 2>&1 | grep -o 'No space left.*'", in: sandbox)
        #expect(log == "No space left on device\n")
        let mounts = "/proc/\(node.bundle.initPID)/mountinfo"
        #expect(try Files.readText(mounts).contains(SandboxPlan.sharedMemory(sandbox.spec.id)))
        try await node.runtime.removeSandbox(sandbox.spec.id)
        #expect(try !Files.readText(mounts).contains(SandboxPlan.sharedMemory(sandbox.spec.id)))
      }
    }

    @Test func aReadOnlyMountIsSoAtItsTopOrAllTheWayDown() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        try await node.runtime.mountMemory(at: "/var/lib/outer", size: 1 << 20)
        try await node.runtime.mountMemory(at: "/var/lib/outer/inner", size: 1 << 20)
        let (log, _) = try await node.output(
          of: "for d in top all; do touch /$d/x; touch /$d/inner/x && echo $d; done 2>&1", in: sandbox
        ) { spec in
          spec.mounts = [
            Mount(source: "/var/lib/outer", target: "/top", isReadOnly: true),
            Mount(source: "/var/lib/outer", target: "/all", isReadOnly: true, isRecursivelyReadOnly: true),
          ]
        }
        #expect(
          log == """
            touch: /top/x: Read-only file system
            top
            touch: /all/x: Read-only file system
            touch: /all/inner/x: Read-only file system

            """)
      }
    }

    @Test func capabilitiesAreAddedBeforeTheyAreDropped() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let script = "grep CapBnd /proc/self/status"
        for (added, dropped, set) in [
          ([], ["ALL"], "0000000000000000"), (["NET_ADMIN"], ["ALL"], "0000000000001000"),
          // Rights over the machine are not to be had from a node of root's.
          (["ALL"], ["SYS_ADMIN", "SYS_RESOURCE"], isRoot ? "00000100be8cfdfb" : "000001fffedfffff"),
          (["CAP_NET_ADMIN"], ["net_admin"], "00000000a80425fb"),
        ] {
          let (log, _) = try await node.output(of: script, in: sandbox) { spec in
            spec.security.addedCapabilities = added
            spec.security.droppedCapabilities = dropped
          }
          #expect(log == "CapBnd:\t\(set)\n", "\(added) \(dropped)")
        }
      }
    }

    @Test func aPodMayLiveInTheNodesOwnNamespaces() async throws {
      try await TestNode.with { node in
        let inside = try await node.sandbox("own") { $0.hostname = "own" }
        let outside = try await node.sandbox("shared") { spec in
          spec.hostname = "unused"
          spec.network = .node
          spec.processes = .node
          spec.ipc = .node
        }
        let script = "for n in net uts ipc pid; do readlink /proc/self/ns/$n; done"
        let own = try await node.output(of: script, in: inside).log.split(separator: "\n")
        let shared = try await node.output(of: script, in: outside).log.split(separator: "\n")
        let ofTheNode = try ["net", "uts", "ipc", "pid"].map {
          try Files.linkTarget("/proc/\(node.bundle.initPID)/ns/\($0)")
        }
        #expect(shared.prefix(4).map(String.init) == ofTheNode)
        #expect(zip(own, shared).prefix(4).allSatisfy { $0 != $1 }, "\(own)")
        #expect(try await node.output(of: "hostname; ps | grep -c '[/]pause'", in: outside).log == "podium\n2\n")
        // The machine around the node stays out of sight.
        let host = try ["net", "pid"].map { try Files.linkTarget("/proc/self/ns/\($0)") }
        #expect(host.allSatisfy { !ofTheNode.contains($0) })
      }
    }

    @Test func kernelSettingsOfThePodAreItsOwn() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox {
          $0.sysctls = ["net.ipv4.ip_local_port_range": "32768 40000", "kernel.shm_rmid_forced": "1"]
        }
        let script = "cat /proc/sys/net/ipv4/ip_local_port_range /proc/sys/kernel/shm_rmid_forced"
        #expect(try await node.output(of: script, in: sandbox).log == "32768\t40000\n1\n")
        let other = try await node.output(of: script, in: try await node.sandbox("other")).log
        #expect(other != "32768\t40000\n1\n")
        await #expect {
          try await node.sandbox("wrong") { $0.sysctls = ["net.ipv4.tcp_syncookies": "many"] }
        } throws: { error in
          (error as? RuntimeError)?.message.hasSuffix(
            "write many to /proc/sys/net/ipv4/tcp_syncookies: Invalid argument") == true
        }
      }
    }

    @Test func aPrivilegedContainerMayDoWhatItsNodeMay() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let script = """
          mount -t tmpfs x /tmp && echo mounted; hostname other && hostname; echo 0 > /proc/sys/net/ipv4/ip_forward
          cat /proc/sys/net/ipv4/ip_forward; mknod /tmp/null c 1 3 && echo made
          """
        let (log, _) = try await node.output(of: script, in: sandbox) { $0.security.isPrivileged = true }
        // Devices belong to the machine.
        #expect(log == "mounted\nother\n0\n" + (isRoot ? "made\n" : "mknod: /tmp/null: Operation not permitted\n"))
        let (refused, _) = try await node.output(of: "\(script) 2>&1", in: sandbox)
        #expect(!refused.contains("mounted"))
      }
    }
  }
}
