/// Kinds of namespaces, with the numbers that clone, setns and unshare take.
struct NamespaceSet: OptionSet, Sendable, Hashable {
  let rawValue: UInt64

  static let mount = NamespaceSet(rawValue: 0x0002_0000)
  static let cgroup = NamespaceSet(rawValue: 0x0200_0000)
  static let hostName = NamespaceSet(rawValue: 0x0400_0000)
  static let ipc = NamespaceSet(rawValue: 0x0800_0000)
  static let user = NamespaceSet(rawValue: 0x1000_0000)
  static let process = NamespaceSet(rawValue: 0x2000_0000)
  static let network = NamespaceSet(rawValue: 0x4000_0000)

  private static let names: [(NamespaceSet, String)] = [
    (.user, "user"), (.mount, "mount"), (.process, "pid"), (.network, "net"), (.ipc, "ipc"), (.hostName, "uts"),
    (.cgroup, "cgroup"),
  ]

  var text: String { Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ",") }
}

/// Flags of mount(2).
struct MountFlags: OptionSet, Sendable, Hashable {
  let rawValue: UInt64

  static let readOnly = MountFlags(rawValue: 1)
  static let noSetUserID = MountFlags(rawValue: 2)
  static let noDevices = MountFlags(rawValue: 4)
  static let noExecution = MountFlags(rawValue: 8)
  static let remount = MountFlags(rawValue: 32)
  static let bind = MountFlags(rawValue: 4096)
  static let recursive = MountFlags(rawValue: 16384)
  static let isPrivate = MountFlags(rawValue: 1 << 18)

  static let hardened: MountFlags = [.noSetUserID, .noDevices, .noExecution]

  private static let names: [(MountFlags, String)] = [
    (.bind, "bind"), (.recursive, "rec"), (.isPrivate, "private"), (.remount, "remount"), (.readOnly, "ro"),
    (.noSetUserID, "nosuid"), (.noDevices, "nodev"), (.noExecution, "noexec"),
  ]

  var text: String { Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ",") }
}

/// Attributes of mount_setattr(2): what a mount that already exists comes to forbid, with all mounts below it or, in the
/// upper half of the bits, alone.
struct MountAttributes: OptionSet, Sendable, Hashable {
  let rawValue: UInt64

  static let readOnly = MountAttributes(rawValue: 1)
  static let noSetUserID = MountAttributes(rawValue: 2)
  static let noDevices = MountAttributes(rawValue: 4)
  /// What is mounted further down stays as it is.
  static let readOnlyAtTheTop = MountAttributes(rawValue: 1 << 32)

  private static let names: [(MountAttributes, String)] = [
    (.readOnly, "ro"), (.readOnlyAtTheTop, "ro at the top"), (.noSetUserID, "nosuid"), (.noDevices, "nodev"),
  ]

  var text: String { Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ",") }
}

/// Options of prctl(2) that steps use.
enum ProcessControl: Int32, Sendable {
  case parentDeathSignal = 1
  case isDumpable = 4
  case noNewPrivileges = 38

  var text: String {
    switch self {
    case .parentDeathSignal: "parent death signal"
    case .isDumpable: "dumpable"
    case .noNewPrivileges: "no new privileges"
    }
  }
}
