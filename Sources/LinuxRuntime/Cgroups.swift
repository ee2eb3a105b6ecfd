internal import ContainerRuntime
internal import Glibc
internal import SystemIO

/// The control group hierarchy of this machine, as far as a node may use it.
enum CgroupHierarchy: Sendable, Equatable {
  /// Version 1: where each controller's hierarchy is mounted. Controllers that share a mount appear with one path.
  /// Hierarchies without a controller of ours are here too, by what tells them apart; `unified` is that of version 2.
  case v1([String: String])
  /// Version 2: the directory below which groups may be made.
  case v2(String)
  /// No group can be made; the text says why.
  case unavailable(String)

  /// The controllers that pods need.
  static let controllers = ["memory", "cpu", "cpuacct", "pids"]
  /// A hierarchy of version 2 beside those of version 1.
  static let unified = "unified"

  /// What the mount table says is there, before asking whether it may be used.
  static func mounted(mountInfo: String) -> CgroupHierarchy {
    var legacy: [String: String] = [:]
    var unified: String?
    for line in mountInfo.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, fields.count > 4 else { continue }
      let point = String(fields[4])
      switch fields[dash + 1] {
      case "cgroup":
        let names = fields[dash + 3].split(separator: ",").map(String.init)
        let needed = names.filter(controllers.contains)
        let marks = ["rw", "ro", "xattr", "clone_children"]
        for name in needed.isEmpty ? names.filter({ !marks.contains($0) }).suffix(1) : needed {
          legacy[name] = legacy[name] ?? point
        }
      case "cgroup2": unified = unified ?? point
      default: break
      }
    }
    if legacy["memory"] != nil {
      legacy[Self.unified] = unified
      return .v1(legacy)
    }
    if let unified { return .v2(unified) }
    return .unavailable("no cgroup hierarchy is mounted")
  }
}

/// The groups of one node: `podium/CLUSTER/NODE` and below it a group for each quality of service, pod and container.
struct Cgroups: Sendable, Equatable {
  let hierarchy: CgroupHierarchy
  /// Relative to each mount: `podium/CLUSTER/NODE`.
  let node: String

  /// The group of node init, the kubelet and the pause processes. Version 2 allows processes only in leaves.
  static let leafOfNode = "node"

  /// The directories of a group below the node's, one for each hierarchy that limits or counts.
  func directories(_ group: String) -> [String] {
    switch hierarchy {
    case .v1(let mounts):
      Set(CgroupHierarchy.controllers.compactMap { mounts[$0] }).sorted().map { $0 + "/" + path(group) }
    case .v2(let root): [root + "/" + path(group)]
    case .unavailable: []
    }
  }

  /// The directories of the node itself, in every hierarchy.
  var directories: [String] { directories("") + mountsApart.map { $0 + "/" + node } + unified("") }

  private func path(_ group: String) -> String { group.isEmpty ? node : node + "/" + group }

  /// Of version 1, what limits nothing here. A container is in a group of its own there too: else the root of its cgroup
  /// namespace would be the machine's, and whoever mounts the hierarchy in it could freeze what is not the pod's.
  private var mountsApart: [String] {
    guard case .v1(let mounts) = hierarchy else { return [] }
    let limiting = Set(CgroupHierarchy.controllers.compactMap { mounts[$0] })
    return Set(mounts.filter { $0.key != CgroupHierarchy.unified }.values).subtracting(limiting).sorted()
  }

  /// Without pods and classes: containers lie directly in the node's group.
  private func directoriesApart(_ leaf: String) -> [String] {
    let name = leaf.split(separator: "/").last.map(String.init) ?? leaf
    return mountsApart.map { "\($0)/\(node)/\(name)" }
  }

  /// To move a process takes the whole machine's time in version 2, so beside version 1 only the node as such does.
  private func unified(_ group: String) -> [String] {
    guard case .v1(let mounts) = hierarchy, let mount = mounts[CgroupHierarchy.unified] else { return [] }
    return [mount + "/" + path(group)]
  }

  /// The devices of version 1, as far as they can be had.
  var deviceDirectory: String? {
    guard case .v1(let mounts) = hierarchy else { return nil }
    return mounts["devices"].map { $0 + "/" + node }
  }

  func file(_ controller: String, _ group: String, _ name: String) -> String? {
    switch hierarchy {
    case .v1(let mounts): mounts[controller].map { "\($0)/\(path(group))/\(name)" }
    case .v2(let root): "\(root)/\(path(group))/\(name)"
    case .unavailable: nil
    }
  }

  var canLimit: Bool {
    if case .unavailable = hierarchy { return false }
    return true
  }

  /// Makes a group whose children will have limits of their own.
  func makeInner(_ group: String) -> [Step] {
    var steps = directories(group).map { Step.makeDirectories($0) }
    if case .v2 = hierarchy {
      for directory in directories(group) {
        steps.append(.tell(directory + "/cgroup.subtree_control", "+memory +cpu +pids"))
      }
    }
    return steps
  }

