internal import CArchive
internal import Glibc
internal import SystemIO

/// What a container has changed in its file system, read from the upper directory of its overlay, as entries of a layer.
struct ChangedFiles {
  private let root: String
  private var entries: [LayerEntry] = []
  /// The first name of each file that has several.
  private var known: [FileName: String] = [:]

  private struct FileName: Hashable {
    var device: UInt
    var inode: UInt
  }

  /// Sorted by path. Nobody may be writing to the directory any more.
  static func entries(of upper: String) throws -> [LayerEntry] {
    var files = ChangedFiles(root: upper)
    // The runtime makes these for its own mounts, over whatever the image has there.
    try files.take("", except: ["dev", "proc", "sys"])
    return files.entries
  }

  private init(root: String) { self.root = root }

  private mutating func take(_ folder: String, except excluded: Set<String> = []) throws {
    for name in try Files.list(folder.isEmpty ? root : root + "/" + folder).sorted() where !excluded.contains(name) {
      try takeFile(folder.isEmpty ? name : folder + "/" + name, in: folder, name)
    }
  }

  private mutating func takeFile(_ path: String, in folder: String, _ name: String) throws {
    let place = root + "/" + path
    var status = stat()
    try systemCall("lstat", on: place) { lstat(place, &status) }
    var entry = LayerEntry.directory(path, mode: status.st_mode & 0o7777)
    entry.owner = FileOwner(user: status.st_uid, group: status.st_gid)
    entry.attributes = Self.attributes(of: place)
    switch FileType(rawValue: status.st_mode & S_IFMT) {
    case .directory:
      entries.append(entry)
      if Self.isOpaque(place) { entries.append(.text(path + "/.wh..wh..opq", "")) }
      try take(path)
    case .symbolicLink:
      entry.kind = .symbolicLink(to: try Files.linkTarget(place))
      entries.append(entry)
    case .regular:
      let file = FileName(device: UInt(status.st_dev), inode: UInt(status.st_ino))
      if status.st_nlink > 1, let first = known[file] {
        entry.kind = .hardLink(to: first)
      } else {
        known[file] = path
        entry.kind = .file(LayerEntry.FileSource(folder: root, path: path), size: Int(status.st_size))
      }
      entries.append(entry)
    case .characterDevice where status.st_rdev == 0:
      // How overlay file systems remember what was removed.
      entries.append(.text((folder.isEmpty ? "" : folder + "/") + ".wh." + name, ""))
    case .characterDevice, .blockDevice, .socket, .namedPipe, nil:
      // Nothing that would be of use in another container.
      break
    }
  }

  /// What image tools keep: the capabilities of programs, and what users have noted. All else is of this machine or of
  /// the overlay file system.
  private static func attributes(of path: String) -> [LayerEntry.Attribute] {
    // File systems without attributes have none to keep.
    let names = read { llistxattr(path, $0?.assumingMemoryBound(to: CChar.self), $1) }
      .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    let kept = names.filter { $0 == "security.capability" || $0.hasPrefix("user.") && !$0.hasPrefix("user.overlay.") }
    return kept.sorted().map { name in
      LayerEntry.Attribute(name: name, value: read { lgetxattr(path, name, $0, $1) })
    }
  }

  private static func read(_ call: (UnsafeMutableRawPointer?, Int) -> Int) -> [UInt8] {
    let size = call(nil, 0)
    guard size > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: size)
    let count = bytes.withUnsafeMutableBytes { call($0.baseAddress, size) }
    return Array(bytes.prefix(max(count, 0)))
  }

  /// Whether the folder hides what lower layers have in it.
  private static func isOpaque(_ path: String) -> Bool {
    var value: UInt8 = 0
    for name in ["trusted.overlay.opaque", "user.overlay.opaque"] where lgetxattr(path, name, &value, 1) == 1 {
      return value == UInt8(ascii: "y")
    }
    return false
  }
}
