internal import Documents

/// A folder of lessons with a `pack.yaml` that tells their order.
public struct Pack: Sendable {
  public var id: String
  public var version: String
  public var title: String
  public var licence: String
  public var authors: [String]
  public var language: String
  public var policy: PackPolicy
  /// In their default order.
  public var lessons: [Lesson]
  /// What is in the files that lessons name.
  public var fileTexts: [String: String]
  /// Where the files that lessons name are found.
  public var filesFolder: String
  public var folder: String

  public func lesson(_ id: String) -> Lesson? { lessons.first { $0.id == id } }
}

/// How packs are read from disk, so that the engine itself opens no file.
public protocol PackFolder: Sendable {
  var path: String { get }
  func readText(_ name: String) throws -> String
  func exists(_ name: String) -> Bool
}

extension Pack {
  static let format: Int64 = 1

  public static func load(_ folder: some PackFolder) throws -> Pack {
    let file = folder.path + "/pack.yaml"
    let document: Document
    do {
      document = try Document.parse(yaml: try folder.readText("pack.yaml")).first ?? .null
    } catch let error as ParseError {
      throw LessonError(file: file, line: error.line, error.message)
    }
    let known = [
      "format", "id", "version", "title", "licence", "authors", "language", "files", "lessons", "requires", "contact",
      "policy",
    ]
    for entry in document.mapValue?.entries ?? [] where !known.contains(entry.key) {
      throw LessonError(
        file: file, line: entry.value.line,
        "unknown field \"\(entry.key)\": expected one of \(known.joined(separator: ", "))")
    }
    guard let format = document["format"]?.integerValue else {
      throw LessonError(file: file, line: 1, "expected `format: 1`")
    }
    guard format == Pack.format else {
      throw LessonError(
        file: file, line: document["format"]?.line ?? 1,
        "format \(format) is not known to this program, which reads format \(Pack.format): use a newer podium")
    }
    func text(_ key: String) throws -> String {
      guard let value = document[key]?.stringValue, !value.isEmpty else {
        throw LessonError(file: file, line: document[key]?.line ?? 1, "expected `\(key): …`")
      }
      return value
    }
    func list(_ key: String) throws -> [Document] {
      guard let list = document[key]?.listValue, !list.isEmpty, list.allSatisfy({ $0.stringValue != nil }) else {
        throw LessonError(file: file, line: document[key]?.line ?? 1, "expected `\(key):` with a list of names")
      }
      return list
    }
    let id = try text("id")
    guard Identifier.isValid(id) else {
      throw LessonError(
        file: file, line: document["id"]?.line ?? 1, "the id \"\(id)\" may have lower-case letters, digits and dashes")
    }
    var lessons: [Lesson] = []
    for entry in try list("lessons") {
      let name = entry.stringValue ?? ""
      guard folder.exists(name + ".md") else {
        throw LessonError(file: file, line: entry.line, "there is no \(name).md beside it")
      }
      let lesson = try LessonParser.parse(try folder.readText(name + ".md"), file: folder.path + "/" + name + ".md")
      guard lesson.id == name else {
        throw LessonError(file: lesson.path, line: 2, "the lesson's id is \"\(lesson.id)\", but its file is \(name).md")
      }
      guard !lessons.contains(where: { $0.id == name }) else {
        throw LessonError(file: file, line: entry.line, "the lesson \"\(name)\" is listed twice")
      }
      lessons.append(lesson)
    }
    let files = document["files"]?.stringValue ?? "files"
    for lesson in lessons {
      for name in lesson.files where !folder.exists(files + "/" + name) {
        throw LessonError(file: lesson.path, line: 1, "the file \(name) is not in \(folder.path)/\(files)")
      }
      for need in lesson.needs where !lessons.contains(where: { $0.id == need }) {
        throw LessonError(file: lesson.path, line: 1, "it needs the lesson \"\(need)\", which the pack does not have")
      }
    }
    var fileTexts: [String: String] = [:]
    for name in Set(lessons.flatMap(\.files)) { fileTexts[name] = try? folder.readText(files + "/" + name) }
    return Pack(
      id: id, version: try text("version"), title: try text("title"), licence: document["licence"]?.stringValue ?? "",
      authors: (document["authors"]?.listValue ?? []).compactMap(\.stringValue),
      language: document["language"]?.stringValue ?? "en", policy: try PackPolicy(document["policy"], file: file),
      lessons: lessons, fileTexts: fileTexts,
      filesFolder: folder.path + "/" + files, folder: folder.path)
  }
}

/// What the author of a pack leaves to the learner.
public struct PackPolicy: Sendable, Equatable {
  public var allowsSkipping = true

  public init() {}

  init(_ document: Document?, file: String) throws(LessonError) {
    guard let document, !document.isNull else { return }
    for entry in document.mapValue?.entries ?? [] {
      guard entry.key == "skip" else {
        throw LessonError(
          file: file, line: entry.value.line, "unknown field \"\(entry.key)\" of the policy: expected skip")
      }
      switch entry.value.stringValue {
      case "allowed": allowsSkipping = true
      case "no": allowsSkipping = false
      default:
        throw LessonError(file: file, line: entry.value.line, "skip is `allowed` or `no`")
      }
    }
  }
}
