import CNodeInit
import ContainerRuntime
import TestSupport
import Testing

@testable import LinuxRuntime

/// The order in which nodes, pods and containers are set up; no privilege is needed to read it.
@Suite struct PlanTests {
  private static let legacy = Cgroups(
    hierarchy: .v1([
      "memory": "/sys/fs/cgroup/memory", "cpu": "/sys/fs/cgroup/cpu,cpuacct", "cpuacct": "/sys/fs/cgroup/cpu,cpuacct",
      "pids": "/sys/fs/cgroup/pids",
    ]),
    node: "podium/demo/podium")
  private static let unified = Cgroups(hierarchy: .v2("/sys/fs/cgroup"), node: "podium/demo/podium")
  private static let none = Cgroups(hierarchy: .unavailable("it belongs to root"), node: "podium/demo/podium")

  private static func text(_ plan: Plan) -> String {
    var lines = ["namespaces \(plan.namespaces.text)"]
    if let owner = plan.processNamespaceOf { lines.append("processes of \(owner)") }
    for (title, steps) in [("parent", plan.parent), ("child", plan.child), ("final", plan.final)] where !steps.isEmpty {
      lines.append(title + ":")
      lines += steps.map { "  \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func sandbox(_ change: (inout SandboxSpec) -> Void = { _ in }) -> SandboxSpec {
    var spec = SandboxSpec(id: "5ab", podUID: "42", podName: "web", podNamespace: "default", hostname: "web")
    spec.qosClass = .burstable
    spec.resources.memoryBytes = 64 << 20
    spec.resources.cpuRequestMillicores = 100
    change(&spec)
    return spec
  }

  private static func container(
    _ cgroups: Cgroups, _ mapping: IDMapping, _ sandbox: SandboxSpec, _ change: (inout ContainerSpec) -> Void = { _ in }
  ) throws -> Plan {
    var spec = ContainerSpec(id: "c0", sandboxID: sandbox.id, name: "main", imageID: "sha256:1", logPath: "/log")
    spec.command = ["sleep", "10"]
    spec.mounts = [
      Mount(source: "/state/inner", target: "/data/inner"),
      Mount(source: "/state/outer", target: "/data", isReadOnly: true),
    ]
    spec.files = ["/etc/hosts": "127.0.0.1\tlocalhost\n"]
    spec.resources.memoryBytes = 32 << 20
    spec.resources.cpuMillicores = 500
    change(&spec)
    var image = ContainerImage(
      info: ImageInfo(id: "sha256:1", names: [], digest: "", size: 0, isStandIn: true),
      layers: ["/images/unpacked/aa", "/images/unpacked/bb"])
    image.environment = ["LANG=C.UTF-8"]
    let process = try ContainerProcess(
      spec: spec, sandbox: sandbox, image: image, accounts: ImageAccounts(passwd: "", group: ""), mapping: mapping,
      nodeName: "podium")
    return ContainerPlan(
      spec: spec, sandbox: sandbox, cgroups: cgroups, mapping: mapping, process: process, layers: image.layers
    ).plan()
  }

  private static func node(
    _ cgroups: Cgroups, _ mapping: IDMapping, _ filter: SystemCallFilter? = nil
  ) -> Plan {
    NodePlan(
      nodeName: "podium", cgroups: cgroups, mapping: mapping, mountPoint: "/run/nodes/podium/root",
      readOnlyPaths: ["/usr"], writablePaths: ["/state"], links: [("/bin", "usr/bin")], bridge: "podium0", number: 1,
      packetFolder: "/sockets",
      nameServers: "", systemCallFilter: filter, leftovers: ["/run/nodes/podium"]
    ).plan()
  }

  @Test func setsUpANodeAsRoot() throws {
    let filter = try SystemCallFilter(.ofRootsNodes, named: "of every node of root")
    GoldenText.expect(Self.text(Self.node(Self.legacy, .none, filter)), is: "node-root.txt")
  }

  @Test func setsUpANodeAsAnOrdinaryUser() {
    let mapping = IDMapping.ranges(
      newuidmap: ["/usr/bin/newuidmap", "PID", "0", "1000", "1"],
      newgidmap: ["/usr/bin/newgidmap", "PID", "0", "1000", "1"])
    GoldenText.expect(Self.text(Self.node(Self.none, mapping)), is: "node-user.txt")
  }

  @Test func setsUpAPod() {
    let plan = SandboxPlan(
      spec: Self.sandbox(), cgroups: Self.legacy, address: IPv4Address(10, 244, 1, 2),
      gateway: IPv4Address(10, 244, 1, 1), mapping: .none)
    GoldenText.expect(Self.text(plan.plan()) + "removal\n" + Self.text(plan.removal()), is: "pod.txt")
  }

  @Test func setsUpAPodThatSharesProcessesAndTheNodesNetwork() {
    let spec = Self.sandbox { spec in
      spec.processes = .pod
      spec.network = .node
      spec.ipc = .node
    }
    let plan = SandboxPlan(
      spec: spec, cgroups: Self.unified, address: nil, gateway: IPv4Address(10, 244, 1, 1), mapping: .none)
    GoldenText.expect(Self.text(plan.plan()), is: "pod-shared.txt")
  }

  @Test func setsUpAContainerAsRoot() throws {
    GoldenText.expect(Self.text(try Self.container(Self.legacy, .none, Self.sandbox())), is: "container-root.txt")
  }

  @Test func setsUpAContainerAsAnOrdinaryUser() throws {
    let plan = try Self.container(Self.none, .single(user: 1000, group: 1000), Self.sandbox()) { spec in
      spec.hasTerminal = true
      spec.security.hasReadOnlyRoot = true
      spec.security.allowsPrivilegeEscalation = false
    }
    GoldenText.expect(Self.text(plan), is: "container-user.txt")
  }

  @Test func setsUpAPrivilegedContainerOfAPodThatSharesItsProcesses() throws {
    let plan = try Self.container(Self.unified, .none, Self.sandbox { $0.processes = .pod }) { spec in
      spec.security.isPrivileged = true
    }
    GoldenText.expect(Self.text(plan), is: "container-privileged.txt")
  }

  @Test func whatAContainerWritesIsKeptWholeWhereSomebodyWantsIt() throws {
    let own = try Self.container(Self.legacy, .none, Self.sandbox()) { $0.writableLayer = "/kept" }
    #expect(Self.text(own).contains("mount /kept on /run/podium/scratch (bind)"))
    #expect(Self.text(own).contains("workdir=/run/podium/scratch/work,redirect_dir=off,metacopy=off)"))
    let mapped = try Self.container(Self.none, .single(user: 1000, group: 1000), Self.sandbox()) {
      $0.writableLayer = "/kept"
    }
    // The kernel refuses the options there, and does neither.
    #expect(Self.text(mapped).contains("workdir=/run/podium/scratch/work,userxattr)"))
  }

  @Test func aNetworkOfOneContainerHasNothingButItself() {
    let plan = SandboxPlan(
      spec: Self.sandbox { $0.network = .container }, cgroups: Self.none, address: nil,
      gateway: IPv4Address(10, 244, 1, 1), mapping: .none
    ).plan()
    let text = Self.text(plan)
    #expect(plan.namespaces.contains(.network) && text.contains("bring up the loopback interface"))
    #expect(!text.contains("eth0"))
  }

  @Test func refusesAUserThatIsNotMapped() {
    #expect(throws: RuntimeError.self) {
      try Self.container(Self.none, .single(user: 1000, group: 1000), Self.sandbox()) { $0.user.user = 33 }
    }
  }

  /// Node init reads what is written here: the layout is the header's.
  @Test func writesPlansAsNodeInitReadsThem() throws {
    var plan = Plan()
    plan.parent = [.tolerate(17, .makeLink(to: "a", at: "/b"))]
    plan.child = [.execute(candidates: ["/bin/x"], arguments: ["x", "y"], environment: ["A=1\0B=2"])]
    #expect(throws: InitError.step(1, errno: 22)) { try plan.encoded() }
    plan.child = [.execute(candidates: ["/bin/x"], arguments: ["x", "y"], environment: [])]
    let bytes = try plan.encoded()
    bytes.withUnsafeBytes { memory in
      let header = memory.load(as: cnode_plan.self)
      #expect(Int(header.size) == bytes.count)
      #expect([header.parent_steps, header.child_steps, header.final_steps] == [1, 1, 0])
      func step(_ index: Int) -> cnode_step {
        memory.load(
          fromByteOffset: MemoryLayout<cnode_plan>.size + index * MemoryLayout<cnode_step>.stride, as: cnode_step.self)
      }
      func text(_ offset: some BinaryInteger) -> String {
        String(decoding: memory[Int(offset)...].prefix { $0 != 0 }, as: UTF8.self)
      }
      func list(_ offset: UInt32) -> [String] {
        var texts: [String] = []
        var at = Int(offset)
        while case let entry = memory.load(fromByteOffset: at, as: UInt64.self), entry != 0 {
          texts.append(text(entry))
          at += 8
        }
        return texts
      }
      #expect(step(0).verb == UInt16(CNODE_MAKE_LINK.rawValue))
      #expect(step(0).tolerated == 17)
      #expect([text(step(0).source), text(step(0).target)] == ["a", "/b"])
      #expect(step(1).verb == UInt16(CNODE_EXECUTE.rawValue))
      #expect(list(step(1).data) == ["/bin/x"])
      #expect(list(step(1).target) == ["x", "y"])
      #expect(list(step(1).type).isEmpty)
    }
  }
}
