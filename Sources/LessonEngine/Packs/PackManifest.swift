public import Documents

/// What `pack.yaml` says about a pack.
public struct PackManifest: Sendable, Equatable {
  /// A lesson as it is listed.
  public struct LessonEntry: Sendable, Equatable {
    public var id: String
    public var line: Int
  }

  /// Permanent: progress is kept under it.
  public var id = ""
  public var version = PackVersion()
  public var title = ""
  public var licence = ""
  public var authors: [String] = []
  /// Of its texts, as `en` or `pt-BR`.
  public var language = "en"
  /// Where its authors can be reached.
  public var contact = ""
  /// What a cluster must be able to tell for the pack to make sense on it.
  public var requires: [Capability] = []
  /// In their default order.
  public var lessons: [LessonEntry] = []
  /// The folder of the files that lessons name, seen from the pack's own.
  public var files = Self.filesFolder
  public var policy = PackPolicy()
  /// What it brings beside the images that every machine has.
  public var images: [PackImage] = []

  public static let format: Int64 = 1
  /// Where the files are when the pack does not say it, and in every archive.
  public static let filesFolder = "files"

  public init() {}

  /// - Parameter file: The name by which errors call it.
  public static func parse(_ text: String, file: String) throws(LessonError) -> PackManifest {
    let document: Document
    do {
      document = try Document.parse(yaml: text).first ?? .null
    } catch {
      throw LessonError(file: file, line: error.line, error.message)
    }
    guard document.mapValue != nil else {
      throw LessonError(file: file, line: 1, "expected the fields of a pack, beginning with `format: \(format)`")
    }
    var manifest = PackManifest()
    // What else it may say depends on the format.
    let first = PackField.all.filter { $0.name == "format" }
    for field in first + PackField.all {
      let value = document[field.name] ?? .null
      if value.isNull {
        guard field.isRequired else { continue }
        throw LessonError(file: file, line: max(1, value.line), "expected `\(field.name): \(field.example)`")
      }
      try field.read(&manifest, value, file)
    }
    for entry in document.mapValue?.entries ?? [] where !PackField.all.contains(where: { $0.name == entry.key }) {
      throw unknown(entry.key, LessonError(file: file, line: entry.value.line, ""))
    }
    return manifest
  }

  private static func unknown(_ field: String, _ place: LessonError) -> LessonError {
    var error = place
    error.message =
      PackField.later.contains(field)
      ? "\"\(field)\" is for a newer podium: this one reads packs without it"
      : "unknown field \"\(field)\": expected one of \(PackField.all.map(\.name).joined(separator: ", "))"
    return error
  }

  /// The JSON schema of `pack.yaml`, made from the fields' rows.
  public static var schema: Document {
    var properties: Document = [:]
    for field in PackField.all {
      var schema = field.schema
      schema["description"] = .string(field.summary)
      properties[field.name] = schema
    }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "pack.yaml: a pack of lessons",
      "type": "object", "properties": properties,
      "required": .list(PackField.all.filter(\.isRequired).map { .string($0.name) }), "additionalProperties": false,
    ]
  }
}
