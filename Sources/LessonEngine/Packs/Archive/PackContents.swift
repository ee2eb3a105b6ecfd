internal import Digests
internal import Documents

/// Every file that a pack needs, as an archive holds them.
public struct PackContents: Sendable {
  /// A file to be.
  public struct Part: Sendable {
    public var name: String
    public var isExecutable = false
    public var bytes: any PackBytes
  }

  /// In the order of their names' bytes, without the lock.
  public let parts: [Part]
  public let lock: PackLock

  /// The digest of the lock, which stands for everything in the pack.
  public var digest: String { SHA256.hexadecimal(of: Array(lock.text.utf8)) }

  init(_ parts: [Part]) throws {
    self.parts = parts.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    lock = PackLock(
      files: try self.parts.map {
        PackLock.File(name: $0.name, digest: try $0.bytes.digest(), isExecutable: $0.isExecutable)
      })
  }

  /// Gathers what the pack needs from its folder, and from where else its manifests lie.
  public static func gather(_ pack: Pack, from folder: some PackFolder) throws -> PackContents {
    var parts = [try manifest(pack, folder)]
    let lessons = pack.lessons.map { $0.id }
    for entry in try folder.entries(of: "") where entry.kind == .file {
      let isOfLesson = PackPath.isLesson(entry.name) && lessons.contains { entry.name.hasPrefix($0 + ".") }
      guard isOfLesson || PackPath.papers.contains(entry.name) else { continue }
      parts.append(Part(name: entry.name, bytes: try folder.content(entry.name)))
    }
    for name in Set(pack.lessons.flatMap(\.files)) {
      let bytes = try folder.content(pack.manifest.files + "/" + name)
      parts.append(Part(name: PackManifest.filesFolder + "/" + name, bytes: bytes))
    }
    try addAll(below: PackPath.images, folder, to: &parts)
    var names = PackNames()
    for part in parts {
      if let reason = PackPath.danger(part.name) ?? PackPath.misplacement(part.name) ?? names.clash(adding: part.name) {
        throw PackArchiveError(archive: folder.path, entry: part.name, reason: reason)
      }
    }
    return try PackContents(parts)
  }

  /// As it was written, unless its manifests come from another place than they have in an archive.
  private static func manifest(_ pack: Pack, _ folder: some PackFolder) throws -> Part {
    let text = try folder.readText(PackPath.manifest)
    var bytes = Array(text.utf8)
    if pack.manifest.files != PackManifest.filesFolder {
      var document = try Document.parse(yaml: text).first ?? .null
      document["files"] = .string(PackManifest.filesFolder)
      bytes = Array(document.yaml().utf8)
    }
    return Part(name: PackPath.manifest, bytes: BytesInMemory(bytes))
  }

  private static func addAll(below name: String, _ folder: some PackFolder, to parts: inout [Part]) throws {
    guard folder.exists(name) else { return }
    for entry in try folder.entries(of: name) {
      let path = name + "/" + entry.name
      switch entry.kind {
      case .folder: try addAll(below: path, folder, to: &parts)
      case .file, .executable:
        parts.append(Part(name: path, isExecutable: entry.kind == .executable, bytes: try folder.content(path)))
      case .other:
        throw PackArchiveError(
          archive: folder.path, entry: path,
          reason: "is a link or something else that is no file: a pack is made of files")
      }
    }
  }

  // MARK: Writing

  /// Writes the archive: the lock, then every file in the order of the names, then two blocks of zeros.
  public func write(_ write: ([UInt8]) throws -> Void) throws {
    let lock = Part(name: PackPath.lock, bytes: BytesInMemory(Array(lock.text.utf8)))
    for (part, digest) in zip([lock] + parts, [nil] + self.lock.files.map(\.digest)) {
      let header = UstarHeader(name: part.name, contentSize: part.bytes.size, isExecutable: part.isExecutable)
      guard let block = header.bytes else {
        throw PackArchiveError(
          archive: "the archive", entry: part.name,
          reason: "does not fit: behind the last folder a name may have 100 bytes, before it 155, and a file 8 GB")
      }
      try write(block)
      var found = SHA256()
      try part.bytes.forEachPiece { piece in
        found.update(piece)
        try write(piece)
      }
      if let digest, found.finish() != digest {
        throw PackArchiveError(archive: "the archive", entry: part.name, reason: "changed while it was read")
      }
      try write([UInt8](repeating: 0, count: UstarHeader.padded(part.bytes.size) - part.bytes.size))
    }
    try write([UInt8](repeating: 0, count: 2 * UstarHeader.size))
  }

  /// The whole archive in memory.
  func archive() throws -> [UInt8] {
    var bytes: [UInt8] = []
    try write { bytes += $0 }
    return bytes
  }
}
