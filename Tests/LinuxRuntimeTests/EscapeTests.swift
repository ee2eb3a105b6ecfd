import ContainerRuntime
import Glibc
import SystemIO
import TestSupport
import Testing

@testable import LinuxRuntime

extension RealNodes {
  /// Programs in containers that try to see or touch what lies outside.
  @Suite(.needsNodes) struct EscapeTests {
    /// What is tried: a name, and a shell command that succeeds only when the attempt does.
    typealias Attempts = [(name: String, command: String)]

    /// Makes every attempt in one container and expects each to fail; the first, which is no escape, shows that one that
    /// succeeds is noticed.
    private func expectRefusal(
      of attempts: Attempts, on node: TestNode, in sandbox: Sandbox, _ change: (inout ContainerSpec) -> Void = { _ in },
      sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
      let control = ("control", Self.call(21, "q(/tmp)", "2"))
      let script = ([control] + attempts).map { attempt in
        "if (\(attempt.1)\n) > /dev/null 2>&1 < /dev/null; then echo \"\(attempt.0)\"; fi; echo . >&2"
      }
      let (log, status) = try await node.output(of: script.joined(separator: "\n"), in: sandbox) { spec in
        // The machine's own programs are there to be used.
        spec.mounts = [Mount(source: "/usr", target: "/usr", isReadOnly: true)]
        spec.environment = [EnvironmentVariable("PATH", "/usr/sbin:/usr/bin:/bin")]
        change(&spec)
      }
      let lines = log.split(separator: "\n")
      #expect(lines.count { $0 == "." } == attempts.count + 1, "\(log)", sourceLocation: sourceLocation)
      #expect(lines.filter { $0 != "." } == ["control"], sourceLocation: sourceLocation)
      #expect(status.code == 0, sourceLocation: sourceLocation)
    }

    /// Makes a system call by its number (of x86-64), with numbers and quoted texts as arguments.
    private static func call(_ number: Int, _ arguments: String...) -> String {
      "perl -e '@a = (\(arguments.joined(separator: ", "))); exit(syscall(\(number), @a) < 0 ? $! || 1 : 0)'"
    }

    /// Whoever may make a user namespace has every capability in it.
    private static func inUserNamespace(_ command: String, more: String = "") -> String {
      "unshare --user --map-root-user --mount \(more) sh -c '\(command)'"
    }

    // MARK: What is tried

    /// Files of the kernel; one is written with what it says, so that success would do no harm.
    private static func kernelFiles(below root: String = "") -> Attempts {
      [
        "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname",
        "/proc/sys/vm/overcommit_memory", "/proc/sys/fs/file-max", "/proc/irq/default_smp_affinity",
        "/sys/kernel/uevent_helper", "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/profiling",
      ].map { path in
        ("write \(path)", "f=\(root)\(path); test -e $f && x=\"$(cat $f || true)\" && echo \"$x\" > $f")
      } + [
        ("sysrq-trigger", "echo h > \(root)/proc/sysrq-trigger"),
        ("read kcore", "test -n \"$(head -c 1 \(root)/proc/kcore)\""),
        (
          "any writable file of /sys",
          "find \(root)/sys/kernel \(root)/sys/module \(root)/sys/class -type f -writable | grep ."
        ),
        (
          "any writable setting that is not the pod's own",
          """
          find \(root)/proc/sys -type f -writable | grep -v -E '/sys/(net|fs/mqueue)/|/kernel/(msg|shm|sem)' | grep .
          """
        ),
      ]
    }

    private static let hidden: Attempts = [
      ("read keys", "test -n \"$(head -c 1 /proc/keys)\""),
      ("read timers", "test -n \"$(head -c 1 /proc/timer_list)\""),
      ("list firmware", "ls /sys/firmware/* | grep ."),
      ("any writable setting", "find /proc/sys -type f -writable | grep ."),
    ]

