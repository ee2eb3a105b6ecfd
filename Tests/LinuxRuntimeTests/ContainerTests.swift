import ContainerRuntime
import SystemIO
import TestSupport
import Testing

@testable import LinuxRuntime

extension RealNodes {
  /// What containers get, and the errors of those that get nothing.
  @Suite(.needsNodes) struct ContainerTests {
    private static let prefix =
      "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
      + "unable to start container process: "

    @Test func namesTheProgramThatCannotBeExecuted() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        for (program, reason) in [
          ("nosuchcommand", #"exec: "nosuchcommand": executable file not found in $PATH: unknown"#),
          ("/no/such", #"exec: "/no/such": stat /no/such: no such file or directory: unknown"#),
          ("/etc/passwd", #"exec: "/etc/passwd": permission denied: unknown"#),
          ("/etc", #"exec: "/etc": is a directory: unknown"#),
        ] {
          await #expect(throws: RuntimeError(.startFailed, Self.prefix + reason)) {
            try await node.run([program], in: sandbox)
          }
        }
      }
    }

    @Test func endsWith255WhenTheFileIsNoProgram() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let spec = try await node.run(["/bin/broken"], in: sandbox)
        #expect(try await node.end(of: spec.id).code == 255)
        #expect(try node.log(spec) == "exec /bin/broken: exec format error\n")
      }
    }

