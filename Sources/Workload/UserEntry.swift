/// A line of /etc/passwd; read here because the C library's way needs shared libraries at run time.
struct UserEntry {
  var name: String
  var id: UInt32
  var group: UInt32

  static func named(_ name: String) -> UserEntry? { all().first { $0.name == name } }

  static func all() -> [UserEntry] {
    (readText("/etc/passwd") ?? "").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count > 3, let id = UInt32(fields[2]), let group = UInt32(fields[3]) else { return nil }
      return UserEntry(name: String(fields[0]), id: id, group: group)
    }
  }
}

/// The name of a user, or its number where nobody has named it.
func userName(_ id: UInt32) -> String {
  UserEntry.all().first { $0.id == id }?.name ?? "\(id)"
}