    private static let neighbours: Attempts = [
      ("another root of process 1", "test -e /proc/1/root/run/podium/shm"),
      ("descriptors beyond the standard ones", "ls /proc/1/fd | grep -v -x '[012]'"),
      ("descriptors of files outside", "readlink /proc/1/fd/* | grep -v -E '^(pipe:|/dev/null)'"),
      ("processes of the node", "grep -l -E 'podium|pause' /proc/[0-9]*/comm"),
      ("sockets of the node", "find / -xdev -type s | grep ."),
      ("sockets without a file", "grep @ /proc/net/unix"),
      ("join a namespace", "perl -e 'open(N, q(/proc/1/ns/net)) or exit 1; exit(syscall(308, fileno(N), 0) < 0)'"),
    ]

    private static let mounts: Attempts =
      [
        ("mount", "mount -t tmpfs x /tmp"),
        ("make /sys writable", "mount -o remount,rw /sys"),
        ("make /proc/sys writable", "mount -o remount,bind,rw /proc/sys"),
        ("take a mask off", "umount /proc/kcore"),
        ("new mount namespace", "unshare --mount true"),
        ("pivot_root", call(155, "q(/tmp)", "q(/tmp)")),
        ("debugfs", "mount -t debugfs x /tmp"),
        ("cgroup", "mount -t cgroup -o memory x /tmp || mount -t cgroup2 x /tmp"),
        ("in a user namespace: make /proc/sys writable", inUserNamespace("mount -o remount,bind,rw /proc/sys")),
        ("in a user namespace: take a mask off", inUserNamespace("umount /proc/kcore")),
        ("in a user namespace: a fresh proc", inUserNamespace("mount -t proc x /tmp", more: "--pid --fork")),
        ("in a user namespace: the machine's sysfs", inUserNamespace("mount -t sysfs x /tmp")),
        ("in a user namespace: debugfs", inUserNamespace("mount -t debugfs x /tmp")),
      ]
      + ["memory", "cpu", "cpuset", "pids", "devices", "freezer", "blkio", "none,name=systemd"].map { options in
        ("in a user namespace: groups of others (\(options))", groupsOfOthers("cgroup -o \(options)"))
      } + [("in a user namespace: groups of others (version 2)", groupsOfOthers("cgroup2"))]

    /// The top of what can be mounted is the container's own group, with nothing below it.
    private static func groupsOfOthers(_ type: String) -> String {
      inUserNamespace(
        """
        mount -t \(type) x /tmp && find /tmp -mindepth 1 \\( -type d -o -name release_agent \\) -writable | grep .
        """, more: "--cgroup")
    }

    private static let watchAll =
      "perl -e '$a = pack(q(L2x104), 0, 112); exit(syscall(298, $a, -1, 0, -1, 0) < 0)'"

    private static let kernel: Attempts = [
      (
        "bpf",
        """
        perl -e '$i = pack(q(H*), q(b7000000010000009500000000000000)); $l = qq(GPL\\0);
        $a = pack(q(L2Q2x96), 15, 2, unpack(q(Q), pack(q(p), $i)), unpack(q(Q), pack(q(p), $l)));
        exit(syscall(321, 5, $a, 120) < 0)'
        """
      ),
      ("watch all processors", watchAll),
      ("kexec_load", call(246, "0", "0", "0", "0")),
      ("init_module", call(175, "q(x)", "1", "q()")),
      ("delete_module", call(176, "q(x)", "0")),
      ("iopl", call(172, "3")),
      ("reboot", call(169, "0xfee1dead", "672274793", "0xdeadbeef", "0")),
      ("swapon", call(167, "q(/tmp)", "0")),
      ("settimeofday", "perl -e '$t = pack(q(q2), time, 0); exit(syscall(164, $t, 0) < 0)'"),
      ("acct", call(163, "q(/tmp/acct)")),
      (
        "open_by_handle_at",
        "perl -e '$h = pack(q(L2x8), 8, 1); open(R, q(/)); exit(syscall(304, fileno(R), $h, 0) < 0)'"
      ),
      ("a better place in the queue", "test $(nice -n -5 nice) -lt 0"),
    ]

    private static var everything: Attempts { kernelFiles() + hidden + neighbours + mounts + kernel }

