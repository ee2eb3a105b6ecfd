internal import Glibc
internal import SystemIO

/// Making and sweeping the directories of a node, from outside of it.
extension CgroupHierarchy {
  /// What is there, whether it may be used or not.
  static var mounted: CgroupHierarchy {
    let mounted = mounted(mountInfo: (try? Files.readText("/proc/self/mountinfo")) ?? "")
    if case .v2(let mount) = mounted, geteuid() != 0 { return .v2(mount + delegated) }
    return mounted
  }

  /// The hierarchy in which groups could be made, by making `podium` in it.
  static func usable() -> CgroupHierarchy {
    let mounted = mounted
    switch mounted {
    case .unavailable: return mounted
    case .v1(let mounts):
      for point in Set(mounts.values).sorted() {
        let directory = point + "/podium"
        do {
          try Files.makeDirectories(directory, mode: 0o755)
        } catch {
          return .unavailable("cgroup version 1 belongs to root (\(error))")
        }
        if access(directory, W_OK) != 0 {
          return .unavailable("cgroup version 1 belongs to root (\(SystemCallError("write", on: directory)))")
        }
      }
      return mounted
    case .v2(let root):
      let directory = root + "/podium"
      do {
        if geteuid() != 0 { try leave(root) }
        try enableControllers(root)
        try Files.makeDirectories(directory, mode: 0o755)
        try enableControllers(directory)
      } catch {
        return .unavailable("no cgroup is delegated to this user (\(error))")
      }
      return .v2(root)
    }
  }

  private static let programLeaf = "podium-program"

  /// Our own group, which a service manager may have given us with all below it.
  private static var delegated: String {
    let text = (try? Files.readText("/proc/self/cgroup")) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("0::") }
    let path = line.map { String($0.dropFirst(3)) } ?? "/"
    return path.hasSuffix("/" + programLeaf) ? String(path.dropLast(programLeaf.count + 1)) : path
  }

  /// A group with controllers for its children may hold no process itself: everything in it moves to a leaf.
  private static func leave(_ group: String) throws(SystemCallError) {
    let processes = try Files.readText(group + "/cgroup.procs").split(separator: "\n")
    if processes.isEmpty { return }
    try Files.makeDirectories(group + "/" + programLeaf, mode: 0o755)
    for process in processes { try tell(group + "/\(programLeaf)/cgroup.procs", String(process)) }
  }

  static func enableControllers(_ group: String) throws(SystemCallError) {
    try tell(group + "/cgroup.subtree_control", "+memory +cpu +pids")
  }

  static func tell(_ path: String, _ text: String) throws(SystemCallError) {
    let descriptor = try Files.open(path, O_WRONLY)
    defer { close(descriptor) }
    try systemCall("write", on: path) {
      text.utf8CString.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count - 1) }
    }
  }
}

extension Cgroups {
  /// Makes the directories of the node. Controllers below it are switched on by node init, once it is in its leaf.
  func prepare() throws(SystemCallError) {
    let ancestors = node.split(separator: "/").dropLast()
    for depth in 1...ancestors.count {
      let group = Cgroups(hierarchy: hierarchy, node: ancestors.prefix(depth).joined(separator: "/"))
      for directory in group.directories("") {
        try Files.makeDirectories(directory, mode: 0o755)
        if case .v2 = hierarchy { try CgroupHierarchy.enableControllers(directory) }
      }
    }
    for group in Self.innerGroups + [Self.leafOfNode] {
      for directory in directories(group) { try Files.makeDirectories(directory, mode: 0o755) }
    }
  }

  /// Removes the node's groups after its death: whatever is still in them is ended first.
  func sweep() {
    for directory in directories("") { Self.remove(directory) }
    // The cluster's group goes with its last node.
    let ancestors = node.split(separator: "/").dropLast()
    for depth in stride(from: ancestors.count, to: 0, by: -1) {
      let group = ancestors.prefix(depth).joined(separator: "/")
      for directory in Cgroups(hierarchy: hierarchy, node: group).directories("") { rmdir(directory) }
    }
  }

  private static func remove(_ directory: String) {
    guard let names = try? Files.list(directory) else { return }
    for name in names where Files.isDirectory(directory + "/" + name) { remove(directory + "/" + name) }
    for _ in 0..<200 {
      if rmdir(directory) == 0 || errno != EBUSY { return }
      let processes = (try? Files.readText(directory + "/cgroup.procs")) ?? ""
      for process in processes.split(separator: "\n") {
        if let pid = pid_t(process), pid > 1 { kill(pid, SIGKILL) }
      }
      usleep(5000)
    }
  }
}
