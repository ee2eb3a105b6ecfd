internal import Digests
internal import Documents

/// Every file that a pack needs, as an archive holds them.
public struct PackContents: Sendable {
  /// A file to be.
  public struct Part: Sendable {
    public var name: String
    public var isExecutable = false
    public var bytes: any PackBytes
    /// 64 hexadecimal digits.
    public internal(set) var digest = ""
  }

  /// In the order of their names' bytes, without the lock.
  public let parts: [Part]

  /// Its own digest stands for everything in the pack.
  public var lock: PackLock {
    PackLock(files: parts.map { PackLock.File(name: $0.name, digest: $0.digest, isExecutable: $0.isExecutable) })
  }

  init(_ parts: [Part]) throws {
    var parts = parts.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for index in parts.indices { parts[index].digest = try parts[index].bytes.digest() }
    self.parts = parts
  }

  /// Gathers what the pack needs from its folder, and from where else its manifests lie.
  public static func gather(_ pack: Pack, from folder: some PackFolder) throws -> PackContents {
    for lesson in pack.lessons { try checkFiles(lesson, pack, folder) }
    var parts = [try manifest(pack, folder)]
    let lessons = pack.lessons.map { $0.id + ".md" }
    for name in lessons { parts.append(Part(name: name, bytes: try folder.content(name))) }
    for entry in try folder.entries(of: "") where entry.kind != .folder && !lessons.contains(entry.name) {
      let isTranslation =
        PackPath.isLesson(entry.name) && pack.lessons.contains { entry.name.hasPrefix($0.id + ".") }
      guard isTranslation || (PackPath.papers + [SharedChecks.fileName]).contains(entry.name) else { continue }
      parts.append(Part(name: entry.name, bytes: try folder.content(entry.name)))
    }
    for name in Set(pack.lessons.flatMap(\.files)) {
      let bytes = try folder.content(pack.manifest.files + "/" + name)
      parts.append(Part(name: PackManifest.filesFolder + "/" + name, bytes: bytes))
    }
    try addAll(below: PackPath.images, folder, to: &parts)
    let size = parts.reduce(0) { $0 + UstarHeader.size + UstarHeader.padded($1.bytes.size) }
    if let excess = PackArchive.Limit.excess(entries: parts.count + 1, size: size) {
      throw PackArchiveError(archive: folder.path, reason: excess)
    }
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

  /// What lies beside the files of a lesson is found by its commands here, but would not be in the archive.
  private static func checkFiles(_ lesson: Lesson, _ pack: Pack, _ folder: some PackFolder) throws {
    for command in lesson.steps.flatMap(\.commands) {
      for word in command.text.split(whereSeparator: { " ='\",:".contains($0) }).map(String.init)
      where word.contains(".") && !lesson.files.contains(word) && PackPath.danger(word) == nil {
        guard folder.exists(pack.manifest.files + "/" + word) else { continue }
        throw LessonError(
          file: lesson.path, line: command.line,
          "the command works with \(word), which the lesson does not list: add it to `files:` at its beginning")
      }
    }
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

  /// What is in an archive, to be unpacked.
  public init(_ archive: PackArchive) {
    parts = archive.entries.map {
      Part(name: $0.name, isExecutable: $0.isExecutable, bytes: $0.bytes, digest: $0.digest)
    }
  }

  // MARK: Writing

  /// Every file, the lock first.
  public var files: [Part] {
    let text = lock.text
    return [Part(name: PackPath.lock, bytes: BytesInMemory(Array(text.utf8)), digest: lock.digest)] + parts
  }

  /// Hands a file on piece by piece; throws at its end when it is no longer what it was.
  public func check(_ file: Part, _ body: ([UInt8]) throws -> Void) throws {
    var found = SHA256()
    try file.bytes.forEachPiece { piece in
      found.update(piece)
      try body(piece)
    }
    guard found.finish() == file.digest else {
      throw PackArchiveError(archive: "the pack", entry: file.name, reason: "changed while it was read")
    }
  }

  /// Writes the archive: the lock, then every file in the order of the names, then two blocks of zeros.
  public func write(_ write: ([UInt8]) throws -> Void) throws {
    for file in files {
      let header = UstarHeader(name: file.name, contentSize: file.bytes.size, isExecutable: file.isExecutable)
      guard let block = header.bytes else {
        throw PackArchiveError(
          archive: "the pack", entry: file.name,
          reason: "does not fit: behind the last folder a name may have 100 bytes, before it 155, and a file 8 GB")
      }
      try write(block)
      try check(file, write)
      try write([UInt8](repeating: 0, count: UstarHeader.padded(file.bytes.size) - file.bytes.size))
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

extension Step {
  /// Every command that somebody may run.
  fileprivate var commands: [LessonCommand] {
    var commands = setup + solutions.flatMap(\.commands) + wrongs.flatMap(\.commands)
    for block in text {
      switch block {
      case .console(let console): commands += console.entries.map(\.command)
      case .run(let more): commands += more
      default: break
      }
    }
    return commands
  }
}