    private static let devices: Attempts =
      [
        ("kmsg", "c 1 11"), ("mem", "c 1 1"), ("port", "c 1 4"), ("fuse", "c 10 229"), ("loop", "c 10 237"),
      ].map { name, numbers in ("open \(name)", "mknod $D/\(name) \(numbers) && exec 3< $D/\(name)") } + [
        (
          "open the disks",
          """
          grep -E ' [a-z]+[0-9a-z]*$' /proc/partitions | (while read major minor blocks name; do
          mknod $D/$name b $major $minor && dd if=$D/$name of=/dev/null count=1 && exit 0; done; exit 1)
          """
        )
      ]

    private static func devices(in folder: String) -> Attempts {
      devices.map { ("\($0.name) in \(folder)", "D=\(folder); \($0.command)") }
    }

    // MARK: The tests

    @Test func staysInsideAsRoot() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        try await node.run(["sleep", "1000"], in: sandbox)
        try await expectRefusal(of: Self.everything, on: node, in: sandbox)
        try await expectRefusal(of: Self.everything, on: node, in: sandbox) {
          $0.security.droppedCapabilities = ["ALL"]
        }
      }
    }

    @Test(.needsManyUsers) func staysInsideAsAnotherUser() async throws {
      try await TestNode.with { node in
        let attempts = Self.everything + Self.devices(in: "/tmp")
        try await expectRefusal(of: attempts, on: node, in: node.sandbox()) { $0.user.user = 1000 }
      }
    }

    @Test func opensNoDeviceWhereverItMakesItsNode() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        try Files.makeDirectories(node.folder.path("state/volume"), mode: 0o777)
        let places = ["/", "/dev", "/dev/shm", "/volume"]
        let present = ("a device of the machine", "ls /dev | grep -E '^(kmsg|mem|port|sd|vd|nvme|loop|fuse|kvm)'")
        try await expectRefusal(of: [present] + places.flatMap(Self.devices), on: node, in: sandbox) { spec in
          spec.mounts.append(Mount(source: node.folder.path("state/volume"), target: "/volume"))
        }
        // Who may mount gets rid of every mount's rules; those of the group stay.
        let mountable = Self.devices(in: "/m").map { attempt in
          (attempt.name, "mkdir -p /m; mount -t tmpfs x /m && (\(attempt.command)\n)")
        }
        try await expectRefusal(of: mountable, on: node, in: sandbox) { $0.security.addedCapabilities = ["SYS_ADMIN"] }
        try await expectRefusal(of: mountable, on: node, in: sandbox) { $0.security.isPrivileged = true }
      }
    }

    /// Whoever may do everything in the node meets the machine's own settings locked, and lacks what only machines need.
    @Test func changesNoMachineEvenIfItIsPrivileged() async throws {
      try await TestNode.with { node in
        var rights: Attempts = [
          ("set the clock", "perl -e '$t = pack(q(q2), time, 0); exit(syscall(164, $t, 0) < 0)'"),
          ("ports", Self.call(172, "3")),
          ("a file that nobody can remove", "touch /tmp/x && perl -e '\(Self.makeImmutable)'"),
          ("adjust the clock", "perl -e '$t = pack(q(Lx4qqx176), 1, 0); exit(syscall(159, $t) < 0)'"),
          ("all processors", Self.watchAll), ("the kernel's log", Self.call(103, "3", "$b = q(x) x 8", "8")),
        ]
        // In a user namespace all of them mean the namespace.
        if isRoot { rights.append(("bounds", "grep -x 'CapBnd:.*1ff[0-9a-f]*ffffffff' /proc/self/status")) }
        for sharing in [NamespaceMode.container, .node] {
          let sandbox = try await node.sandbox("mighty") { spec in
            (spec.processes, spec.ipc, spec.network) = (
              sharing, sharing == .node ? .node : .pod, sharing == .node ? .node : .pod
            )
          }
          try await expectRefusal(of: Self.kernelFiles() + rights, on: node, in: sandbox) {
            $0.security.isPrivileged = true
          }
        }
      }
    }

    /// FS_IOC_SETFLAGS with FS_IMMUTABLE_FL.
    private static let makeImmutable =
      "open(F, q(/tmp/x)); exit(!defined ioctl(F, 0x40086602, pack(q(l!), 16)))"

    /// In a pod that sees the processes of the node, those of the node itself are nobody's to look into.
    @Test func looksIntoNoProcessOfItsNode() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox("spy") { spec in
          (spec.processes, spec.ipc, spec.network) = (.node, .node, .node)
        }
        let attempts: Attempts = [
          ("trace", Self.call(101, "16", "1", "0", "0")), ("its memory", "head -c 1 /proc/1/mem"),
          ("its root", "ls /proc/1/root/"), ("its directory", "ls /proc/1/cwd/"), ("its program", "cat /proc/1/exe"),
          ("its descriptors", "ls -l /proc/1/fd/ | grep -e '->'"), ("its words", "cat /proc/1/environ | grep ."),
          ("its maps", "cat /proc/1/maps | grep ."),
          (
            "read its memory",
            "perl -e '$b = q(x) x 8; $v = pack(q(PQ), $b, 8); exit(syscall(310, 1, $v, 1, $v, 1, 0) < 0 ? $! || 1 : 0)'"
          ),
          ("a descriptor of it", "perl -e '$p = syscall(434, 1, 0); exit($p < 0 || syscall(438, $p, 0, 0) < 0)'"),
          ("its mounts", "perl -e '$p = syscall(434, 1, 0); exit($p < 0 || syscall(308, $p, 0x20000) < 0)'"),
          ("its end", "kill -9 1; sleep 0.1; ! test -e /proc/1"),
          ("sockets of the machine", "grep @ /proc/net/unix"),
        ]
        try await expectRefusal(of: attempts, on: node, in: sandbox)
        try await expectRefusal(of: attempts, on: node, in: sandbox) { $0.security.droppedCapabilities = ["ALL"] }
      }
    }

    /// Descriptors of node init lead to the node, if their names in /proc can be used while they are open.
    @Test func worksInNoDirectoryThatNodeInitHolds() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        for number in 3...24 {
          await #expect(throws: RuntimeError.self, "descriptor \(number)") {
            try await node.run(["sh", "-c", "ls"], in: sandbox) { $0.workingDirectory = "/proc/self/fd/\(number)" }
          }
          await #expect(throws: RuntimeError.self, "descriptor \(number)") {
            try await node.run(["sh", "-c", "ls"], in: sandbox) { $0.workingDirectory = "/proc/self/fd/\(number)/.." }
          }
        }
        // The same by a link of the image, and by a mount's target.
        let trap = node.folder.path("image/layer/trap")
        for number in 3...24 {
          symlink("/proc/self/fd/\(number)", trap)
          _ = try? await node.run(["true"], in: sandbox) { $0.workingDirectory = "/trap/new" }
          _ = try? await node.run(["true"], in: sandbox) { spec in
            spec.mounts = [Mount(source: node.folder.path("state"), target: "/trap/mounted")]
          }
          unlink(trap)
        }
        let made = try Files.list(node.folder.path("state"))
        #expect(made == ["node-podium.next-address"])
        // In a pod that sees the node's processes, the root of the node has a name.
        let spy = try await node.sandbox("spy") { $0.processes = .node }
        await #expect(throws: RuntimeError.self) {
          try await node.run(["true"], in: spy) { $0.workingDirectory = "/proc/1/root" }
        }
        let spec = try await node.run(["sleep", "1000"], in: spy) { $0.workingDirectory = "/place" }
        _ = try await node.exec(["sh", "-c", "cd /; rmdir /place; ln -s /proc/1/root /place"], in: spec.id)
        do {
          _ = try await node.exec(["ls"], in: spec.id)
          Issue.record("a program runs in the root of the node")
        } catch let error as RuntimeError {
          #expect(error.message.hasSuffix("-- possible container breakout detected: unknown"), "\(error)")
        }
      }
    }

    /// As an image may lay it out so that what is mounted and what is protected are two places.
    @Test func protectsTheRealProcWhateverTheImageHas() async throws {
      try await TestNode.with { node in
        let layer = node.folder.path("image/layer")
        let sandbox = try await node.sandbox()
        try Files.makeDirectories(layer + "/volume", mode: 0o755)
        try Files.makeDirectories(layer + "/real", mode: 0o755)
        try Files.makeDirectories(node.folder.path("state/volume"), mode: 0o777)
        symlink("/real", layer + "/volume/link")
        symlink("/elsewhere", node.folder.path("state/volume/link"))
        let attempts = Self.kernelFiles() + [("proc at the link", "test -e /real/self")]
        for place in ["/proc", "/sys", "/dev"] {
          symlink("/volume/link", layer + place)
          try await expectRefusal(of: attempts, on: node, in: sandbox) { spec in
            spec.mounts.append(Mount(source: node.folder.path("state/volume"), target: "/volume"))
          }
          unlink(layer + place)
        }
        // A volume over /dev must not choose what masks are made of.
        symlink("/proc/sys/kernel/core_pattern", node.folder.path("state/volume/null"))
        let (log, _) = try await node.output(of: "cat /proc/keys; echo end", in: sandbox) { spec in
          spec.mounts = [Mount(source: node.folder.path("state/volume"), target: "/dev")]
        }
        #expect(log == "end\n")
      }
    }

    /// A pod may be given all of the node; the machine below it is another matter.
    @Test func findsTheNodeInAHostPathAndNotTheMachine() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let groups: Attempts = [
          (
            "groups of the machine",
            "find /node/sys/fs/cgroup -path '*/podium' -prune -o -name cgroup.procs -print | grep ."
          ),
          ("release_agent", "find /node/sys/fs/cgroup -name release_agent | grep ."),
          ("the machine's homes", "ls /node/home/*"), ("its passwords", "ls /node/etc/shadow"),
          ("change its programs", "touch /node/usr/bin/podium-was-here"),
        ]
        try await expectRefusal(of: Self.kernelFiles(below: "/node") + groups, on: node, in: sandbox) { spec in
          spec.mounts.append(Mount(source: "/", target: "/node"))
        }
      }
    }

    /// A program that a container executes as /proc/self/exe is the one of node init.
    @Test func cannotWriteToTheProgramOfNodeInit() async throws {
      @Sendable func isReadOnly(_ path: String) throws -> Bool {
        let file = try Files.open(path, O_RDONLY)
        defer { close(file) }
        var status = statvfs()
        try systemCall("fstatvfs", on: path) { fstatvfs(file, &status) }
        return status.f_flag & UInt(ST_RDONLY) != 0
      }
      #expect(try !isReadOnly("/proc/self/exe"))
      try await TestNode.with { node in
        let spy = try await node.sandbox("spy") { $0.processes = .node }
        let spec = try await node.run(["sleep", "1000"], in: spy)
        #expect(try await node.exec(["cat", "/proc/1/comm"], in: spec.id).output == "podium-init\n")
        #expect(try isReadOnly("/proc/\(node.bundle.initPID)/exe"))
      }
    }

    /// The users of an image are read by the kubelet: from files of the image, and from nothing that keeps it waiting.
    @Test func asksTheImageForItsUsersAndNobodyElse() async throws {
      try await TemporaryFolder.with { folder in
        try folder.write("mallory:x:7:7::/:/bin/sh\n", to: "outside/passwd")
        for layer in ["link", "pipe", "way"] { try Files.makeDirectories(folder.path(layer + "/etc"), mode: 0o755) }
        symlink("../../outside/passwd", folder.path("link/etc/passwd"))
        mkfifo(folder.path("pipe/etc/passwd"), 0o644)
        rmdir(folder.path("way/etc"))
        symlink("../outside", folder.path("way/etc"))
        for layer in ["link", "pipe", "way"] {
          #expect(ImageAccounts(layers: [folder.path(layer)]).users.isEmpty, "\(layer)")
        }
      }
    }

    @Test func hasNoKeysOfWhoeverStartedTheNode() async throws {
      let secret = "podium-secret-\(getpid())"
      let add =
        "@a = (q(user), q(\(secret)), q(x), 1, -3); $key = syscall(248, @a); exit(syscall(250, 15, $key, 20) < 0)"
      #expect(try await ProgramOutput.of("perl", ["-e", add]).end == .exited(0))
      // The same for all sessions of the user.
      let addForAll = "@a = (q(user), q(\(secret)), q(x), 1, -4); exit(syscall(248, @a) < 0)"
      #expect(try await ProgramOutput.of("perl", ["-e", addForAll]).end == .exited(0))
      try await TestNode.with { node in
        let search = Self.call(250, "10", "-3", "q(user)", "q(\(secret))", "0")
        let searchOfAll = Self.call(250, "10", "-4", "q(user)", "q(\(secret))", "0")
        // Whoever links what is the user's to a session of its own has it.
        let link = "perl -e 'exit(syscall(250, 1, 0) < 0 || syscall(250, 8, -4, -3) < 0)' && \(searchOfAll)"
        let attempts = [
          ("read a key of the session", search), ("read a key of the user", searchOfAll),
          ("take the user's keys", link),
        ]
        try await expectRefusal(of: attempts, on: node, in: node.sandbox())
        try await expectRefusal(of: attempts, on: node, in: node.sandbox("mighty")) { $0.security.isPrivileged = true }
      }
      let remove =
        "@a = (q(user), q(\(secret)), 0); $key = syscall(250, 10, -4, @a); exit(syscall(250, 9, $key, -4) < 0)"
      #expect(try await ProgramOutput.of("perl", ["-e", remove]).end == .exited(0))
    }

    @Test func sendsRawPacketsOnlyWithTheRight() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let sockets: Attempts = [
          ("packets of the link", "perl -e 'socket(S, 17, 3, 768) or exit 1'"),
          ("raw packets", "perl -e 'socket(S, 2, 3, 1) or exit 1'"),
        ]
        try await expectRefusal(of: sockets, on: node, in: sandbox) { $0.security.droppedCapabilities = ["NET_RAW"] }
        // As everywhere in Kubernetes, others may; what they see is their pod's own network.
        let links = """
          perl -e 'socket(S, 17, 3, 768) and print qq(packet\\n); socket(S, 2, 3, 1) and print qq(raw\\n)'
          ls /sys/class/net | grep -x -E 'podium.*|veth.*|eth.*|lo'
          """
        let (log, _) = try await node.output(of: links, in: sandbox) { spec in
          spec.mounts = [Mount(source: "/usr", target: "/usr", isReadOnly: true)]
        }
        #expect(log == "packet\nraw\neth0\nlo\n")
      }
    }

    @Test func killsNobodyElse() async throws {
      try await TestNode.with { node in
        let other = try await node.run(["sleep", "1000"], in: node.sandbox("other"))
        let shared = try await node.sandbox("shared") { $0.processes = .pod }
        let peer = try await node.run(["sleep", "1000"], in: shared)
        let (_, status) = try await node.output(
          of:
            "kill -9 1; for pid in $(ls /proc | grep -x '[0-9]*'); do test $pid = $$ || kill -9 $pid; done; sleep 0.1",
          in: shared)
        #expect(status.code == 0)
        // Containers that share their processes may end each other's, and not what holds the pod.
        #expect(try await node.end(of: peer.id).signal == 9)
        #expect(try await node.runtime.inventory().sandboxes.allSatisfy(\.isRunning))
        #expect(try await node.exec(["echo", "alive"], in: other.id).output == "alive\n")
      }
    }

    @Test(.needsCgroups) func aForkBombStaysInItsPod() async throws {
      try await TestNode.with { node in
        let other = try await node.run(["sleep", "1000"], in: node.sandbox("other"))
        let sandbox = try await node.sandbox("bomb") { $0.resources.processes = 50 }
        let bomb = try await node.run(["sh", "-c", "b() { b | b & }; b; sleep 1000"], in: sandbox)
        try await Deadline.wait("the limit") {
          try processes(of: sandbox, on: node) >= 45
        }
        #expect(try await node.exec(["echo", "alive"], in: other.id).output == "alive\n")
        #expect(try processes(of: sandbox, on: node) <= 50)
        try await node.runtime.removeContainer(bomb.id)
        try await node.runtime.removeSandbox(sandbox.spec.id)
      }
    }

    @Test func aForkBombWithoutAGroupLeavesRoomForTheNode() async throws {
      try await TestNode.with { node in
        let isGrouped = node.runtime.node.cgroups.canLimit
        let sandbox = try await node.sandbox()
        let spec = try await node.run(["sh", "-c", "ulimit -u; sleep 1000"], in: sandbox)
        try await Deadline.wait("its limit") { try !node.log(spec).isEmpty }
        let other = try await node.exec(["sh", "-c", "ulimit -u"], in: spec.id).output
        for limit in [try node.log(spec), other] {
          let number = Int(limit.dropLast()) ?? .max
          #expect(isGrouped ? number > 4096 : number <= 4096, "\(limit)")
        }
      }
    }

    /// Whoever shares the volume changes the way to a part of it while others have it mounted.
    @Test func seesOnlyTheVolumeWhileTheWayToItsPartChanges() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let volume = node.folder.path("state/volume")
        try node.folder.write("secret\n", to: "state/outside/file")
        try Files.makeDirectories(volume, mode: 0o777)
        let swap = """
          cd /data; mkdir -p good/part; echo inside > good/part/file; mkdir bad; ln -s ../../outside bad/part
          ln -s good way; echo ready
          while :; do ln -s bad next && mv -T next way; ln -s good next && mv -T next way; done
          """
        let swapper = try await node.run(["busybox", "sh", "-c", swap], in: sandbox) {
          $0.mounts = [Mount(source: volume, target: "/data")]
        }
        try await Deadline.wait("the trap") { try node.log(swapper) == "ready\n" }
        var seen = 0
        for _ in 0..<60 {
          guard
            let result = try? await node.output(
              of: "cat /place/file", in: sandbox,
              { $0.mounts = [Mount(source: volume, part: "way/part", target: "/place")] })
          else { continue }
          #expect(result.log == "inside\n")
          seen += 1
        }
        // Both ways were met.
        #expect(seen > 0 && seen < 60, "\(seen)")
      }
    }

    @Test(.needsCgroups) func aMemoryBombTakesOnlyItsOwnContainerAlong() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let other = try await node.run(["sleep", "1000"], in: sandbox)
        // Not the container's first process lacks memory, but a child of it.
        let bomb = try await node.run(
          ["sh", "-c", "tail -c 200m /dev/zero > /dev/null; sleep 0.1; exit 7"], in: sandbox
        ) {
          $0.resources.memoryBytes = 20 << 20
        }
        let status = try await node.end(of: bomb.id)
        #expect(status.wasOutOfMemory)
        let isLegacy = if case .v1 = CgroupHierarchy.mounted { true } else { false }
        // Version 2 ends the whole container.
        #expect(status.code == (isLegacy ? 7 : 137))
        #expect(try await node.exec(["echo", "alive"], in: other.id).output == "alive\n")
      }
    }

    /// A container that mounts its own group could write its own limits; those of the pod lie above.
    @Test(.needsCgroups) func cannotRaiseTheLimitsOfItsPod() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox { $0.resources.memoryBytes = 30 << 20 }
        let attempt = Self.inUserNamespace(
          """
          mount -t cgroup -o memory x /tmp && echo 900000000 > /tmp/memory.limit_in_bytes;
          mount -t cgroup2 x /tmp && echo 900000000 > /tmp/memory.max;
          echo trying; perl -e "print length(q(a) x 200000000)"
          """, more: "--cgroup")
        let (log, status) = try await node.output(of: attempt, in: sandbox) { spec in
          spec.resources.memoryBytes = 20 << 20
          spec.mounts = [Mount(source: "/usr", target: "/usr", isReadOnly: true)]
          spec.environment = [EnvironmentVariable("PATH", "/usr/sbin:/usr/bin:/bin")]
        }
        #expect(log.contains("trying\n") && !log.contains("200000000"), "\(log)")
        #expect(status.wasOutOfMemory)
      }
    }

    private func processes(of sandbox: Sandbox, on node: TestNode) throws -> Int {
      let group = SandboxPlan.cgroup(of: sandbox.spec)
      let path = try #require(node.runtime.node.cgroups.file("pids", group, "pids.current"))
      return try #require(Int(Files.readText(path).dropLast()))
    }
  }
}
