internal import CArchive
internal import Glibc
internal import SystemIO

/// Unpacks a layer's archive into a directory that nobody else looks at yet.
///
/// Ownership is kept where this process may give files away, which is the case for root and inside a user namespace
/// with enough ids. Paths never leave the directory, whatever the archive says.
struct LayerUnpacker {
  private let reader: TarReader
  private let source: String
  private let root: String
  private let lower: [String]
  private let mayGiveAway: Bool
  /// Set at the end, since unpacking into a directory changes its time and may need to write into it.
  private var directories: [(path: String, mode: UInt32, seconds: Int)] = []
  /// The archive has ended without the bytes that fill up its last block, as some tools leave it.
  private var lacksEnd = false
  /// Whether files belong to others than root, and whether root has files of others.
  private var hasOtherOwners = false
  private var lacksOwners = false
  /// Where names of directories were found to lead; forgotten when anything is replaced.
  private var resolved: [String: String] = [:]

  /// Unpacks `source`, compressed or not, into the existing directory `root`.
  ///
  /// With `diffID` the archive must have that digest before compression; without, it was made here a moment ago.
  ///
  /// - Parameter lower: The unpacked layers that lie under this one, lowest first.
  ///
  /// Answers how far its files belong to whom the archive says; nil when it says that they are all root's.
  @discardableResult
  static func unpack(
    _ source: String, into root: String, over lower: [String] = [], expecting diffID: String?
  ) throws -> LayerOwnership? {
    let reader = try TarReader(source, digested: diffID != nil)
    var unpacker = LayerUnpacker(
      reader: reader, source: source, root: root, lower: lower, mayGiveAway: geteuid() == 0)
    try unpacker.run()
    if let diffID, try reader.content.digestOfAll() != diffID {
      throw ImageStoreError.damaged(path: source, problem: "it does not hold the layer \(diffID)")
    }
    return unpacker.hasOtherOwners
      ? LayerOwnership(ids: LayerOwnership.ownIDs, isIncomplete: unpacker.lacksOwners) : nil
  }

  private init(reader: TarReader, source: String, root: String, lower: [String], mayGiveAway: Bool) {
    self.reader = reader
    self.source = source
    self.root = root
    self.lower = lower
    self.mayGiveAway = mayGiveAway
  }

  private var archive: OpaquePointer { reader.archive }

  private mutating func run() throws {
    while !lacksEnd, let entry = try reader.next() { try take(entry) }
    for directory in directories.reversed() {
      try systemCall("chmod", on: directory.path) { chmod(directory.path, directory.mode) }
      setTime(directory.path, directory.seconds)
    }
  }

  private mutating func take(_ entry: OpaquePointer) throws {
    guard let rawName = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) else {
      throw ImageStoreError.refused(archive: source, entry: "?", problem: "has no name")
    }
    let name = String(cString: rawName)
    let components = try components(of: name, entry: name)
    let type = FileType(rawValue: UInt32(archive_entry_filetype(entry)))
    let mode = UInt32(archive_entry_perm(entry)) & 0o7777
    guard let last = components.last else {
      // The root itself: only its mode matters.
      if type == .directory { directories.append((root, mode, Int(archive_entry_mtime(entry)))) }
      return
    }
    let parent = try parent(components.dropLast(), entry: name)

    if last.hasPrefix(".wh.") {
      try makeWhiteout(last, in: parent, entry: name)
      return
    }
    let path = parent + "/" + last
    if let target = archive_entry_hardlink_utf8(entry) ?? archive_entry_hardlink(entry) {
      let targetName = String(cString: target)
      let targetComponents = try self.components(of: targetName, entry: name)
      guard let targetLast = targetComponents.last else {
        throw ImageStoreError.refused(archive: source, entry: name, problem: "is a link to the root")
      }
      let targetPath = try self.parent(targetComponents.dropLast(), entry: name) + "/" + targetLast
      try clear(path, keepingDirectory: false)
      try systemCall("link", on: path) { link(targetPath, path) }
      return
    }

