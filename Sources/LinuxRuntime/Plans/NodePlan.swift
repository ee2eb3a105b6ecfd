internal import Glibc

/// What lies where inside a node.
enum NodePaths {
  /// Each container mounts its writable layer here, in a mount namespace of its own.
  static let scratch = "/run/podium/scratch"
  static let sharedMemory = "/run/podium/shm"
  /// The root of a pause process that others can see.
  static let empty = "/run/podium/empty"
}

/// How root in the bundle is told apart from root on the machine.
enum IDMapping: Sendable, Equatable {
  /// We are root: no user namespace.
  case none
  /// One id each, which every user may map.
  case single(user: UInt32, group: UInt32)
  /// Ranges that /etc/subuid and /etc/subgid grant, written by the helpers that may.
  case ranges(newuidmap: [String], newgidmap: [String])

  var mapsOtherUsers: Bool {
    if case .single = self { return false }
    return true
  }

  var isRootless: Bool { self != .none }

  /// What the launcher does to its child.
  var steps: [Step] {
    switch self {
    case .none: []
    case .single(let user, let group):
      [
        .mapIDs(file: "setgroups", "deny"), .mapIDs(file: "uid_map", "0 \(user) 1"),
        .mapIDs(file: "gid_map", "0 \(group) 1"),
      ]
    case .ranges(let users, let groups): [.run(users), .run(groups)]
    }
  }
}

/// What a node's own surroundings are made of: parts of the machine, read-only, and writable places of its own.
struct NodePlan {
  var nodeName: String
  var cgroups: Cgroups
  var mapping: IDMapping
  /// Where the new root is put together; an empty directory.
  var mountPoint: String
  /// Directories and files of the machine that are visible at the same path, and cannot be changed.
  var readOnlyPaths: [String]
  var writablePaths: [String]
  /// Symbolic links of the machine's root, such as /bin.
  var links: [(path: String, target: String)]
  var bridge: String
  var number: UInt8
  /// Where the nodes of the cluster have their mailboxes; nil for a node that is to be alone.
  var packetFolder: String?
  var nameServers: String
  /// What no program of the node may ask the kernel.
  var systemCallFilter: SystemCallFilter?
  /// What the launcher removes at the end.
  var leftovers: [String]

  static let devices = ["null", "zero", "full", "random", "urandom", "tty"]

  var gateway: IPv4Address { IPv4Address(10, 244, number, 1) }

  func plan() -> Plan {
    var plan = Plan()
    plan.namespaces = [.mount, .process, .network, .ipc, .hostName]
    if mapping.isRootless { plan.namespaces.insert(.user) }
    plan.parent = mapping.steps
    plan.child = identity + root + network
    if let systemCallFilter { plan.child.append(.filterSystemCalls(systemCallFilter)) }
    plan.final = cgroups.removeAll(patience: 2000) + cgroups.removeAncestors + leftovers.map { .removeTree($0) }
    return plan
  }

  private var identity: [Step] {
    var steps: [Step] = [.awaitParent]
    if mapping.isRootless {
      if mapping.mapsOtherUsers { steps.append(.setGroups([])) }
      steps += [.setGroup(0), .setUser(0)]
    }
    // After the change of user, which would clear it.
    steps.append(.control(.parentDeathSignal, UInt64(SIGKILL)))
    if !mapping.isRootless { steps.append(.boundCapabilities(.ofRootsNodes)) }
    steps += cgroups.enterAsNode
    steps.append(.newKeyring)
    steps.append(.setHostName(nodeName))
    return steps
  }

