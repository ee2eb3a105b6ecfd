/// A `.podiumpack` that has been read and found to be exactly what somebody built.
public struct PackArchive: Sendable {
  public struct Entry: Sendable {
    public var name: String
    public var isExecutable: Bool
    /// 64 hexadecimal digits.
    public var digest: String
    public var bytes: any PackBytes
  }

  /// Its name for messages.
  public let file: String
  /// In the order of their names' bytes; the lock is not among them.
  public let entries: [Entry]
  public let lock: PackLock
  public let manifest: PackManifest

  /// What an archive may be at most; there is no way to make it look smaller than it is.
  enum Limit {
    static let entries = 10_000
    /// Holes on disk count as what is read from them.
    static let size = 4 << 30
    /// Of a file that is read as a whole.
    static let text = 4 << 20

    /// Why so much is too much; nil when it is not.
    static func excess(entries: Int, size: Int) -> String? {
      if entries > Self.entries { return "has more than \(Self.entries) files" }
      return size > Self.size ? "is larger than \(Self.size >> 30) GB" : nil
    }
  }

  /// Reads the archive from its beginning to its end.
  ///
  /// Only one sequence of bytes stands for given files: whatever could be written in another way is refused.
  ///
  /// - Parameter file: The name by which errors call it.
  public static func read(_ bytes: any PackBytes, file: String) throws -> PackArchive {
    let found = try scan(bytes, file)
    func refuse(_ entry: String?, _ reason: String) -> PackArchiveError {
      PackArchiveError(archive: file, entry: entry, reason: reason)
    }
    guard let first = found.first, first.header.name == PackPath.lock else {
      throw refuse(PackPath.lock, "is not at the beginning: only archives that podium pack build made can be read")
    }
    let lock = try readLock(first.bytes, file)
    let digests = Dictionary(lock.files.map { (Array($0.name.utf8), $0) }, uniquingKeysWith: { one, _ in one })
    var entries: [Entry] = []
    for part in found.dropFirst() {
      let name = part.header.name
      guard let locked = digests[Array(name.utf8)] else { throw refuse(name, "is not in pack.lock") }
      guard locked.isExecutable == part.header.isExecutable else {
        throw refuse(name, "is not marked in pack.lock as it is in the archive")
      }
      guard try part.bytes.digest() == locked.digest else {
        throw refuse(name, "is not what pack.lock says: its digest is another one")
      }
      entries.append(
        Entry(name: name, isExecutable: locked.isExecutable, digest: locked.digest, bytes: part.bytes))
    }
    let present = Set(entries.map { Array($0.name.utf8) })
    if let missing = lock.files.first(where: { !present.contains(Array($0.name.utf8)) }) {
      throw refuse(missing.name, "is in pack.lock, but not in the archive")
    }
    guard let manifest = entries.first(where: { $0.name == PackPath.manifest }) else {
      throw refuse(PackPath.manifest, "is missing")
    }
    // What a newer program has built may hold more than this one knows; its format says so.
    let parsed = try PackManifest.parse(try text(manifest.bytes, PackPath.manifest, file), file: file + "/pack.yaml")
    for entry in entries {
      if let reason = PackPath.misplacement(entry.name) { throw refuse(entry.name, reason) }
    }
    guard parsed.files == PackManifest.filesFolder else {
      throw refuse(PackPath.manifest, "names \(parsed.files) as the folder of its files, which in an archive is files")
    }
    return PackArchive(file: file, entries: entries, lock: lock, manifest: parsed)
  }

  private typealias Part = (header: UstarHeader, bytes: PackBytesSlice)