    try clear(path, keepingDirectory: type == .directory)
    switch type {
    case .directory:
      if mkdir(path, 0o700) != 0 && errno != EEXIST { throw SystemCallError("mkdir", on: path) }
      directories.append((path, mode, Int(archive_entry_mtime(entry))))
    case .regular: try writeFile(path, size: archive_entry_size(entry), entry: name)
    case .symbolicLink:
      let target = (archive_entry_symlink_utf8(entry) ?? archive_entry_symlink(entry)).map { String(cString: $0) } ?? ""
      try systemCall("symlink", on: path) { symlink(target, path) }
    case .namedPipe: try systemCall("mkfifo", on: path) { mkfifo(path, mode) }
    case .characterDevice, .blockDevice, .socket, nil:
      // Containers get their own small /dev; a device of an image would be of no use and could be of harm.
      return
    }
    let owner = uid_t(truncatingIfNeeded: archive_entry_uid(entry))
    let group = gid_t(truncatingIfNeeded: archive_entry_gid(entry))
    if owner != 0 || group != 0 { hasOtherOwners = true }
    if !mayGiveAway {
      lacksOwners = hasOtherOwners
    } else if lchown(path, owner, group) != 0 {
      // An id that this user namespace does not map; the file stays with its root.
      guard errno == EINVAL else { throw SystemCallError("lchown", on: path) }
      lacksOwners = true
    }
    if type != .symbolicLink { try setExtendedAttributes(of: entry, on: path) }
    if type == .directory { return }
    // After the owner: changing that takes the set-user-id bit away.
    if type != .symbolicLink { try systemCall("chmod", on: path) { chmod(path, mode) } }
    setTime(path, Int(archive_entry_mtime(entry)))
  }

  /// The parts of a path without `.` and empty ones; `..` and what hides a zero byte are refused.
  private func components(of path: String, entry: String) throws -> [String] {
    let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
    if parts.contains("..") {
      throw ImageStoreError.refused(archive: source, entry: entry, problem: "would climb out of the image with ..")
    }
    return parts
  }

  /// The directory that the components lead to, made if missing; links on the way are followed inside the root only.
  private mutating func parent(_ components: ArraySlice<String>, entry: String) throws -> String {
    let name = components.joined(separator: "/")
    if let known = resolved[name] { return known }
    let path = try resolve(components, entry: entry)
    resolved[name] = path
    return path
  }

  private mutating func resolve(_ components: ArraySlice<String>, entry: String) throws -> String {
    var path: [String] = []
    var rest = Array(components)
    var hops = 0
    while !rest.isEmpty {
      let name = rest.removeFirst()
      if name == ".." {
        _ = path.popLast()
        continue
      }
      if name == "." || name.isEmpty { continue }
      let candidate = ([root] + path + [name]).joined(separator: "/")
      switch FileType(of: candidate) {
      case nil:
        guard errno == ENOENT else { throw SystemCallError("lstat", on: candidate) }
        path.append(name)
        try makeUnlisted(candidate, path)
      case .symbolicLink:
        hops += 1
        if hops > 40 {
          throw ImageStoreError.refused(archive: source, entry: entry, problem: "leads through a circle of links")
        }
        let target = try linkTarget(candidate)
        if target.hasPrefix("/") { path = [] }
        rest = target.split(separator: "/").map(String.init) + rest
      case .directory: path.append(name)
      default:
        throw ImageStoreError.refused(
          archive: source, entry: entry, problem: "uses the file \(candidate) as a directory")
      }
    }
    return ([root] + path).joined(separator: "/")
  }

  /// A directory that the layer leaves out hides one below, and so must be like it.
  private mutating func makeUnlisted(_ directory: String, _ path: [String]) throws {
    try systemCall("mkdir", on: directory) { mkdir(directory, 0o755) }
    guard let below = directoryBelow(path) else { return }
    if below.st_uid != 0 || below.st_gid != 0 { hasOtherOwners = true }
    if mayGiveAway { lchown(directory, below.st_uid, below.st_gid) }
    try systemCall("chmod", on: directory) { chmod(directory, below.st_mode & 0o7777) }
  }

  /// What the layers below say about the directory; nil when they have none there.
  private func directoryBelow(_ path: [String]) -> stat? {
    for layer in lower.reversed() {
      var status = stat()
      var place = layer
      // Step by step: a link on the way would lead out of the layer.
      let isHere = path.allSatisfy { name in
        place += "/" + name
        return lstat(place, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      }
      if isHere { return status }
      if FileType(of: place) != nil { return nil }
    }
    return nil
  }

  private func linkTarget(_ path: String) throws -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = try systemCall("readlink", on: path) {
      buffer.withUnsafeMutableBytes { readlink(path, $0.bindMemory(to: CChar.self).baseAddress!, $0.count) }
    }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// A later entry of the same name replaces the earlier one.
  private mutating func clear(_ path: String, keepingDirectory: Bool) throws {
    guard let type = FileType(of: path) else { return }
    let isDirectory = type == .directory
    if isDirectory && keepingDirectory { return }
    resolved = [:]
    if isDirectory { directories.removeAll { $0.path == path || $0.path.hasPrefix(path + "/") } }
    try Files.removeTree(path)
  }

  private mutating func writeFile(_ path: String, size: Int64, entry: String) throws {
    let descriptor = try Files.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    defer { close(descriptor) }
    var block: UnsafeRawPointer?
    var count = 0
    var offset: Int64 = 0
    var end: Int64 = 0
    while true {
      let result = archive_read_data_block(archive, &block, &count, &offset)
      if result == ARCHIVE_EOF { break }
      if result < ARCHIVE_WARN, end == size, reader.content.isAtEnd {
        lacksEnd = true
        break
      }
      guard result >= ARCHIVE_WARN else {
        throw ImageStoreError.refused(
          archive: source, entry: entry,
          problem: "cannot be read to its end: \(reader.problem)")
      }
      var written = 0
      while let block, written < count {
        written += try systemCall("write", on: path) {
          pwrite(descriptor, block + written, count - written, off_t(offset) + written)
        }
      }
      end = max(end, offset + Int64(count))
    }
    // A sparse file may end in a hole.
    try systemCall("ftruncate", on: path) { ftruncate(descriptor, off_t(end)) }
  }

  /// Overlay file systems keep what a layer removes as a character device 0/0, or as an attribute of the directory.
  private mutating func makeWhiteout(_ name: String, in parent: String, entry: String) throws {
    if name == ".wh..wh..opq" {
      let attribute = mayGiveAway ? "trusted.overlay.opaque" : "user.overlay.opaque"
      if lsetxattr(parent, attribute, "y", 1, 0) == 0 { return }
      try systemCall("lsetxattr", on: parent) { lsetxattr(parent, "user.overlay.opaque", "y", 1, 0) }
      return
    }
    // Notes that an older file system left to itself; they hide nothing.
    if name.hasPrefix(".wh..wh.") { return }
    let hidden = String(name.dropFirst(".wh.".count))
    if hidden.isEmpty || hidden == "." || hidden == ".." {
      throw ImageStoreError.refused(
        archive: source, entry: entry, problem: "would remove \(hidden.isEmpty ? "nothing" : hidden)")
    }
    let path = parent + "/" + hidden
    try clear(path, keepingDirectory: false)
    try systemCall("mknod", on: path) { mknod(path, FileType.characterDevice.rawValue, 0) }
  }

  private func setExtendedAttributes(of entry: OpaquePointer, on path: String) throws {
    guard archive_entry_xattr_reset(entry) > 0 else { return }
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var size = 0
    while archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK {
      guard let name else { continue }
      // Attributes that direct the overlay file system are ours to set, not an image's.
      let text = String(cString: name)
      if text.hasPrefix("trusted.") || text.hasPrefix("user.overlay.") { continue }
      // File systems without attributes and namespaces without the right lose them, as other tools do.
      if lsetxattr(path, name, value, size, 0) != 0, ![ENOTSUP, EPERM, EINVAL].contains(errno) {
        throw SystemCallError("lsetxattr", on: path)
      }
    }
  }

  private func setTime(_ path: String, _ seconds: Int) {
    let time = timespec(tv_sec: seconds, tv_nsec: 0)
    utimensat(AT_FDCWD, path, [time, time], AT_SYMLINK_NOFOLLOW)
  }
}
