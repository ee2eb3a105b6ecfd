/// A folder of lessons with a `pack.yaml` that tells what it is.
public struct Pack: Sendable {
  /// How it came to be known.
  public enum Origin: Sendable, Equatable {
    /// It comes with the program.
    case builtIn
    case installed
    /// Somebody named the folder or the archive.
    case path(String)
  }

  public var manifest: PackManifest
  /// In their default order.
  public var lessons: [Lesson]
  /// What is in the files that lessons name.
  public var fileTexts: [String: String]
  /// Where the files that lessons name are found.
  public var filesFolder: String
  public var folder: String
  public var origin = Origin.builtIn

  public var id: String { manifest.id }
  public var version: String { manifest.version.description }
  public var title: String { manifest.title }
  public var policy: PackPolicy { manifest.policy }

  public func lesson(_ id: String) -> Lesson? { lessons.first { $0.id == id } }
}

extension Pack {
  public static func load(_ folder: some PackFolder, as origin: Origin? = nil) throws -> Pack {
    let file = folder.path + "/pack.yaml"
    let manifest = try PackManifest.parse(try folder.readText("pack.yaml"), file: file)
    let filesFolder = try folder.filesFolder(manifest.files)
    var lessons: [Lesson] = []
    for entry in manifest.lessons {
      let name = entry.id + ".md"
      guard folder.exists(name) else {
        throw LessonError(file: file, line: entry.line, "there is no \(name) beside it")
      }
      let lesson = try LessonParser.parse(try folder.readText(name), file: folder.path + "/" + name)
      guard lesson.id == entry.id else {
        throw LessonError(file: lesson.path, line: 2, "the lesson's id is \"\(lesson.id)\", but its file is \(name)")
      }
      lessons.append(lesson)
    }
    for lesson in lessons {
      for name in lesson.files {
        guard let danger = PackPath.danger(name) else { continue }
        throw LessonError(file: lesson.path, line: 1, "the file \"\(PackPath.shown(name))\" \(danger)")
      }
      for name in lesson.files where !folder.exists(manifest.files + "/" + name) {
        throw LessonError(file: lesson.path, line: 1, "the file \(name) is not in \(folder.path)/\(manifest.files)")
      }
      for need in lesson.needs where !lessons.contains(where: { $0.id == need }) {
        throw LessonError(file: lesson.path, line: 1, "it needs the lesson \"\(need)\", which the pack does not have")
      }
    }
    var fileTexts: [String: String] = [:]
    for name in Set(lessons.flatMap(\.files)) { fileTexts[name] = try? folder.readText(manifest.files + "/" + name) }
    return Pack(
      manifest: manifest, lessons: lessons, fileTexts: fileTexts,
      filesFolder: filesFolder, folder: folder.path,
      origin: origin ?? .path(folder.path))
  }
}
