internal import Glibc
internal import SystemIO

/// The control group hierarchies of this machine, of version 1 and 2.
enum ControlGroups {
  /// Where each hierarchy is mounted, with the options that tell them apart.
  static var mountPoints: [String] { mountPoints(withController: nil) }

  /// Whether a group with a memory limit can be made, by trying.
  static var isWritable: Bool {
    mountPoints(withController: "memory").contains { root in
      let group = root + ownGroup(in: root) + "/podium-probe-\(getpid())"
      guard mkdir(group, 0o755) == 0 else { return false }
      let hasLimit =
        Files.exists(group + "/memory.limit_in_bytes") || Files.exists(group + "/memory.max")
      rmdir(group)
      return hasLimit || isDelegated(root + ownGroup(in: root))
    }
  }

  /// Whether groups below this one can be given limits once its processes have left it for one of them.
  private static func isDelegated(_ group: String) -> Bool {
    let controllers = (try? Files.readText(group + "/cgroup.controllers")) ?? ""
    return controllers.split(whereSeparator: \.isWhitespace).contains("memory")
      && access(group + "/cgroup.subtree_control", W_OK) == 0
  }

  /// Every group of every hierarchy, as a path.
  static func all() -> Set<String> {
    var groups: Set<String> = []
    for root in mountPoints { collect(root, into: &groups) }
    return groups
  }

  private static func collect(_ folder: String, into groups: inout Set<String>) {
    guard let directory = opendir(folder) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      groups.insert(folder + "/" + name)
      collect(folder + "/" + name, into: &groups)
    }
  }

  private static func mountPoints(withController controller: String?) -> [String] {
    MountTable.current().compactMap { mount in
      switch mount.type {
      case "cgroup":
        let controllers = mount.superOptions.split(separator: ",")
        return controller.map { controllers.contains(Substring($0)) } ?? true ? mount.point : nil
      case "cgroup2":
        let controllers = (try? Files.readText(mount.point + "/cgroup.controllers")) ?? ""
        return controller.map { controllers.split(whereSeparator: \.isWhitespace).contains(Substring($0)) } ?? true
          ? mount.point : nil
      default: return nil
      }
    }
  }

  /// The group of this process in the hierarchy mounted at `root`, when it is visible there.
  private static func ownGroup(in root: String) -> String {
    let controller = root.split(separator: "/").last ?? ""
    for line in ((try? Files.readText("/proc/self/cgroup")) ?? "").split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[2] != "/" else { continue }
      let isThis = fields[1].isEmpty ? controller == "cgroup" : fields[1].split(separator: ",").contains(controller)
      if isThis, Files.isDirectory(root + fields[2]) { return String(fields[2]) }
    }
    return ""
  }
}
