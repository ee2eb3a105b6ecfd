internal import ContainerRuntime
internal import Glibc

/// The pause process of a pod and the network it holds.
struct SandboxPlan {
  var spec: SandboxSpec
  var cgroups: Cgroups
  /// Of the pod, when it has a network of its own.
  var address: IPv4Address?
  var gateway: IPv4Address
  var mapping: IDMapping

  /// What node init calls it.
  static func processName(_ id: String) -> String { "sandbox/\(id)" }

  /// The pod's group below the node's.
  static func cgroup(of spec: SandboxSpec) -> String {
    switch spec.qosClass {
    case .guaranteed: "pod\(spec.podUID)"
    case .burstable: "burstable/pod\(spec.podUID)"
    case .bestEffort: "besteffort/pod\(spec.podUID)"
    }
  }

  static func sharedMemory(_ id: String) -> String { NodePaths.sharedMemory + "/" + id }

  /// On the bridge's side. The link goes with the network of the pod, some moments after it: until then its name and its
  /// index are taken, so both are the pod's own.
  static func linkName(_ id: String) -> String { "veth" + id.prefix(11) }

  static func linkIndex(_ id: String) -> Int32 { 0x1000_0000 | (Int32(id.prefix(7), radix: 16) ?? 0) }

  /// What a container of the pod joins.
  static func sharedNamespaces(_ spec: SandboxSpec) -> NamespaceSet {
    var namespaces: NamespaceSet = []
    if spec.network != .node { namespaces.formUnion([.network, .hostName]) }
    if spec.ipc != .node { namespaces.insert(.ipc) }
    return namespaces
  }

  func plan() -> Plan {
    var plan = Plan()
    plan.namespaces = Self.sharedNamespaces(spec)
    plan.parent = cgroups.makeInner(Self.cgroup(of: spec)) + cgroups.limit(Self.cgroup(of: spec), spec.resources)
    let memory = Self.sharedMemory(spec.id)
    if spec.ipc != .node {
      plan.parent += [
        .makeDirectories(memory),
        .mount("shm", on: memory, type: "tmpfs", options: "mode=1777,size=65536k", .hardened),
      ]
    }
    if address != nil { plan.parent.append(attach()) }
    // Whoever has nothing to do gives no sign when it is done.
    if !plan.parent.isEmpty { plan.child.append(.awaitParent) }
    if spec.network != .node { plan.child.append(.setHostName(spec.hostname)) }
    if let address {
      plan.child += configure(address)
    } else if spec.network == .container {
      var messages = RoutingMessages()
      messages.bringUp(index: RoutingMessages.loopbackIndex)
      plan.child.append(.configureNetwork("bring up the loopback interface", messages: messages.bytes))
    }
    if !spec.sysctls.isEmpty {
      // The node's own settings are locked; in a proc of its own, the pause process sees those of its namespaces.
      plan.namespaces.insert(.mount)
      plan.child.append(.mount("proc", on: "/proc", type: "proc", .hardened))
      for (name, value) in spec.sysctls.sorted(by: { $0.key < $1.key }) {
        plan.child.append(.tell("/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 }), value))
      }
      plan.child.append(.unmount("/proc"))
    }
    if spec.processes == .pod {
      // The pod's containers see this process, and its root must show them nothing.
      plan.namespaces.formUnion([.process, .mount])
      plan.child += [
        .mount("tmpfs", on: NodePaths.empty, type: "tmpfs", options: "mode=0555,size=4k", .hardened),
        .enterRoot(NodePaths.empty), .leaveOldRoot,
      ]
    }
    plan.child.append(.pause)
    return plan
  }

  private func attach() -> Step {
    var messages = RoutingMessages()
    let name = Self.linkName(spec.id)
    messages.addPair(
      name, index: Self.linkIndex(spec.id), bridge: RoutingMessages.bridgeIndex, peerName: "eth0",
      peerIndex: RoutingMessages.podLinkIndex)
    return .configureNetwork("link \(name) to eth0 of the pod", messages: messages.bytes, pidAt: messages.pidOffset)
  }

  private func configure(_ address: IPv4Address) -> [Step] {
    var messages = RoutingMessages()
    messages.bringUp(index: RoutingMessages.loopbackIndex)
    messages.addAddress(address, prefix: 24, index: RoutingMessages.podLinkIndex)
    messages.bringUp(index: RoutingMessages.podLinkIndex)
    messages.addDefaultRoute(by: gateway)
    return [
      .configureNetwork("give eth0 \(address)/24, route by \(gateway)", messages: messages.bytes),
      // Programs that are not root may listen on port 80, as they may under containerd.
      .tell("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"),
    ]
  }

  /// What is left when the pause process is gone.
  func removal() -> Plan {
    var plan = Plan()
    plan.parent = cgroups.removeInner(Self.cgroup(of: spec))
    if spec.ipc != .node {
      let memory = Self.sharedMemory(spec.id)
      // When the sandbox could not be made, there may be no mount, or not even its place.
      plan.parent += [.makeDirectories(memory), .tolerate(EINVAL, .unmount(memory)), .removeTree(memory)]
    }
    return plan
  }
}
