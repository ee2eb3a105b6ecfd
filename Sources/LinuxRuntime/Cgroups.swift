internal import ContainerRuntime
internal import Glibc
internal import SystemIO

/// The control group hierarchy of this machine, as far as a node may use it.
enum CgroupHierarchy: Sendable, Equatable {
  /// Version 1: where each controller's hierarchy is mounted. Controllers that share a mount appear with one path.
  case v1([String: String])
  /// Version 2: the directory below which groups may be made.
  case v2(String)
  /// No group can be made; the text says why.
  case unavailable(String)

  /// The controllers that pods need.
  static let controllers = ["memory", "cpu", "cpuacct", "pids"]

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
        for option in fields[dash + 3].split(separator: ",") where controllers.contains(String(option)) {
          legacy[String(option)] = legacy[String(option)] ?? point
        }
      case "cgroup2": unified = unified ?? point
      default: break
      }
    }
    if legacy["memory"] != nil { return .v1(legacy) }
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

  /// The directories of a group below the node's, one for each hierarchy.
  func directories(_ group: String) -> [String] {
    let path = group.isEmpty ? node : node + "/" + group
    switch hierarchy {
    case .v1(let mounts): return Set(mounts.values).sorted().map { $0 + "/" + path }
    case .v2(let root): return [root + "/" + path]
    case .unavailable: return []
    }
  }

  func file(_ controller: String, _ group: String, _ name: String) -> String? {
    switch hierarchy {
    case .v1(let mounts): mounts[controller].map { "\($0)/\(node)/\(group)/\(name)" }
    case .v2(let root): "\(root)/\(node)/\(group)/\(name)"
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
    var steps = directories(group).map { Step.makeDirectories($0) }
    if case .v2 = hierarchy, let path = file("memory", group, "memory.oom.group") { steps.append(.tell(path, "1")) }
    return steps
  }

  /// The process that performs these steps moves into the group. It has one thread: version 1 moves that without a
  /// word to the rest of the machine, while a whole process waits until every processor has heard of it (14 ms).
  func join(_ group: String) -> [Step] {
    let file = if case .v1 = hierarchy { "tasks" } else { "cgroup.procs" }
    return directories(group).map { .tell("\($0)/\(file)", "0") }
  }

  /// How node init takes its place: at last in a leaf, in a cgroup namespace whose root is the node's group. Version 2
  /// moves no process across the root of such a namespace, and takes none into a group that controls its children.
  var enterAsNode: [Step] {
    switch hierarchy {
    case .v1: join(Self.leafOfNode) + [.unshare(.cgroup)] + controls
    case .v2: join("") + [.unshare(.cgroup)] + join(Self.leafOfNode) + controls
    case .unavailable: [.unshare(.cgroup)]
    }
  }

  /// What the groups that are there from the beginning are told.
  var controls: [Step] {
    var steps: [Step] = []
    for group in Self.innerGroups { steps += makeInner(group).filter { if case .tell = $0 { true } else { false } } }
    // What asked for nothing comes last.
    var least = ResourceLimits()
    least.cpuRequestMillicores = 0
    return steps + limit("besteffort", least)
  }

  /// The node's own, and one for each class of pods that is not guaranteed anything.
  static let innerGroups = ["", "burstable", "besteffort"]

  func remove(_ group: String, patience: UInt64 = 50) -> [Step] {
    directories(group).map { .removeCgroups($0, patience: patience) }
  }

  /// The groups of the cluster and of the program go with the last node in them.
  var removeAncestors: [Step] {
    let names = node.split(separator: "/").dropLast()
    return stride(from: names.count, to: 0, by: -1).flatMap { depth in
      Cgroups(hierarchy: hierarchy, node: names.prefix(depth).joined(separator: "/")).directories("")
        .map { .removeIfEmpty($0) }
    }
  }

  func limit(_ group: String, _ limits: ResourceLimits) -> [Step] {
    switch hierarchy {
    case .v1: limitV1(group, limits)
    case .v2: limitV2(group, limits)
    case .unavailable: []
    }
  }

  private func limitV1(_ group: String, _ limits: ResourceLimits) -> [Step] {
    var steps: [Step] = []
    func tell(_ controller: String, _ name: String, _ value: Int64) {
      if let path = file(controller, group, name) { steps.append(.tell(path, String(value))) }
    }
    if let bytes = limits.memoryBytes { tell("memory", "memory.limit_in_bytes", bytes) }
    if let millicores = limits.cpuMillicores {
      tell("cpu", "cpu.cfs_period_us", Self.period)
      tell("cpu", "cpu.cfs_quota_us", Self.quota(millicores))
    }
    if let request = limits.cpuRequestMillicores { tell("cpu", "cpu.shares", Self.shares(request)) }
    if let processes = limits.processes { tell("pids", "pids.max", processes) }
    return steps
  }

  private func limitV2(_ group: String, _ limits: ResourceLimits) -> [Step] {
    var steps: [Step] = []
    func tell(_ name: String, _ value: String) {
      if let path = file("", group, name) { steps.append(.tell(path, value)) }
    }
    if let bytes = limits.memoryBytes { tell("memory.max", String(bytes)) }
    if let millicores = limits.cpuMillicores { tell("cpu.max", "\(Self.quota(millicores)) \(Self.period)") }
    if let request = limits.cpuRequestMillicores {
      tell("cpu.weight", String(1 + (Self.shares(request) - 2) * 9999 / 262_142))
    }
    if let processes = limits.processes { tell("pids.max", String(processes)) }
    return steps
  }

  private static let period: Int64 = 100_000

  private static func quota(_ millicores: Int64) -> Int64 { max(1000, millicores * period / 1000) }

  private static func shares(_ millicores: Int64) -> Int64 { min(262_144, max(2, millicores * 1024 / 1000)) }

  // MARK: Readings

  /// How often the kernel killed something in the group because its memory was at the limit.
  func outOfMemoryKills(_ group: String) -> Int64 {
    switch hierarchy {
    case .v1: reading("memory", group, "memory.oom_control", "oom_kill") ?? 0
    case .v2: reading("", group, "memory.events", "oom_kill") ?? 0
    case .unavailable: 0
    }
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
