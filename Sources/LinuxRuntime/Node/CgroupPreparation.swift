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
      var usable: [String: String] = [:]
      for (name, point) in mounts {
        do {
          try tryOut(point + "/podium")
          usable[name] = point
        } catch {
          // Without the others it can be done.
          if controllers.contains(name) { return .unavailable("cgroup version 1 belongs to root (\(error))") }
        }
      }
      return .v1(usable)
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

  private static func tryOut(_ directory: String) throws(SystemCallError) {
    try Files.makeDirectories(directory, mode: 0o755)
    if access(directory, W_OK) != 0 { throw SystemCallError("write", on: directory) }
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
    for ancestor in ancestors {
      for directory in ancestor.directories { try Self.make(directory) }
      if case .v2 = hierarchy {
        for directory in ancestor.directories { try CgroupHierarchy.enableControllers(directory) }
      }
    }
    for directory in beginnings {
      try Self.make(directory)
      // Before anything is below it: then it cannot be changed any more.
      if geteuid() == 0 && directory == deviceDirectory { try DeviceRules.apply(toLegacy: directory) }
    }
    if geteuid() == 0, case .v2 = hierarchy {
      for directory in directories { try DeviceRules.apply(toUnified: directory) }
    }
  }

  /// A set of processors takes no process before it is told which ones; those below it are told as it is.
  private static func make(_ directory: String) throws(SystemCallError) {
    try Files.makeDirectories(directory, mode: 0o755)
    for name in ["cpuset.cpus", "cpuset.mems"] {
      let path = directory + "/" + name
      guard Files.exists(directory + "/cgroup.clone_children"), let own = try? Files.readText(path),
        own.split(whereSeparator: \.isWhitespace).isEmpty
      else { continue }
      try CgroupHierarchy.tell(path, try Files.readText(directory.parentDirectory + "/" + name))
      try CgroupHierarchy.tell(directory + "/cgroup.clone_children", "1")
    }
  }

  /// Removes the node's groups after its death: whatever is still in them is ended first.
  func sweep() {
    for directory in directories { Self.remove(directory) }
    // The cluster's group goes with its last node.
    for ancestor in ancestors.reversed() {
      for directory in ancestor.directories { rmdir(directory) }
    }
  }

  private static func remove(_ directory: String) {
    guard let names = try? Files.list(directory) else { return }
    for name in names where Files.isDirectory(directory + "/" + name) { remove(directory + "/" + name) }
    // A busy machine takes its time to end what was killed.
    for _ in 0..<1000 {
      if rmdir(directory) == 0 || errno != EBUSY { return }
      let processes = (try? Files.readText(directory + "/cgroup.procs")) ?? ""
      for process in processes.split(separator: "\n") {
        if let pid = pid_t(process), pid > 1 { kill(pid, SIGKILL) }
      }
      usleep(5000)
    }
  }
}
