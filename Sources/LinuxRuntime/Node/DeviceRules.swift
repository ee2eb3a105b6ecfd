internal import CLinux
internal import Glibc
internal import SystemIO

/// Which devices the processes of a node may open. A pod that may mount file systems could make nodes of any device where
/// no mount forbids them, and the machine's disks are not the node's.
enum DeviceRules {
  /// Character devices; nil is any minor number.
  static let allowed: [(major: Int32, minor: Int32?)] = [
    (1, 3), (1, 5), (1, 7), (1, 8), (1, 9),  // null, zero, full, random, urandom
    (5, 0), (5, 1), (5, 2),  // tty, console, ptmx
    (136, nil),  // terminals
    (10, 200),  // net/tun
  ]

  /// Nodes of devices may be made, as everywhere in containers; it is the opening that counts.
  static func apply(toLegacy directory: String) throws(SystemCallError) {
    let rules = allowed.map { "c \($0.major):\($0.minor.map(String.init) ?? "*") rwm" }
    try unlessNeedless { () throws(SystemCallError) in
      try CgroupHierarchy.tell(directory + "/devices.deny", "a")
      for rule in ["b *:* m", "c *:* m"] + rules { try CgroupHierarchy.tell(directory + "/devices.allow", rule) }
    }
  }

  /// Version 2 asks a program of ours, which stays with the group.
  static func apply(toUnified directory: String) throws(SystemCallError) {
    let group = try Files.open(directory, O_RDONLY | O_DIRECTORY)
    defer { close(group) }
    let majors = allowed.map(\.major)
    let minors = allowed.map { $0.minor ?? -1 }
    try unlessNeedless { () throws(SystemCallError) in
      try systemCall("bpf", on: directory) { clinux_limit_devices(group, majors, minors, Int32(majors.count)) }
    }
  }

  /// Root of a user namespace may set no rules, and cannot make nodes that could be opened either.
  private static func unlessNeedless(_ body: () throws(SystemCallError) -> Void) throws(SystemCallError) {
    do {
      try body()
    } catch {
      if error.errno != EPERM { throw error }
    }
  }
}
