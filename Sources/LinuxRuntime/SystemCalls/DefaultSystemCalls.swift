internal import Glibc

extension SystemCallProfile {
  /// `RuntimeDefault`: everything but what reaches beyond a container, unless a capability of the container asks for it.
  ///
  /// The same calls fail as under containerd's own default. `ptrace` is not among them: since Linux 4.8 a traced process
  /// cannot get around its filter.
  static func runtimeDefault(_ capabilities: CapabilitySet) -> SystemCallProfile {
    var profile = SystemCallProfile(usual: .allow)
    let refused = Action.fail(UInt32(EPERM))
    var calls = neverAllowed
    for (needed, names) in allowedWith where capabilities.isDisjoint(with: CapabilitySet(named: needed)) {
      calls += names
    }
    profile.rules.append(Rule(calls: calls, action: refused))
    // Sockets that reach the machine below.
    profile.rules.append(
      Rule(
        calls: ["socket"], action: refused,
        conditions: [Condition(argument: 0, comparison: .isEqual, value: UInt64(AF_VSOCK))]))
    if capabilities.isDisjoint(with: CapabilitySet(named: ["SYS_ADMIN"])) {
      // A filter cannot look into the structure that clone3 takes; told that there is no such call, programs use clone.
      profile.rules.append(Rule(calls: ["clone3"], action: .fail(UInt32(ENOSYS))))
      for namespace: NamespaceSet in [.mount, .cgroup, .hostName, .ipc, .user, .process, .network] {
        let bit = namespace.rawValue
        profile.rules.append(
          Rule(
            calls: ["clone"], action: refused,
            conditions: [Condition(argument: 0, comparison: .isEqualMasked, value: bit, second: bit)]))
      }
    }
    return profile
  }

  /// Of the machine's root, without a user namespace around the node: the kernel keeps one set of keys for every process
  /// of his, and answers these questions about the whole machine to whoever may mount file systems.
  static let ofRootsNodes: SystemCallProfile = {
    var profile = SystemCallProfile(usual: .allow)
    profile.rules.append(Rule(calls: ["add_key", "keyctl", "request_key"], action: .fail(UInt32(ENOSYS))))
    profile.rules.append(
      Rule(
        calls: [
          "adjtimex", "bpf", "clock_adjtime", "clock_adjtime64", "clock_settime", "clock_settime64", "kexec_file_load",
          "kexec_load", "open_by_handle_at", "perf_event_open", "quotactl", "quotactl_fd", "settimeofday", "stime",
          "swapoff", "swapon", "syslog",
        ], action: .fail(UInt32(EPERM))))
    return profile
  }()

  private static let neverAllowed = [
    "add_key", "keyctl", "request_key", "kexec_load", "kexec_file_load", "userfaultfd", "io_uring_setup",
    "io_uring_enter", "io_uring_register", "pivot_root", "swapon", "swapoff", "migrate_pages", "move_pages",
    "nfsservctl", "create_module", "get_kernel_syms", "query_module", "sysfs", "_sysctl", "uselib", "ustat", "vm86",
    "vm86old",
  ]

  /// Any one of the capabilities is enough.
  private static let allowedWith: [(capabilities: [String], calls: [String])] = [
    (
      ["SYS_ADMIN"],
      [
        "fanotify_init", "fsconfig", "fsmount", "fsopen", "fspick", "lookup_dcookie", "mount", "mount_setattr",
        "move_mount", "open_tree", "quotactl", "quotactl_fd", "setdomainname", "sethostname", "setns", "umount",
        "umount2", "unshare",
      ]
    ),
    (["SYS_ADMIN", "BPF"], ["bpf"]),
    (["SYS_ADMIN", "PERFMON"], ["perf_event_open"]),
    (["SYS_ADMIN", "SYSLOG"], ["syslog"]),
    (["DAC_READ_SEARCH"], ["open_by_handle_at"]),
    (["SYS_BOOT"], ["reboot"]),
    (["SYS_CHROOT"], ["chroot"]),
    (["SYS_MODULE"], ["init_module", "finit_module", "delete_module"]),
    (["SYS_NICE"], ["get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"]),
    (["SYS_PACCT"], ["acct"]),
    (["SYS_PTRACE"], ["kcmp", "pidfd_getfd"]),
    (["SYS_RAWIO"], ["iopl", "ioperm"]),
    (["SYS_TIME"], ["settimeofday", "stime", "clock_settime", "clock_settime64"]),
    (["SYS_TTY_CONFIG"], ["vhangup"]),
  ]
}
