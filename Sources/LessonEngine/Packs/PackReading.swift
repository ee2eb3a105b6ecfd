/// A pack as far as it can be read, and what keeps the rest of it from being read.
public struct PackReading: Sendable {
  /// Nil when not even `pack.yaml` says what it is; otherwise with the lessons that can be read.
  public private(set) var pack: Pack?
  public private(set) var errors: [LessonError] = []

  /// Throws what is wrong with the folder itself.
  public init(_ folder: some PackFolder, as origin: Pack.Origin? = nil) throws {
    let file = folder.path + "/" + PackPath.manifest
    let text = try folder.readText(PackPath.manifest)
    let manifest: PackManifest
    do throws(LessonError) {
      manifest = try PackManifest.parse(text, file: file)
    } catch {
      errors.append(error)
      return
    }
    var pack = Pack(
      manifest: manifest, lessons: [], fileTexts: [:], filesFolder: try folder.filesFolder(manifest.files),
      folder: folder.path, origin: origin ?? .path(folder.path))
    if folder.exists(SharedChecks.fileName) {
      let (checks, errors) = SharedChecks.read(
        try folder.readText(SharedChecks.fileName), file: folder.path + "/" + SharedChecks.fileName)
      pack.checks = checks
      self.errors += errors
    }
    for entry in manifest.lessons { readLesson(entry, from: folder, into: &pack) }
    for lesson in pack.lessons { check(lesson, of: manifest, folder) }
    for name in Set(pack.lessons.flatMap(\.files)) where PackPath.danger(name) == nil {
      pack.fileTexts[name] = try? folder.readText(manifest.files + "/" + name)
    }
    if !manifest.files.hasPrefix("..") { pack.ownFiles = Self.files(in: manifest.files, folder) }
    self.pack = pack
  }

  private mutating func readLesson(
    _ entry: PackManifest.LessonEntry, from folder: some PackFolder, into pack: inout Pack
  ) {
    let name = entry.id + ".md"
    func refuse(_ message: String) {
      errors.append(LessonError(file: folder.path + "/" + PackPath.manifest, line: entry.line, message))
    }
    guard folder.exists(name) else { return refuse("there is no \(name) beside it") }
    // Namespaces of lessons bear it as a label.
    let label = pack.id + "." + entry.id
    if label.utf8.count > 63 {
      refuse("the ids of pack and lesson are too long together: \(label) has \(label.utf8.count) characters, of 63")
    }
    let path = folder.path + "/" + name
    do {
      switch LessonParser.read(try folder.readText(name), file: path, sharing: pack.checks) {
      case .errors(let more): errors += more
      case .lesson(let lesson) where lesson.id != entry.id:
        errors.append(
          LessonError(
            file: path, line: lesson.line(of: "lesson"),
            "the lesson's id is \"\(lesson.id)\", but its file is \(name)"))
      case .lesson(let lesson): pack.lessons.append(lesson)
      }
    } catch {
      errors.append(error as? LessonError ?? LessonError(file: path, line: 0, "\(error)"))
    }
  }

  private mutating func check(_ lesson: Lesson, of manifest: PackManifest, _ folder: some PackFolder) {
    func refuse(_ field: String, _ message: String) {
      errors.append(LessonError(file: lesson.path, line: lesson.line(of: field), message))
    }
    for name in lesson.files {
      if let danger = PackPath.danger(name) {
        refuse("files", "the file \"\(PackPath.shown(name))\" \(danger)")
      } else if !folder.exists(manifest.files + "/" + name) {
        refuse("files", "the file \(name) is not in \(folder.path)/\(manifest.files)")
      }
    }
    for need in lesson.needs where !manifest.lessons.contains(where: { $0.id == need }) {
      refuse("needs", "it needs the lesson \"\(need)\", which the pack does not have")
    }
  }

  private static func files(in folder: String, _ pack: some PackFolder) -> [String] {
    ((try? pack.entries(of: folder)) ?? []).filter { !$0.name.hasPrefix(".") }.flatMap { entry in
      entry.kind == .folder
        ? files(in: folder + "/" + entry.name, pack).map { entry.name + "/" + $0 } : [entry.name]
    }
  }
}
