internal import Glibc
internal import SystemIO

/// How this user may map ids into a user namespace.
extension IDMapping {
  static let helpers = (users: "/usr/bin/newuidmap", groups: "/usr/bin/newgidmap")

  /// The best that is possible for whoever runs this.
  static func available() -> IDMapping {
    let (user, group) = (geteuid(), getegid())
    if user == 0 { return .none }
    let name = getpwuid(user).map { String(cString: $0.pointee.pw_name) }
    guard Files.exists(helpers.users), Files.exists(helpers.groups),
      let users = range(in: (try? Files.readText("/etc/subuid")) ?? "", name: name, id: user),
      let groups = range(in: (try? Files.readText("/etc/subgid")) ?? "", name: name, id: user)
    else { return .single(user: user, group: group) }
    return .ranges(
      newuidmap: [helpers.users, "PID", "0", "\(user)", "1", "1", "\(users.start)", "\(users.count)"],
      newgidmap: [helpers.groups, "PID", "0", "\(group)", "1", "1", "\(groups.start)", "\(groups.count)"])
  }

  /// The first range that a file in the manner of subuid(5) grants: `NAME:START:COUNT`, by name or by number.
  static func range(in text: String, name: String?, id: UInt32) -> (start: UInt32, count: UInt32)? {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 3, let start = UInt32(fields[1]), let count = UInt32(fields[2]), count > 0 else { continue }
      if fields[0] == String(id) || name.map({ fields[0] == $0 }) ?? false { return (start, count) }
    }
    return nil
  }
}