  private var root: [Step] {
    var taken: [Step] = []
    var placed: [Step] = []
    func carry(_ path: String, _ attributes: MountAttributes = []) {
      let slot = Int32(taken.count)
      taken.append(.takeMount(path, slot: slot))
      placed.append(.placeMount(slot: slot, path, attributes))
    }
    for path in readOnlyPaths { carry(path, .readOnly) }
    for path in writablePaths { carry(path) }
    let beforeSystem = placed
    placed = []
    for device in Self.devices { carry("/dev/" + device) }
    let devices = placed
    placed = []
    // Its own groups only: a volume may show a pod all of the node.
    for directory in cgroups.directories { carry(directory) }
    let ownGroups = placed

    var steps: [Step] = [
      .mount("", on: "/", [.recursive, .isPrivate]),
      .mount("tmpfs", on: mountPoint, type: "tmpfs", options: "mode=0755"),
    ]
    steps += taken
    steps.append(.enterRoot(mountPoint))
    steps += links.map { .makeLink(to: $0.target, at: $0.path) }
    for directory in ["/proc", "/sys", "/dev", "/etc", "/var", "/root", NodePaths.scratch, NodePaths.empty] {
      steps.append(.makeDirectories(directory))
    }
    for directory in ["/tmp", "/var/tmp", NodePaths.sharedMemory] {
      steps += [.makeDirectories(directory), .changeMode(directory, 0o1777)]
    }
    steps += beforeSystem
    steps += [
      .mount("proc", on: "/proc", type: "proc", .hardened),
      .mount("sysfs", on: "/sys", type: "sysfs", .hardened),
      .mount("tmpfs", on: "/dev", type: "tmpfs", options: "mode=0755,size=65536k", .noSetUserID),
    ]
    steps += devices
    if !ownGroups.isEmpty {
      steps.append(.mount("tmpfs", on: "/sys/fs/cgroup", type: "tmpfs", options: "mode=0755", .hardened))
    }
    steps += ownGroups + settings
    steps += [
      .makeLink(to: "/proc/self/fd", at: "/dev/fd"),
      .makeDirectories("/dev/shm"), .changeMode("/dev/shm", 0o1777),
      .writeFile("/etc/hostname", nodeName + "\n"),
      .writeFile("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n\(gateway)\t\(nodeName)\n"),
      .writeFile("/etc/resolv.conf", nameServers),
      .writeFile("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"),
      .writeFile("/etc/group", "root:x:0:\n"),
      .leaveOldRoot,
    ]
    return steps
  }

  /// What belongs to the whole machine cannot be set from a node, whose proc a volume may show to a pod; what each pod has
  /// of its own can.
  private var settings: [Step] {
    Self.lockedSettings(firstSlot: 0) + [.mount("", on: "/sys", [.bind, .remount, .readOnly, .hardened])]
  }

  /// Of the proc that is mounted now.
  static func lockedSettings(firstSlot: Int32) -> [Step] {
    let ownOfEachPod =
      ["net", "fs/mqueue"]
      + ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"].map { "kernel/" + $0 }
    let places = zip(firstSlot..., ownOfEachPod.map { "/proc/sys/" + $0 })
    // Not every kernel has all of them.
    var steps: [Step] = places.map { .tolerate(ENOENT, .takeMount($1, slot: $0)) }
    for path in ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"] {
      steps += [
        .tolerate(ENOENT, .mount(path, on: path, .bind)),
        .tolerate(ENOENT, .mount("", on: path, [.bind, .remount, .readOnly, .hardened])),
      ]
    }
    return steps + places.map { .tolerate(EBADF, .placeMount(slot: $0, $1)) }
  }

  private var network: [Step] {
    var messages = RoutingMessages()
    messages.bringUp(index: RoutingMessages.loopbackIndex)
    messages.addBridge(bridge, index: RoutingMessages.bridgeIndex)
    messages.addAddress(gateway, prefix: 24, index: RoutingMessages.bridgeIndex)
    return [
      .configureNetwork("make bridge \(bridge) with \(gateway)/24", messages: messages.bytes),
      .tell("/proc/sys/net/ipv4/ip_forward", "1"),
      // A pod that reaches itself by a Service address must not be filtered on the bridge.
      .tolerate(ENOENT, .tell("/proc/sys/net/bridge/bridge-nf-call-iptables", "0")),
    ] + otherNodes
  }

  static let uplink = "uplink"
  static let wire = "wire"

  private var otherNodes: [Step] {
    guard let packetFolder else { return [] }
    var messages = RoutingMessages()
    messages.addUplink(Self.uplink, wire: Self.wire)
    messages.addRoute(
      to: IPv4Address(10, 244, 0, 0), prefix: 16, index: RoutingMessages.uplinkIndex, source: gateway)
    return [
      .configureNetwork("route 10.244.0.0/16 by link \(Self.uplink)", messages: messages.bytes),
      .openWire(folder: packetFolder, number: number, linkIndex: RoutingMessages.wireIndex),
    ]
  }
}
