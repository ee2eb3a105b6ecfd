import ContainerRuntime
import Testing

@testable import LinuxRuntime

/// What is decided before anything is done.
@Suite struct ResolutionTests {
  private static let accounts = ImageAccounts(
    passwd: "root:x:0:0:root:/root:/bin/sh\nnginx:x:101:102::/var/cache/nginx:/sbin/nologin\nbroken\n"
      + "4000:x:0:0::/root:/bin/sh\n",
    group: "root:x:0:\nweb:x:102:\nextra:x:300:other,nginx\n5000:x:0:\n")

  @Test(
    arguments: [
      ("", 0, 0, []), ("nginx", 101, 102, [300]), ("101", 101, 102, [300]), ("nginx:root", 101, 0, [300]),
      ("4000", 4000, 0, []), ("4000:5000", 4000, 5000, []), ("root:web", 0, 102, []),
    ] as [(String, UInt32, UInt32, [UInt32])])
  func findsUsers(text: String, user: UInt32, group: UInt32, supplementary: [UInt32]) throws {
    let found = try Self.accounts.resolve(text)
    #expect(found.user == user)
    #expect(found.group == group)
    #expect(found.supplementary == supplementary)
  }

  @Test func saysWhichUserIsMissing() {
    #expect(throws: AccountError(message: "unable to find user nobody: no matching entries in passwd file")) {
      try Self.accounts.resolve("nobody")
    }
    #expect(throws: AccountError(message: "unable to find group none: no matching entries in group file")) {
      try Self.accounts.resolve("root:none")
    }
  }

  private static func process(_ change: (inout ContainerSpec) -> Void) throws -> ContainerProcess {
    var spec = ContainerSpec(id: "c", sandboxID: "s", name: "main", imageID: "i", logPath: "/log")
    change(&spec)
    var image = ContainerImage(info: ImageInfo(id: "i", names: [], digest: "", size: 0, isStandIn: false), layers: [])
    image.entrypoint = ["/entry"]
    image.arguments = ["default"]
    image.environment = ["PATH=/image/bin", "A=image"]
    image.workingDirectory = "/work"
    return try ContainerProcess(
      spec: spec, sandbox: SandboxSpec(id: "s", podUID: "u", podName: "p", podNamespace: "n", hostname: "host"),
      image: image, accounts: accounts, mapping: .none, nodeName: "node")
  }

  @Test func choosesBetweenPodAndImage() throws {
    #expect(try Self.process { _ in }.arguments == ["/entry", "default"])
    #expect(try Self.process { $0.arguments = ["own"] }.arguments == ["/entry", "own"])
    #expect(try Self.process { $0.command = ["own"] }.arguments == ["own"])
    let process = try Self.process { spec in
      spec.command = ["a"]
      spec.arguments = ["b"]
      spec.environment = [EnvironmentVariable("A", "pod"), EnvironmentVariable("B", "2")]
      spec.hasTerminal = true
    }
    #expect(process.arguments == ["a", "b"])
    #expect(
      process.environment == ["PATH=/image/bin", "HOSTNAME=host", "TERM=xterm", "A=pod", "B=2", "HOME=/root"])
    #expect(process.workingDirectory == "/work")
  }

  @Test func looksForProgramsAlongThePath() {
    func candidates(_ program: String, _ path: String) -> [String] {
      ContainerProcess.candidates(for: program, environment: ["PATH=" + path])
    }
    #expect(candidates("x", "/a:/b") == ["/a/x", "/b/x"])
    #expect(candidates("./x", "/a:/b") == ["./x"])
    #expect(candidates("/bin/x", "/a") == ["/bin/x"])
    #expect(candidates("", "/a") == [])
  }

  @Test func knowsCapabilitiesByName() {
    #expect(CapabilitySet(named: ["CHOWN", "cap_kill", "NO_SUCH"]).description == "CHOWN,KILL")
    #expect(CapabilitySet(named: ["ALL"]) == .all)
    #expect(CapabilitySet.containerDefault.rawValue == 0xA804_25FB)
  }

  @Test func givesFreshAddressesBeforeUsedOnes() {
    var pool = AddressPool(gateway: IPv4Address(10, 244, 3, 1))
    let first = pool.take()
    #expect(first == IPv4Address("10.244.3.2"))
    pool.release(first!)
    #expect(pool.take() == IPv4Address("10.244.3.3"))
    for number in 4...254 { #expect(pool.take() == IPv4Address(10, 244, 3, UInt8(number))) }
    #expect(pool.take() == first)
    #expect(pool.take() == nil)
  }

  @Test func readsTheMountTable() {
    let legacy = """
      30 25 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
      31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
      32 25 0:28 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
      33 25 0:29 / /freezer rw,relatime - cgroup cgroup rw,freezer
      34 25 0:30 / /systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
      """
    #expect(
      CgroupHierarchy.mounted(mountInfo: legacy)
        == .v1([
          "memory": "/sys/fs/cgroup/memory", "cpu": "/sys/fs/cgroup/cpu,cpuacct",
          "cpuacct": "/sys/fs/cgroup/cpu,cpuacct", "unified": "/sys/fs/cgroup/unified", "freezer": "/freezer",
          "name=systemd": "/systemd",
        ]))
    let unified = "30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"
    #expect(CgroupHierarchy.mounted(mountInfo: unified) == .v2("/sys/fs/cgroup"))
    #expect(CgroupHierarchy.mounted(mountInfo: "") == .unavailable("no cgroup hierarchy is mounted"))
  }

  @Test func findsSubordinateIDs() throws {
    let text = "other:1:2\nuser:100000:65536\n1001:5:6\nbad\n"
    let byName = try #require(IDMapping.range(in: text, name: "user", id: 1000))
    #expect(byName == (100_000, 65_536))
    let byNumber = try #require(IDMapping.range(in: text, name: nil, id: 1001))
    #expect(byNumber == (5, 6))
    #expect(IDMapping.range(in: text, name: "nobody", id: 7) == nil)
    let added = try #require(IDMapping.range(in: "me:100000:500\n" + "me:300000:65536\n", name: "me", id: 1000))
    #expect(added == (300_000, 65_536))
  }

  @Test(arguments: [
    (true, "", "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 me"),
    // Ranges that others have are left alone.
    (
      true, "a:100000:65536\nb:165536:65536\n",
      "sudo usermod --add-subuids 231072-296607 --add-subgids 231072-296607 me"
    ),
    (true, "me:100000:500\n", "sudo usermod --add-subuids 100500-166035 --add-subgids 100500-166035 me"),
    (
      false, "",
      "sudo apt-get install uidmap && sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 me"
    ),
    (false, "me:100000:65536\n", "sudo apt-get install uidmap"), (true, "me:100000:65536\n", "sudo podium"),
  ])
  func moreIDsAreGrantedWhereNobodyHasThem(hasHelpers: Bool, file: String, command: String) {
    #expect(IDMapping.grant(hasHelpers: hasHelpers, files: [file, file], user: ("me", 1000)) == command)
  }

  @Test func remembersEverythingOfASpec() throws {
    var spec = ContainerSpec(id: "c", sandboxID: "s", name: "main", attempt: 3, imageID: "i", logPath: "/log")
    spec.command = ["a", "b"]
    spec.arguments = ["c"]
    spec.environment = [EnvironmentVariable("A", "1")]
    spec.workingDirectory = "/w"
    spec.mounts = [Mount(source: "/s", part: "p/q", target: "/t", isReadOnly: true)]
    spec.files = ["/etc/hosts": "text\n"]
    spec.user.user = 1
    spec.user.group = 2
    spec.user.supplementaryGroups = [3]
    spec.security = SecuritySpec()
    spec.security.isPrivileged = true
    spec.security.hasReadOnlyRoot = true
    spec.security.allowsPrivilegeEscalation = false
    spec.security.addedCapabilities = ["KILL"]
    spec.security.droppedCapabilities = ["ALL"]
    spec.security.systemCalls = .profile(path: "/p.json", content: "{}")
    spec.resources.memoryBytes = 4
    spec.resources.cpuMillicores = 5
    spec.resources.cpuRequestMillicores = 6
    spec.resources.processes = 7
    spec.hasTerminal = true
    spec.keepsInputOpen = true
    spec.closesInputAfterFirstAttach = true
    spec.stopSignal = 3
    spec.logRotation = LogRotation(fileSize: 4096, files: 2, patience: 7)
    spec.terminationMessageFile = "/m"
    spec.terminationMessagePath = "/dev/m"
    spec.writableLayer = "/kept"
    spec.labels = ["l": "v"]
    let container = try #require(RecordDocuments.container(RecordDocuments.document(spec, createdAt: 8)))
    #expect(container.spec == spec)
    #expect(container.createdAt == 8)

    var pod = SandboxSpec(id: "s", podUID: "u", podName: "p", podNamespace: "n", attempt: 2, hostname: "h")
    (pod.network, pod.processes, pod.ipc, pod.qosClass) = (.node, .pod, .node, .guaranteed)
    pod.resources = spec.resources
    pod.sysctls = ["net.core.somaxconn": "100"]
    pod.labels = ["l": "v"]
    let address = IPv4Address(10, 244, 1, 9)
    let sandbox = try #require(RecordDocuments.sandbox(RecordDocuments.document(pod, address: address, createdAt: 9)))
    #expect(sandbox.spec == pod)
    #expect(sandbox.address == address)
  }
}
