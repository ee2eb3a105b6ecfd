internal import CArchive
internal import Glibc

/// What is where in the file system that layers make together, known from their archives alone: files of other users are
/// none of this process's business.
final class RootListing {
  struct Place: Sendable, Equatable {
    var type: FileType
    var mode: UInt32
    var owner: FileOwner
    /// Of a link.
    var target = ""
  }

  /// Users and groups are looked up in these.
  private(set) var texts: [String: String] = [:]
  private let root = Node(Place(type: .directory, mode: 0o755, owner: .root), layer: 0)
  private var layers = 0

  private final class Node {
    var place: Place
    var children: [String: Node] = [:]
    /// Which layer has put it there.
    var layer: Int

    init(_ place: Place, layer: Int) {
      self.place = place
      self.layer = layer
    }

    /// Takes away what lower layers have put below.
    func removeOlder(than layer: Int) {
      for (name, child) in children {
        child.removeOlder(than: layer)
        if child.layer < layer, child.children.isEmpty { children[name] = nil }
      }
    }
  }

  /// Lays the archive of a layer over what is there.
  func add(_ path: String) throws {
    layers += 1
    let reader = try TarReader(path, digested: false)
    while let entry = try reader.next() {
      guard let raw = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) else { continue }
      let names = String(cString: raw).split(separator: "/").map(String.init).filter { $0 != "." }
      guard let last = names.last, !names.contains("..") else { continue }
      let parent = node(names.dropLast())
      if last == ".wh..wh..opq" {
        parent.removeOlder(than: layers)
        continue
      }
      if last.hasPrefix(".wh.") {
        let name = String(last.dropFirst(4))
        guard let hidden = parent.children[name] else { continue }
        hidden.removeOlder(than: layers)
        if hidden.layer < layers, hidden.children.isEmpty { parent.children[name] = nil }
        continue
      }
      add(entry, last, to: parent)
      if ["etc/passwd", "etc/group"].contains(names.joined(separator: "/")) {
        texts[last] = try Self.text(reader, size: Int(archive_entry_size(entry)))
      }
    }
  }

  private func add(_ entry: OpaquePointer, _ name: String, to parent: Node) {
    var place = Place(
      type: FileType(rawValue: UInt32(archive_entry_filetype(entry))) ?? .regular,
      mode: UInt32(archive_entry_perm(entry)) & 0o7777,
      owner: FileOwner(
        user: UInt32(truncatingIfNeeded: archive_entry_uid(entry)),
        group: UInt32(truncatingIfNeeded: archive_entry_gid(entry))))
    if archive_entry_hardlink(entry) != nil { place.type = .regular }
    if let target = archive_entry_symlink_utf8(entry) ?? archive_entry_symlink(entry) {
      place.type = .symbolicLink
      place.target = String(cString: target)
    }
    if let known = parent.children[name], known.place.type == .directory, place.type == .directory {
      known.place = place
      known.layer = layers
    } else {
      parent.children[name] = Node(place, layer: layers)
    }
  }

  private static func text(_ reader: TarReader, size: Int) throws -> String {
    var bytes = [UInt8](repeating: 0, count: min(size, 1 << 20))
    let count = archive_read_data(reader.archive, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// The node of these names, with folders made where nothing is; links within an archive's own names are not followed,
  /// since every layer names real places.
  private func node(_ names: ArraySlice<String>) -> Node {
    var node = root
    for name in names {
      if let next = node.children[name] {
        node = next
      } else {
        let next = Node(Place(type: .directory, mode: 0o755, owner: .root), layer: layers)
        node.children[name] = next
        node = next
      }
    }
    return node
  }

  // MARK: Looking

  /// What is at a path without links, as `resolved` answers it.
  subscript(path: [String]) -> Place? {
    var node: Node? = root
    for name in path { node = node?.children[name] }
    return node?.place
  }

  /// Where a path leads when links are followed, in names below the root; what is not there is taken as it is. Nil for a
  /// circle of links.
  func resolved(_ path: String) -> [String]? {
    var names: [String] = []
    var rest = path.split(separator: "/").map(String.init)[...]
    var hops = 0
    while let name = rest.popFirst() {
      if name == "." { continue }
      if name == ".." {
        _ = names.popLast()
        continue
      }
      if let place = self[names + [name]], place.type == .symbolicLink {
        hops += 1
        if hops > 40 { return nil }
        if place.target.hasPrefix("/") { names = [] }
        rest = (place.target.split(separator: "/").map(String.init) + rest)[...]
        continue
      }
      names.append(name)
    }
    return names
  }

  /// `user`, `uid`, `user:group` and mixtures, as the image's own files explain them; nil when it has no such name.
  func owner(_ text: String) -> FileOwner? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    func rows(_ file: String) -> [[Substring]] {
      (texts[file] ?? "").split(separator: "\n").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
        .filter { $0.count > 3 }
    }
    let account = rows("passwd").first { $0[0] == parts[0] || $0[2] == parts[0] }
    guard let user = UInt32(parts[0]) ?? account.flatMap({ UInt32($0[2]) }) else { return nil }
    if parts.count == 1 { return FileOwner(user: user, group: account.flatMap { UInt32($0[3]) } ?? user) }
    let group = UInt32(parts[1]) ?? rows("group").first { $0[0] == parts[1] }.flatMap { UInt32($0[2]) }
    return group.map { FileOwner(user: user, group: $0) }
  }
}
