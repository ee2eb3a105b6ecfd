/// What the superuser's powers are divided into.
struct CapabilitySet: OptionSet, Sendable, Hashable, CustomStringConvertible {
  let rawValue: UInt64

  /// Names without `CAP_`, in the kernel's order.
  static let names = [
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
  ]

  static let all = CapabilitySet(rawValue: 1 << UInt64(names.count) - 1)

  /// What a container has unless its pod says otherwise.
  static let containerDefault = CapabilitySet(named: [
    "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP",
    "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
  ])

  /// What mean the machine and nothing of a node: its modules, ports and log, files of its disks that no path of the node
  /// leads to, and what watches or outlives everything. Its clock is kept by the filter of the node, since manifests that
  /// ask for it are common and show what they got.
  static let ofTheMachine = CapabilitySet(named: [
    "DAC_READ_SEARCH", "LINUX_IMMUTABLE", "SYS_MODULE", "SYS_RAWIO", "SYS_PACCT", "SYS_BOOT", "AUDIT_CONTROL",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
  ])

  /// No program of a node of root's ever gets more. In a user namespace all of them mean the namespace.
  static let ofRootsNodes = all.subtracting(ofTheMachine)

  init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Unknown names count for nothing; `ALL` is every capability.
  init(named names: [String]) {
    var bits: UInt64 = 0
    for name in names {
      let plain = name.uppercased()
      if plain == "ALL" { bits |= Self.all.rawValue }
      if let bit = Self.names.firstIndex(of: plain.hasPrefix("CAP_") ? String(plain.dropFirst(4)) : plain) {
        bits |= 1 << UInt64(bit)
      }
    }
    rawValue = bits
  }

  /// First all or none of them, then single ones; what is both added and dropped is dropped.
  func adding(_ added: [String], dropping dropped: [String]) -> CapabilitySet {
    func isAll(_ name: String) -> Bool { name.uppercased() == "ALL" }
    var set = added.contains(where: isAll) ? .all : self
    if dropped.contains(where: isAll) { set = [] }
    return set.union(CapabilitySet(named: added.filter { !isAll($0) }))
      .subtracting(CapabilitySet(named: dropped.filter { !isAll($0) }))
  }

  var description: String {
    if self == .all { return "ALL" }
    let present = Self.names.indices.filter { rawValue >> UInt64($0) & 1 == 1 }.map { Self.names[$0] }
    return present.isEmpty ? "none" : present.joined(separator: ",")
  }
}