  /// Makes the group of a container. When it lacks memory, all of its processes go, not just one.
  func makeLeaf(_ group: String) -> [Step] {
    var steps = (directories(group) + directoriesApart(group)).map { Step.makeDirectories($0) }
    if case .v2 = hierarchy, let path = file("memory", group, "memory.oom.group") { steps.append(.tell(path, "1")) }
    return steps
  }

  /// The process that performs these steps moves into the group. It has one thread: version 1 moves that without a
  /// word to the rest of the machine, while a whole process waits until every processor has heard of it (14 ms).
  func join(_ group: String) -> [Step] {
    let file = if case .v1 = hierarchy { "tasks" } else { "cgroup.procs" }
    return (directories(group) + directoriesApart(group)).map { .tell("\($0)/\(file)", "0") }
  }

  /// How node init takes its place: at last in a leaf, in a cgroup namespace whose root is the node's group. Version 2
  /// moves no process across the root of such a namespace, and takes none into a group that controls its children.
  var enterAsNode: [Step] {
    switch hierarchy {
    case .v1:
      join(Self.leafOfNode) + unified(Self.leafOfNode).map { .tell($0 + "/cgroup.procs", "0") } + [.unshare(.cgroup)]
        + controls
    case .v2: join("") + [.unshare(.cgroup)] + join(Self.leafOfNode) + controls
    case .unavailable: [.unshare(.cgroup)]
    }
  }

  /// What the groups that are there from the beginning are told.
  var controls: [Step] {
    var steps: [Step] = []
    for group in Self.innerGroups { steps += makeInner(group).filter { if case .tell = $0 { true } else { false } } }
    // What asked for nothing comes last.
    return steps + share("besteffort", 0) + share("burstable", 0)
  }

  /// The node's own, and one for each class of pods that is not guaranteed anything.
  static let innerGroups = ["", "burstable", "besteffort"]

  /// The directories that are there from the beginning, outer ones first.
  var beginnings: [String] {
    Self.innerGroups.flatMap { directories($0) } + mountsApart.map { $0 + "/" + node } + unified("")
      + directories(Self.leafOfNode) + directoriesApart(Self.leafOfNode) + unified(Self.leafOfNode)
  }

  private static let patience: UInt64 = 50

  func removeInner(_ group: String) -> [Step] {
    directories(group).map { .removeCgroups($0, patience: Self.patience) }
  }

  func removeLeaf(_ group: String) -> [Step] {
    (directories(group) + directoriesApart(group)).map { .removeCgroups($0, patience: Self.patience) }
  }

  func removeAll(patience: UInt64) -> [Step] { directories.map { .removeCgroups($0, patience: patience) } }

  /// The groups of the cluster and of the program go with the last node in them.
  var removeAncestors: [Step] { ancestors.reversed().flatMap(\.directories).map { .removeIfEmpty($0) } }

  /// The groups that the node's lies in, outer ones first.
  var ancestors: [Cgroups] {
    let names = node.split(separator: "/").dropLast()
    return names.indices.map { last in
      Cgroups(hierarchy: hierarchy, node: names[...last].joined(separator: "/"))
    }
  }

  func limit(_ group: String, _ limits: ResourceLimits) -> [Step] {
    switch hierarchy {
    case .v1: limitV1(group, limits)
    case .v2: limitV2(group, limits)
    case .unavailable: []
    }
  }

  /// Without groups, all containers of a node together stay below what their user may have, so that one that goes wild
  /// leaves room for node init and the kubelet. Who may have less already keeps that.
  var stopgap: [Step] {
    canLimit ? [] : [.tolerate(EPERM, .setLimit(resource: 6, 4096, name: "processes of the user"))]
  }

  /// How much of the processors a group gets when they are short, beside its siblings.
  func share(_ group: String, _ millicores: Int64) -> [Step] {
    let shares = min(262_144, max(2, millicores * 1024 / 1000))
    let path: String?
    let value: Int64
    switch hierarchy {
    case .v1: (path, value) = (file("cpu", group, "cpu.shares"), shares)
    case .v2: (path, value) = (file("cpu", group, "cpu.weight"), 1 + (shares - 2) * 9999 / 262_142)
    case .unavailable: return []
    }
    return path.map { [.tell($0, String(value))] } ?? []
  }