    @Test func namesTheStepThatFailed() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        try node.folder.write("", to: "state/file")
        let (file, folder) = (node.folder.path("state/file"), node.folder.path("state"))
        for (source, target, cause) in [
          ("/no/such/place", "/data", "no such file or directory"), (folder, "/etc/passwd", "not a directory"),
          (file, "/tmp", "not a directory"), (folder, "/etc/passwd/inner", "not a directory"),
        ] {
          let reason =
            "error during container init: error mounting \"\(source)\" to rootfs at \"\(target)\": mount src=\(source), "
            + "dst=\(target), flags=MS_BIND|MS_REC: \(cause): unknown"
          await #expect(throws: RuntimeError(.startFailed, Self.prefix + reason)) {
            try await node.run(["true"], in: sandbox) { $0.mounts = [Mount(source: source, target: target)] }
          }
        }
        // The failed attempt is out of the way: the same sandbox takes the next container.
        #expect(try await node.output(of: "echo fine", in: sandbox).log == "fine\n")
      }
    }

    @Test func refusesWhatTheImageDoesNotKnow() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let unknownImage = RuntimeError(.imageNotFound, "image \"sha256:none\" is not here")
        await #expect(throws: unknownImage) {
          try await node.run(["true"], in: sandbox) { $0.imageID = "sha256:none" }
        }
        await #expect(throws: RuntimeError(.notFound, "sandbox none is not there")) {
          try await node.run(["true"], in: sandbox) { $0.sandboxID = "none" }
        }
      }
    }

    @Test func mountsWhatItIsGivenAndFollowsNoLinkOutOfItself() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        try node.folder.write("from the node\n", to: "state/volume/file")
        try node.folder.write("", to: "state/message")
        let volume = node.folder.path("state/volume")
        let (log, status) = try await node.output(
          of: """
            cat /data/file /one/file
            echo new > /data/new && echo written
            echo no 2> /dev/null > /read/only/x || echo read-only
            readlink /escape; ls /escape /outside; cat /landing/deep/file
            printf 'the end' > /dev/termination-log
            cat /etc/hosts
            """, in: sandbox
        ) { spec in
          spec.mounts = [
            Mount(source: volume, target: "/read/only", isReadOnly: true), Mount(source: volume, target: "/data"),
            Mount(source: volume + "/file", target: "/one/file"),
            // In the image, /escape is a link to /outside, and /etc/up one to ../landing.
            Mount(source: volume, target: "/escape"), Mount(source: volume, target: "/etc/up/deep"),
          ]
          spec.files = ["/etc/hosts": "# Kubernetes-managed hosts file.\n"]
          spec.terminationMessageFile = node.folder.path("state/message")
          spec.terminationMessagePath = "/dev/termination-log"
        }
        #expect(
          log == """
            from the node
            from the node
            written
            read-only
            /outside
            /escape:
            file
            new

            /outside:
            file
            new
            from the node
            # Kubernetes-managed hosts file.

            """)
        #expect(status.code == 0)
        #expect(try node.folder.read("state/volume/new") == "new\n")
        #expect(try node.folder.read("state/message") == "the end")
        #expect(!Files.exists("/outside"))
      }
    }

    @Test func seesOnePartOfAVolumeAndFollowsNoLinkOutOfIt() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let volume = node.folder.path("state/volume")
        try node.folder.write("secret\n", to: "state/outside/file")
        try Files.makeDirectories(volume, mode: 0o755)
        // A container before it prepares the trap.
        _ = try await node.output(
          of: """
            cd /data; mkdir -p part/deep; echo inside > part/deep/file
            ln -s part/deep good; ln -s ../outside up; ln -s \(node.folder.path("state/outside")) far; ln -s / root
            ln -s ../../outside part/up; ln -s /proc/self/root magic
            """, in: sandbox
        ) { $0.mounts = [Mount(source: volume, target: "/data")] }
        for part in ["part/deep", "good", "part/../good"] {
          let (log, _) = try await node.output(of: "cat /place/file; ls /place", in: sandbox) {
            $0.mounts = [Mount(source: volume, part: part, target: "/place")]
          }
          #expect(log == "inside\nfile\n", "\(part)")
        }
        for part in ["up", "far", "root", "part/up", "up/file", "..", "../outside", "magic", "root/etc"] {
          let reason = "error during container init: take \(part) in \(volume): invalid cross-device link: unknown"
          await #expect(throws: RuntimeError(.startFailed, Self.prefix + reason)) {
            try await node.run(["true"], in: sandbox) {
              $0.mounts = [Mount(source: volume, part: part, target: "/place")]
            }
          }
        }
      }
    }

    @Test(.needsManyUsers) func becomesTheUserThatItsPodOrImageNames() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let script = "id; echo $HOME; touch /tmp/mine && ls -l /tmp/mine | head -c 10; echo; echo out > /dev/stdout"
        let (log, _) = try await node.output(of: script, in: sandbox) { spec in
          spec.user.user = 1000
          spec.user.group = 3000
          spec.user.supplementaryGroups = [4000]
        }
        #expect(
          log == """
            uid=1000(guest) gid=3000 groups=2000(extra),3000,4000
            /home/guest
            -rw-r--r--
            out

            """)
        let (strict, _) = try await node.output(of: "id -G", in: sandbox) { spec in
          spec.user.user = 1000
          spec.user.supplementaryGroups = [4000]
          spec.user.hasNoGroupsOfTheImage = true
        }
        #expect(strict == "1000 4000\n")
      }
    }

    @Test func hasOnlyTheCapabilitiesOfAContainer() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let script = "grep -E 'Cap(Eff|Bnd)|NoNewPrivs' /proc/self/status"
        #expect(
          try await node.output(of: script, in: sandbox).log
            == "CapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\n")
        let (restricted, _) = try await node.output(of: script, in: sandbox) { spec in
          spec.security.droppedCapabilities = ["ALL"]
          spec.security.addedCapabilities = ["NET_BIND_SERVICE"]
          spec.security.allowsPrivilegeEscalation = false
        }
        #expect(restricted == "CapEff:\t0000000000000400\nCapBnd:\t0000000000000400\nNoNewPrivs:\t1\n")
        // As everybody has seen it who tried the manifest that Kubernetes' own pages show.
        let (documented, _) = try await node.output(of: script, in: sandbox) { spec in
          spec.security.addedCapabilities = ["NET_ADMIN", "SYS_TIME"]
        }
        #expect(documented == "CapEff:\t00000000aa0435fb\nCapBnd:\t00000000aa0435fb\nNoNewPrivs:\t0\n")
        let (attempts, _) = try await node.output(
          of: """
            for dir in / /dev /dev/shm /data /tmp; do
              mknod $dir/kmsg c 1 11 && cat $dir/kmsg | head -c 1 | wc -c
            done 2>&1 | grep -v 0
            hostname x; mount -t tmpfs x /tmp; umount /proc
            """, in: sandbox
        ) { $0.mounts = [Mount(source: node.folder.path("state"), target: "/data")] }
        #expect(
          attempts.split(separator: "\n").allSatisfy { line in
            line.contains(" denied") || line.contains(" not permitted")
          }, "\(attempts)")
        #expect(attempts.contains(isRoot ? "can't open" : "mknod: /dev/kmsg"))
        let again = try await node.output(of: "hostname", in: sandbox)
        #expect(again.log == "web\n")
      }
    }

    @Test func isMadeOfManyLayersInTheirOrder() async throws {
      try await TestNode.with { node in
        let script = "ls /stack | wc -l; cat /stack/top; echo mine > /stack/top; cat /stack/top /stack/layer-1"
        let (log, status) = try await node.output(of: script, in: try await node.sandbox()) { $0.imageID = "tall" }
        #expect(status.code == 0)
        #expect(log == "101\n100\nmine\n1\n")
      }
    }

    @Test func writesNothingWhenItsRootIsReadOnly() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let (log, _) = try await node.output(of: "touch /x 2>&1 || echo refused; pwd", in: sandbox) { spec in
          spec.security.hasReadOnlyRoot = true
          spec.workingDirectory = "/made/for/me"
        }
        #expect(log == "touch: /x: Read-only file system\nrefused\n/made/for/me\n")
      }
    }

    @Test func sharesNetworkAndMemoryWithItsPodAndKeepsItsOwnFilesAndProcesses() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let server = try await node.run(
          [
            "sh", "-c", "echo shared > /dev/shm/note; touch /mine; echo hi > /tmp/index.html; httpd -f -p 8080 -h /tmp",
          ],
          in: sandbox)
        try await Deadline.wait("the web server") {
          try await node.exec(["wget", "-q", "-O", "-", "127.0.0.1:8080"], in: server.id).code == 0
        }
        let (log, _) = try await node.output(
          of: """
            cat /dev/shm/note; wget -q -O - 127.0.0.1:8080; ls /mine 2>&1; echo $$
            httpd -f -p 8080 2>&1 || echo taken
            """, in: sandbox)
        #expect(
          log == "shared\nhi\nls: /mine: No such file or directory\n1\nhttpd: bind: Address already in use\ntaken\n")

        let connection = try await node.runtime.dial(sandbox: sandbox.spec.id, port: 8080)
        try await connection.write(Array("GET / HTTP/1.0\r\n\r\n".utf8))
        #expect(try await TestNode.readAll { try await connection.read() }.hasSuffix("\r\n\r\nhi\n"))
        let refused = RuntimeError(
          .failed,
          "failed to connect to localhost:81 inside namespace of sandbox \(sandbox.spec.id): connection refused")
        await #expect(throws: refused) { try await node.runtime.dial(sandbox: sandbox.spec.id, port: 81) }
      }
    }

    @Test func reachesOtherPodsOfTheNode() async throws {
      try await TestNode.with { node in
        let server = try await node.sandbox("server")
        try await node.run(["sh", "-c", "echo hi > /tmp/index.html; httpd -f -p 80 -h /tmp"], in: server)
        let client = try await node.sandbox("client")
        let script = "until wget -q -O - \(server.addresses[0]) 2> /dev/null; do sleep 0.01; done"
        #expect(try await node.output(of: script, in: client).log == "hi\n")
      }
    }

    @Test func seesThePodsProcessesWhenTheyAreShared() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox { $0.processes = .pod }
        let spec = try await node.run(["sleep", "1000"], in: sandbox)
        let (output, _, _) = try await node.exec(["sh", "-c", "ps; ls /proc/1/root"], in: spec.id)
        #expect(output.contains("1 root     /pause\n"))
        #expect(output.contains("sleep 1000\n"))
        #expect(!output.contains("podium"))
      }
    }

    /// Without groups it takes a kubelet that lives in the node, which a test is not.
    @Test(.needsCgroups, arguments: [NamespaceMode.pod, .node])
    func leavesNobodyBehindWhereProcessesAreShared(_ processes: NamespaceMode) async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox { $0.processes = processes }
        let peer = try await node.run(["sleep", "1000"], in: sandbox)
        let spec = try await node.run(["sh", "-c", "sleep 2001 & (sleep 2002 &); exec sleep 2003"], in: sandbox)
        // Somebody looks in with a program of their own.
        let visitor = try await node.runtime.exec(
          ExecSpec(containerID: spec.id, command: ["sleep", "2004"], streams: AttachSpec()))
        func sleepers() async throws -> [String] {
          let lines = try await node.exec(["ps"], in: peer.id).output.split(separator: "\n")
          return lines.compactMap { line in
            line.firstRange(of: "root     sleep ").map { String(line[$0.upperBound...]) }
          }.sorted()
        }
        try await Deadline.wait("all of them") {
          try await sleepers() == ["1000", "2001", "2002", "2003", "2004"]
        }
        try await node.runtime.signalContainer(spec.id, 9)
        _ = try await node.end(of: spec.id)
        // The others of the pod go on.
        try await Deadline.wait("the end of what is left") { try await sleepers() == ["1000"] }
        #expect(try await visitor.wait().signal == 9)
        try await node.runtime.removeContainer(spec.id)
      }
    }

    @Test func goesBeforeOthersWhenTheMachineLacksMemory() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(
          ["sh", "-c", "cat /proc/self/oom_score_adj; sleep 1000"], in: try await node.sandbox()
        ) { $0.outOfMemoryScore = 940 }
        try await Deadline.wait("its words") { try !node.log(spec).isEmpty }
        #expect(try node.log(spec) == "940\n")
        #expect(try await node.exec(["cat", "/proc/self/oom_score_adj"], in: spec.id).output == "940\n")
      }
    }

    @Test(.needsCgroups) func isKilledWhenItsMemoryIsUsedUp() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let spec = try await node.run(
          ["sh", "-c", "tail -c 200m /dev/zero > /dev/null; exec tail -c 200m /dev/zero"], in: sandbox
        ) {
          $0.resources.memoryBytes = 20 << 20
        }
        let status = try await node.end(of: spec.id)
        #expect(status.wasOutOfMemory)
        #expect(status.code == 137)
        // The same signal from elsewhere is no lack of memory.
        let other = try await node.run(["sleep", "1000"], in: sandbox) { $0.resources.memoryBytes = 20 << 20 }
        try await node.runtime.signalContainer(other.id, 9)
        #expect(try await node.end(of: other.id).wasOutOfMemory == false)
      }
    }

    @Test(.needsCgroups) func staysUnderItsLimitsOfProcessesAndTime() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let (log, _) = try await node.output(
          of: """
            cd /sys/fs/cgroup; cat cpu/cpu.cfs_quota_us cpu/cpu.shares pids/pids.max cpu.max cpu.weight pids.max 2> /dev/null
            echo 1 2> /dev/null > pids.max || echo read-only
            for i in 1 2 3 4 5 6 7 8; do sleep 1 & done
            """, in: sandbox
        ) { spec in
          spec.resources.cpuMillicores = 250
          spec.resources.cpuRequestMillicores = 100
          spec.resources.processes = 5
        }
        let refused = "read-only\nsh: can't fork: Resource temporarily unavailable\n"
        let isLegacy = if case .v1 = CgroupHierarchy.mounted { true } else { false }
        #expect(log == (isLegacy ? "25000\n102\n5\n" : "25000 100000\n4\n5\n") + refused)
        let spec = try await node.run(["sh", "-c", "while :; do :; done"], in: sandbox)
        try await Deadline.wait("some use of the processor") {
          let usage = try await node.runtime.usage(of: spec.id)
          return usage.cpuNanoseconds > 1_000_000 && usage.memoryWorkingSetBytes > 0
        }
      }
    }

    @Test(.needsCgroups) func keepsItsChildrenAndWhatIsExecutedInItsGroup() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sh", "-c", "sleep 1000 & wait"], in: try await node.sandbox())
        let script = """
          cd /sys/fs/cgroup; f=pids/cgroup.procs; test -e $f || f=cgroup.procs
          cat $f > /tmp/group; wc -l < /tmp/group
          """
        // The shell and its sleep; of the exec the shell and cat.
        try await Deadline.wait("the shell's child") {
          try await node.exec(["sh", "-c", script], in: spec.id).output == "4\n"
        }
      }
    }

    @Test func tellsOfEveryEndInItsEvents() async throws {
      try await TestNode.with { node in
        var events = node.runtime.events().makeAsyncIterator()
        let sandbox = try await node.sandbox()
        let spec = try await node.run(["sh", "-c", "echo last words; exit 3"], in: sandbox)
        #expect(await events.next() == .containerExited(spec.id))
        // By then its log is complete.
        #expect(try node.log(spec) == "last words\n")
        let record = try await node.runtime.inventory().containers[0]
        guard case .exited(let startedAt, let status) = record.state else {
          Issue.record("\(record.state)")
          return
        }
        #expect(status.code == 3)
        #expect(record.createdAt <= startedAt && startedAt <= status.finishedAt)
      }
    }
  }
}