  /// Goes from header to header.
  private static func scan(_ bytes: any PackBytes, _ file: String) throws -> [Part] {
    var parts: [Part] = []
    var names = PackNames()
    var offset = 0
    let zeros = [UInt8](repeating: 0, count: UstarHeader.size)
    func refuse(_ entry: String?, _ reason: String) -> PackArchiveError {
      PackArchiveError(archive: file, entry: entry, reason: reason)
    }
    if let excess = Limit.excess(entries: 0, size: bytes.size) { throw refuse(nil, excess) }
    while true {
      guard bytes.size - offset >= UstarHeader.size else {
        throw refuse(nil, parts.isEmpty ? "is no pack archive: it is too short" : "ends too early: it is not complete")
      }
      let block = try bytes.read(at: offset, count: UstarHeader.size)
      offset += UstarHeader.size
      if block == zeros {
        guard bytes.size - offset >= UstarHeader.size else { throw refuse(nil, "ends too early: it is not complete") }
        guard try bytes.read(at: offset, count: UstarHeader.size) == zeros else {
          throw refuse(nil, "goes on behind its end")
        }
        guard bytes.size == offset + UstarHeader.size else { throw refuse(nil, "goes on behind its end") }
        return parts
      }
      let header: UstarHeader
      do {
        header = try UstarHeader.read(block)
      } catch {
        throw refuse(error.name, error.reason)
      }
      if let excess = Limit.excess(entries: parts.count + 1, size: 0) { throw refuse(nil, excess) }
      if let clash = names.clash(adding: header.name) { throw refuse(header.name, clash) }
      if parts.count > 1, let last = parts.last?.header.name, !last.utf8.lexicographicallyPrecedes(header.name.utf8) {
        throw refuse(header.name, "is not in the order of the names")
      }
      let padded = UstarHeader.padded(header.contentSize)
      guard padded <= bytes.size - offset else {
        throw refuse(header.name, "is said to be larger than what is left of the archive")
      }
      let padding = try bytes.read(at: offset + header.contentSize, count: padded - header.contentSize)
      guard padding == Array(zeros[..<padding.count]) else {
        throw refuse(header.name, "is followed by something hidden")
      }
      parts.append((header, PackBytesSlice(bytes: bytes, start: offset, size: header.contentSize)))
      offset += padded
    }
  }

  private static func readLock(_ bytes: PackBytesSlice, _ file: String) throws -> PackLock {
    let text = try text(bytes, PackPath.lock, file)
    guard let lock = PackLock.parse(text) else {
      throw PackArchiveError(
        archive: file, entry: PackPath.lock,
        reason: PackLock.isOfAnotherFormat(text)
          ? "has a format that is not known to this program: use a newer podium"
          : "is not as podium pack build writes it")
    }
    return lock
  }

  private static func text(_ bytes: any PackBytes, _ name: String, _ file: String) throws -> String {
    guard bytes.size <= Limit.text else {
      throw PackArchiveError(archive: file, entry: name, reason: "is larger than \(Limit.text >> 20) MB")
    }
    guard let text = String(validating: try bytes.all(), as: UTF8.self) else {
      throw PackArchiveError(archive: file, entry: name, reason: "is not UTF-8")
    }
    return PackText.lines(text)
  }
}

/// An archive as a folder: its texts can be read without unpacking it.
extension PackArchive: PackFolder {
  public var path: String { file }

  private func entry(_ name: String) throws -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw PackArchiveError(archive: file, entry: name, reason: "is missing")
    }
    return entry
  }

  public func readText(_ name: String) throws -> String { try Self.text(try entry(name).bytes, name, file) }

  public func exists(_ name: String) -> Bool { entries.contains { $0.name == name || $0.name.hasPrefix(name + "/") } }

  public func content(_ name: String) throws -> any PackBytes { try entry(name).bytes }

  public func entries(of folder: String) throws -> [PackFolderEntry] {
    let start = folder.isEmpty ? "" : folder + "/"
    var found: [PackFolderEntry] = []
    for entry in entries where entry.name.hasPrefix(start) {
      let rest = entry.name.dropFirst(start.count)
      if let slash = rest.firstIndex(of: "/") {
        let name = String(rest[..<slash])
        if found.last?.name != name { found.append(PackFolderEntry(name: name, kind: .folder)) }
      } else {
        found.append(PackFolderEntry(name: String(rest), kind: entry.isExecutable ? .executable : .file))
      }
    }
    return found
  }

  public func filesFolder(_ name: String) throws -> String { file + "/" + name }
}
