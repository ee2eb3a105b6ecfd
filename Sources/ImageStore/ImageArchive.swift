internal import CArchive
internal import Digests
internal import Documents
internal import Glibc
internal import SystemIO

/// An archive of images on its way into the store: its files unpacked flat and digested.
struct ImageArchive {
  struct Member {
    /// Where its content lies for now.
    var path: String
    /// `sha256:…`
    var digest: String
    var size: Int
  }

  let source: String
  /// By their names in the archive.
  private var members: [String: Member] = [:]
  /// Names that stand for other members.
  private var links: [String: String] = [:]

  /// Unpacks the files of `source`, a tar file or a directory that holds an image layout, into `folder`.
  static func read(_ source: String, into folder: String) throws -> ImageArchive {
    var archive = ImageArchive(source: source)
    try systemCall("open", on: source) { access(source, R_OK) }
    if Files.isDirectory(source) {
      try archive.copyLayout(into: folder)
    } else {
      try archive.unpack(into: folder)
    }
    return archive
  }

  private init(source: String) { self.source = source }

  /// A member, also by the name of a link to it.
  subscript(name: String) -> Member? {
    var name = name
    for _ in 0..<8 {
      if let member = members[name] { return member }
      guard let next = links[name] else { return nil }
      name = next
    }
    return nil
  }

  func document(_ name: String) throws -> Document? {
    guard let member = self[name] else { return nil }
    do {
      return try Document.parse(json: Files.read(member.path))
    } catch let error as ParseError {
      throw ImageStoreError.refused(archive: source, entry: name, problem: "is not JSON (\(error))")
    }
  }

  private mutating func unpack(into folder: String) throws {
    let reader = try TarReader(source, digested: false, mayBeEmpty: false)
    let archive = reader.archive
    while let entry = try reader.next() {
      guard let rawName = archive_entry_pathname(entry) else { continue }
      let name = Self.plain(String(cString: rawName))
      if let target = archive_entry_symlink(entry) {
        let folder = name.split(separator: "/").dropLast().joined(separator: "/")
        links[name] = Self.plain(folder + "/" + String(cString: target))
      } else if let target = archive_entry_hardlink(entry) {
        links[name] = Self.plain(String(cString: target))
      } else if archive_entry_filetype(entry) == FileType.regular.rawValue {
        // Numbered, so that no name in the archive can lead anywhere.
        let path = "\(folder)/\(members.count)"
        members[name] = try Self.writeMember(path) {
          var block: UnsafeRawPointer?
          var count = 0
          var offset: Int64 = 0
          let result = archive_read_data_block(archive, &block, &count, &offset)
          if result == ARCHIVE_EOF { return UnsafeRawBufferPointer(start: nil, count: 0) }
          guard result >= ARCHIVE_WARN else {
            throw ImageStoreError.refused(
              archive: source, entry: name,
              problem: "cannot be read to its end: \(reader.problem)")
          }
          return UnsafeRawBufferPointer(start: block, count: count)
        }
      }
    }
  }

  /// A layout as a directory: its index and its blobs, and nothing else that may lie there.
  private mutating func copyLayout(into folder: String) throws {
    var names = ["oci-layout", "index.json"]
    let blobs = source + "/blobs/sha256"
    if Files.isDirectory(blobs) { names += try Files.list(blobs).map { "blobs/sha256/" + $0 } }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
    defer { buffer.deallocate() }
    for name in names where FileType(of: source + "/" + name) == .regular {
      let descriptor = try Files.open(source + "/" + name, O_RDONLY | O_NOFOLLOW)
      defer { close(descriptor) }
      members[name] = try Self.writeMember("\(folder)/\(members.count)") {
        let count = try systemCall("read", on: name) { Glibc.read(descriptor, buffer.baseAddress!, buffer.count) }
        return UnsafeRawBufferPointer(start: buffer.baseAddress, count: count)
      }
    }
  }

  /// Writes pieces until an empty one comes.
  private static func writeMember(_ path: String, _ next: () throws -> UnsafeRawBufferPointer) throws -> Member {
    let descriptor = try Files.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
    defer { close(descriptor) }
    var digest = SHA256()
    var size = 0
    while true {
      let piece = try next()
      if piece.isEmpty { break }
      digest.update(piece)
      var written = 0
      while written < piece.count {
        written += try systemCall("write", on: path) {
          Glibc.write(descriptor, piece.baseAddress! + written, piece.count - written)
        }
      }
      size += piece.count
    }
    // What other images may come to rely on must survive a power failure.
    try systemCall("fsync", on: path) { fsync(descriptor) }
    return Member(path: path, digest: "sha256:" + digest.finish(), size: size)
  }

  /// Without `.`, `..` and empty parts: names here are keys, never paths.
  private static func plain(_ name: String) -> String {
    var parts: [Substring] = []
    for part in name.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }
}
