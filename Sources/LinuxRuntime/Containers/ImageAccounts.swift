internal import Glibc
internal import SystemIO

/// The users and groups that an image knows.
struct ImageAccounts: Sendable, Equatable {
  struct User: Sendable, Equatable {
    var name: String
    var id: UInt32
    var group: UInt32
    var home: String
  }

  struct Group: Sendable, Equatable {
    var name: String
    var id: UInt32
    var members: [String]
  }

  var users: [User] = []
  var groups: [Group] = []

  init(passwd: String, group: String) {
    users = Self.rows(passwd, fields: 7).compactMap { row in
      guard let id = UInt32(row[2]), let group = UInt32(row[3]) else { return nil }
      return User(name: String(row[0]), id: id, group: group, home: String(row[5]))
    }
    groups = Self.rows(group, fields: 4).compactMap { row in
      guard let id = UInt32(row[2]) else { return nil }
      return Group(name: String(row[0]), id: id, members: row[3].split(separator: ",").map(String.init))
    }
  }

  private static func rows(_ text: String, fields: Int) -> [[Substring]] {
    text.split(separator: "\n").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
      .filter { $0.count == fields }
  }

  /// From the highest layer that has the files; what is no file of that layer counts for nothing.
  init(layers: [String]) {
    func text(_ name: String) -> String {
      for layer in layers.reversed() {
        guard let bytes = try? Files.read("etc/\(name)", beneath: layer, upTo: 1 << 20) else { continue }
        return String(decoding: bytes, as: UTF8.self)
      }
      return ""
    }
    self.init(passwd: text("passwd"), group: text("group"))
  }

  func home(of user: UInt32) -> String { users.first { $0.id == user }?.home ?? "/" }

  /// `USER`, `UID`, `USER:GROUP` or any mixture, as an image's configuration says it; the message on failure is that of
  /// container runtimes.
  func resolve(_ text: String) throws(AccountError) -> (user: UInt32, group: UInt32, supplementary: [UInt32]) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    if name.isEmpty { return (0, 0, []) }
    // A number is an id, whatever the image calls its users: else an image could make a chosen user another one, root.
    let number = UInt32(name)
    let known = users.first { number == nil ? $0.name == name : $0.id == number }
    guard let user = number ?? known?.id else {
      throw AccountError(message: "unable to find user \(name): no matching entries in passwd file")
    }
    var group = known?.group ?? 0
    if parts.count == 2 {
      let wanted = String(parts[1])
      guard let found = UInt32(wanted) ?? groups.first(where: { $0.name == wanted })?.id else {
        throw AccountError(message: "unable to find group \(wanted): no matching entries in group file")
      }
      group = found
    }
    return (user, group, supplementary(of: known?.name))
  }

  /// The groups that list a user as a member.
  func supplementary(of name: String?) -> [UInt32] {
    guard let name else { return [] }
    return groups.filter { $0.members.contains(name) }.map(\.id)
  }
}

/// An image does not know a user that it is to run as.
struct AccountError: Error, Equatable {
  var message: String
}
