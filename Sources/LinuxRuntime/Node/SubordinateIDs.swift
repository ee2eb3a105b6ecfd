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

  /// The best that works for whoever runs this, and a command that would let more work; empty where nothing more can be.
  static func working() async -> (mapping: IDMapping, remedy: String) {
    let best = available()
    guard case .ranges = best else { return (best, best.isRootless ? remedy : "") }
    if await HostCapabilities.failure(asUser: 1, best) == nil { return (best, remedy) }
    return (.single(user: geteuid(), group: getegid()), "sudo chmod u+s \(helpers.users) \(helpers.groups)")
  }

  /// How many other users images count on: `nobody` is the last of them.
  static let usualCount: UInt32 = 65_536

  /// The largest range that a file in the manner of subuid(5) grants: `NAME:START:COUNT`, by name or by number.
  static func range(in text: String, name: String?, id: UInt32) -> (start: UInt32, count: UInt32)? {
    ranges(in: text).filter { $0.owner == String(id) || $0.owner == name }.map { ($0.start, $0.count) }
      .max { $0.1 < $1.1 }
  }

  private static func ranges(in text: String) -> [(owner: String, start: UInt32, count: UInt32)] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 3, let start = UInt32(fields[1]), let count = UInt32(fields[2]), count > 0 else {
        return nil
      }
      return (String(fields[0]), start, count)
    }
  }

  /// A command that gives this user ids which nobody else has.
  static var remedy: String {
    let files = ["/etc/subuid", "/etc/subgid"].map { (try? Files.readText($0)) ?? "" }
    let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
    return grant(
      hasHelpers: Files.exists(helpers.users) && Files.exists(helpers.groups), files: files,
      user: (name, geteuid()))
  }

  /// - Parameter files: What subuid and subgid say.
  static func grant(hasHelpers: Bool, files: [String], user: (name: String?, id: UInt32)) -> String {
    let install = "sudo apt-get install uidmap"
    let hasRanges = files.allSatisfy {
      (range(in: $0, name: user.name, id: user.id)?.count ?? 0) >= usualCount - 1
    }
    // Only root of the machine has more than that.
    if hasRanges { return hasHelpers ? "sudo podium" : install }
    // Two users with the same ids could reach into each other's pods.
    let ends = files.flatMap(ranges).map { UInt64($0.start) + UInt64($0.count) }
    let first = max(100_000, ends.max() ?? 0)
    let free = "\(first)-\(first + UInt64(usualCount) - 1)"
    let grant = "sudo usermod --add-subuids \(free) --add-subgids \(free) \(user.name ?? "$USER")"
    return hasHelpers ? grant : "\(install) && \(grant)"
  }
}
