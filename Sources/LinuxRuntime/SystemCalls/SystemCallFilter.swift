internal import CLinux
internal import CSeccomp
internal import Glibc
internal import SystemIO

/// A profile made into the program that the kernel runs at every system call.
struct SystemCallFilter: Sendable, Equatable {
  /// For messages: where it comes from.
  let name: String
  /// Instructions of the classic packet filter, eight bytes each.
  let program: [UInt8]

  /// Calls that this machine does not have are left out: nobody can make them.
  init(_ profile: SystemCallProfile, named name: String) throws(ProfileError) {
    self.name = name
    guard let filter = seccomp_init(profile.usual.number) else { throw ProfileError("seccomp_init failed") }
    defer { seccomp_release(filter) }
    try Self.check("architectures", cseccomp_add_siblings(filter))
    // What every call gets anyway is no rule.
    for rule in profile.rules where rule.action != profile.usual {
      let conditions = rule.conditions.map(Self.comparison)
      for call in rule.calls {
        let number = seccomp_syscall_resolve_name(call)
        if number == unknownCall { continue }
        let failure = seccomp_rule_add_array(
          filter, rule.action.number, number, UInt32(conditions.count), conditions)
        try Self.check("rule of \(call)", failure)
      }
    }
    program = try Self.exported(filter)
  }

  private static func comparison(_ condition: SystemCallProfile.Condition) -> scmp_arg_cmp {
    let order = SystemCallProfile.Comparison.allCases.firstIndex(of: condition.comparison)!
    return scmp_arg_cmp(
      arg: condition.argument, op: scmp_compare(UInt32(order) + 1), datum_a: condition.value,
      datum_b: condition.second)
  }

  private static func exported(_ filter: scmp_filter_ctx) throws(ProfileError) -> [UInt8] {
    let file = clinux_memory_file("system call filter")
    guard file >= 0 else { throw ProfileError("memfd_create: \(String(cString: strerror(errno)))") }
    defer { close(file) }
    try check("program", seccomp_export_bpf(filter, file))
    do {
      return try Files.read("/proc/self/fd/\(file)")
    } catch {
      throw ProfileError("\(error)")
    }
  }

  private static func check(_ what: String, _ result: Int32) throws(ProfileError) {
    if result != 0 { throw ProfileError("\(what): \(String(cString: strerror(-result)))") }
  }
}

/// What libseccomp answers when asked for a name that it has never heard of.
private let unknownCall: Int32 = -1
