internal import Documents
internal import LessonEngine

/// What people want to know of a pack before they trust it.
struct PackFacts {
  let manifest: PackManifest
  let lock: PackLock
  let digest: String
  let size: Int

  init(_ manifest: PackManifest, _ contents: PackContents) {
    self.manifest = manifest
    lock = contents.lock
    digest = contents.lock.digest
    size = contents.parts.reduce(0) { $0 + $1.bytes.size }
  }

  private var files: Int { lock.files.count { $0.name.hasPrefix("files/") } }

  /// The folders below `images`, an image each.
  private var images: Set<String> {
    Set(
      lock.files.filter { $0.name.hasPrefix("images/") }.compactMap { $0.name.split(separator: "/").dropFirst().first }
        .map(String.init))
  }

  /// Nothing, where there is one language and most people know it.
  private var languages: String {
    let others = Set(lock.files.compactMap { $0.language }).sorted()
    if others.isEmpty { return manifest.language == "en" ? "" : manifest.language }
    return "\(manifest.language); what is there in \(others.joined(separator: ", ")) is for a newer podium"
  }

  private var holdings: [String] {
    func count(_ number: Int, _ thing: String) -> [String] {
      number == 0 ? [] : ["\(number) \(thing)\(number == 1 ? "" : "s")"]
    }
    return count(manifest.lessons.count, "lesson") + count(files, "file") + count(images.count, "image")
      + [ByteCount.text(size)]
  }

  var lines: [String] {
    let rows = [
      ("title", manifest.title), ("authors", manifest.authors.joined(separator: ", ")), ("contact", manifest.contact),
      ("licence", manifest.licence), ("requires", manifest.requires.map(\.rawValue).joined(separator: ", ")),
      ("language", languages), ("lessons", manifest.lessons.map(\.id).joined(separator: ", ")),
      ("holds", holdings.joined(separator: ", ")), ("digest", "sha256:" + digest),
    ]
    return rows.filter { !$0.1.isEmpty }.map { "  " + $0.0.padding(to: 10) + $0.1 }
  }

  var json: Document {
    [
      "id": .string(manifest.id), "version": .string("\(manifest.version)"), "title": .string(manifest.title),
      "authors": .list(manifest.authors.map(Document.string)), "contact": .string(manifest.contact),
      "licence": .string(manifest.licence), "requires": .list(manifest.requires.map { .string($0.rawValue) }),
      "lessons": .list(manifest.lessons.map { .string($0.id) }), "files": .integer(files),
      "images": .list(images.sorted().map(Document.string)), "size": .integer(size),
      "digest": .string("sha256:" + digest),
    ]
  }
}