  private func limitV1(_ group: String, _ limits: ResourceLimits) -> [Step] {
    var steps: [Step] = []
    func path(_ controller: String, _ name: String) -> String { file(controller, group, name) ?? "" }
    if let bytes = limits.memoryBytes {
      steps.append(.tell(path("memory", "memory.limit_in_bytes"), String(bytes)))
      // Swapped out is not free. A kernel that does not count it has no such file.
      steps.append(.tolerate(ENOENT, .tell(path("memory", "memory.memsw.limit_in_bytes"), String(bytes))))
    }
    if let millicores = limits.cpuMillicores {
      steps.append(.tell(path("cpu", "cpu.cfs_period_us"), String(Self.period)))
      steps.append(.tell(path("cpu", "cpu.cfs_quota_us"), String(Self.quota(millicores))))
    }
    steps += share(group, limits.cpuRequestMillicores ?? 0)
    if let processes = limits.processes { steps.append(.tell(path("pids", "pids.max"), String(processes))) }
    return steps
  }

  private func limitV2(_ group: String, _ limits: ResourceLimits) -> [Step] {
    var steps: [Step] = []
    func path(_ name: String) -> String { file("", group, name) ?? "" }
    if let bytes = limits.memoryBytes {
      steps.append(.tell(path("memory.max"), String(bytes)))
      steps.append(.tolerate(ENOENT, .tell(path("memory.swap.max"), "0")))
    }
    if let millicores = limits.cpuMillicores {
      steps.append(.tell(path("cpu.max"), "\(Self.quota(millicores)) \(Self.period)"))
    }
    steps += share(group, limits.cpuRequestMillicores ?? 0)
    if let processes = limits.processes { steps.append(.tell(path("pids.max"), String(processes))) }
    return steps
  }

  private static let period: Int64 = 100_000

  private static func quota(_ millicores: Int64) -> Int64 { max(1000, millicores * period / 1000) }

  // MARK: Readings

  /// How often the kernel killed something in the group because its memory was at the limit.
  func outOfMemoryKills(_ group: String) -> Int64 {
    switch hierarchy {
    case .v1: reading("memory", group, "memory.oom_control", "oom_kill") ?? 0
    case .v2: reading("", group, "memory.events", "oom_kill") ?? 0
    case .unavailable: 0
    }
  }

  /// Where a group is and what it may use, as far as it is limited.
  func limits(_ group: String) -> (path: String, memory: Int64?, cpuMillicores: Int64?, processes: Int64?) {
    let cpu: Int64?
    switch hierarchy {
    case .v1:
      let quota = reading("cpu", group, "cpu.cfs_quota_us") ?? -1
      let period = reading("cpu", group, "cpu.cfs_period_us") ?? 0
      cpu = quota > 0 && period > 0 ? quota * 1000 / period : nil
    case .v2:
      let text = file("cpu", group, "cpu.max").flatMap { try? Files.readText($0) } ?? ""
      let words = text.split(whereSeparator: \.isWhitespace).map { Int64($0) }
      cpu = words.count == 2 ? words[0].flatMap { quota in words[1].map { quota * 1000 / max(1, $0) } } : nil
    case .unavailable: cpu = nil
    }
    let isLegacy = if case .v1 = hierarchy { true } else { false }
    let memory = reading("memory", group, isLegacy ? "memory.limit_in_bytes" : "memory.max")
    // Version 1 says "no limit" with the largest number of pages.
    return (path(group), memory.flatMap { $0 >= 1 << 60 ? nil : $0 }, cpu, reading("pids", group, "pids.max"))
  }

  func processes(_ group: String) -> [pid_t] {
    guard let path = file("memory", group, "cgroup.procs"), let text = try? Files.readText(path) else { return [] }
    return text.split(separator: "\n").compactMap { pid_t($0) }
  }

  func usage(_ group: String, at time: Int64) throws(RuntimeError) -> ResourceUsage {
    let used: Int64?
    let inactive: Int64?
    let cpu: Int64?
    switch hierarchy {
    case .v1:
      used = reading("memory", group, "memory.usage_in_bytes")
      inactive = reading("memory", group, "memory.stat", "total_inactive_file")
      cpu = reading("cpuacct", group, "cpuacct.usage")
    case .v2:
      used = reading("", group, "memory.current")
      inactive = reading("", group, "memory.stat", "inactive_file")
      cpu = reading("", group, "cpu.stat", "usage_usec").map { $0 * 1000 }
    case .unavailable(let reason):
      throw RuntimeError(.unsupported, "usage of containers: \(reason)")
    }
    guard let used, let cpu else { throw RuntimeError(.notFound, "no cgroup \(group) to read usage from") }
    return ResourceUsage(
      memoryWorkingSetBytes: max(0, used - (inactive ?? 0)), cpuNanoseconds: cpu, measuredAt: time)
  }

  /// A number that is the whole file, or that stands after a key in it.
  private func reading(_ controller: String, _ group: String, _ name: String, _ key: String? = nil) -> Int64? {
    guard let path = file(controller, group, name), let text = try? Files.readText(path) else { return nil }
    guard let key else { return text.split(whereSeparator: \.isWhitespace).first.flatMap { Int64($0) } }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == key { return Int64(words[1]) }
    }
    return nil
  }
}
