internal import Documents

/// A field of `pack.yaml`: reading, its errors, the list of what is known and the schema follow from a row here.
struct PackField: Sendable {
  let name: String
  /// What it is for, in one sentence.
  let summary: String
  /// A value as it could be written.
  let example: String
  let schema: Document
  var isRequired = false
  let read: @Sendable (inout PackManifest, Document, _ file: String) throws(LessonError) -> Void

  static let all: [PackField] = [
    format, id, version, title, licence, authors, language, contact, requires, lessons, files, policy, images,
  ]

  /// Names that are kept for what packs will be able to say one day.
  static let later = ["class", "signatures", "translations"]

  // MARK: What it is

  private static let format = PackField(
    name: "format", summary: "The format of the pack: by it, later programs know how to read older packs.",
    example: "\(PackManifest.format)", schema: ["const": .integer(PackManifest.format)], isRequired: true
  ) { _, value, file throws(LessonError) in
    guard let number = value.integerValue else {
      throw LessonError(file: file, line: value.line, "expected `format: \(PackManifest.format)`")
    }
    guard number == PackManifest.format else {
      throw LessonError(
        file: file, line: value.line,
        "format \(number) is not known to this program, which reads format \(PackManifest.format): use a newer podium")
    }
  }

  private static let id = PackField(
    name: "id", summary: "Permanent: progress is kept under it.", example: "my-pack", schema: identifier,
    isRequired: true
  ) { manifest, value, file throws(LessonError) in
    let id = try text("id", value, file)
    guard Identifier.isValid(id) else {
      throw LessonError(
        file: file, line: value.line, "the id \"\(id)\" may have lower-case letters, digits and dashes")
    }
    manifest.id = id
  }

  private static let version = PackField(
    name: "version", summary: "Three numbers with dots, to be raised with each publication.", example: "1.0.0",
    schema: ["type": "string", "pattern": #"^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$"#], isRequired: true
  ) { manifest, value, file throws(LessonError) in
    // Two numbers are read as one with a fraction.
    guard let text = value.stringValue, let version = PackVersion(text) else {
      let found = value.stringValue.map { ", not \"\($0)\"" } ?? ""
      throw LessonError(
        file: file, line: value.line, "expected `version:` with three numbers and dots, such as 1.0.0\(found)")
    }
    manifest.version = version
  }

  private static let title = PackField(
    name: "title", summary: "Shown above its lessons.", example: "Pods for beginners", schema: anyText,
    isRequired: true
  ) { manifest, value, file throws(LessonError) in manifest.title = try text("title", value, file) }

  // MARK: Who it is from, and for whom

  private static let licence = PackField(
    name: "licence", summary: "Under which terms it may be passed on, as CC-BY-4.0.", example: "CC-BY-4.0",
    schema: anyText
  ) { manifest, value, file throws(LessonError) in manifest.licence = try text("licence", value, file) }

  private static let authors = PackField(
    name: "authors", summary: "Who wrote it.", example: "[A. Author]", schema: ["type": "array", "items": anyText]
  ) { manifest, value, file throws(LessonError) in
    manifest.authors = try list("authors", value, file).map { item throws(LessonError) in
      try text("authors", item, file)
    }
  }

  private static let language = PackField(
    name: "language", summary: "Of its texts; English when it is left out.", example: "en",
    schema: ["type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"]
  ) { manifest, value, file throws(LessonError) in
    let language = value.plainText
    let parts = language.split(separator: "-", omittingEmptySubsequences: false)
    let isTag = parts.enumerated().allSatisfy { index, part in
      (index == 0 ? 2...3 : 2...8).contains(part.utf8.count)
        && part.utf8.allSatisfy { (65...90).contains($0 & 0xDF) || (index > 0 && (48...57).contains($0)) }
    }
    guard isTag else {
      throw LessonError(
        file: file, line: value.line, "\"\(language)\" is no language: expected one such as en or pt-BR")
    }
    manifest.language = language
  }

  private static let contact = PackField(
    name: "contact", summary: "Where its authors can be reached: an address of mail or of a page.",
    example: "lessons@school.example", schema: anyText
  ) { manifest, value, file throws(LessonError) in manifest.contact = try text("contact", value, file) }

  private static let requires = PackField(
    name: "requires", summary: "What a cluster must be able to tell for the pack to make sense on it.",
    example: "[exec, files]",
    schema: [
      "type": "array", "uniqueItems": true,
      "items": ["enum": .list(Capability.allCases.map { .string($0.rawValue) })],
    ]
  ) { manifest, value, file throws(LessonError) in
    manifest.requires = try list("requires", value, file).map { item throws(LessonError) in
      try choice("capability", item, file)
    }
  }

  // MARK: What is in it

  private static let lessons = PackField(
    name: "lessons", summary: "The ids of its lessons in their order; `hello` is the file `hello.md`.",
    example: "[hello]", schema: ["type": "array", "minItems": 1, "uniqueItems": true, "items": identifier],
    isRequired: true
  ) { manifest, value, file throws(LessonError) in
    let items = try list("lessons", value, file)
    if items.isEmpty { throw LessonError(file: file, line: value.line, "expected `lessons:` with at least one id") }
    for item in items {
      guard let id = item.stringValue, Identifier.isValid(id) else {
        throw LessonError(
          file: file, line: item.line,
          "\"\(item.plainText)\" is no id of a lesson: lower-case letters, digits and dashes"
        )
      }
      guard !manifest.lessons.contains(where: { $0.id == id }) else {
        throw LessonError(file: file, line: item.line, "the lesson \"\(id)\" is listed twice")
      }
      manifest.lessons.append(PackManifest.LessonEntry(id: id, line: item.line))
    }
  }

  private static let files = PackField(
    name: "files", summary: "The folder of the manifests, seen from the pack's own; `files` when it is left out.",
    example: "files", schema: anyText
  ) { manifest, value, file throws(LessonError) in
    let folder = try text("files", value, file)
    if folder.hasPrefix("/") || folder.hasPrefix("~") {
      throw LessonError(
        file: file, line: value.line, "\(folder) is a place on one machine: name the folder as seen from pack.yaml")
    }
    manifest.files = folder
  }

  private static let policy = PackField(
    name: "policy", summary: "What is left to the learner.", example: "{skip: allowed}",
    schema: [
      "type": "object", "additionalProperties": false,
      "properties": [
        "skip": [
          "enum": .list(PackPolicy.Skipping.allCases.map { .string($0.rawValue) }),
          "description": "Whether a step may be left to its solution.",
        ],
        "solutions": [
          "enum": .list(PackPolicy.Solutions.allCases.map { .string($0.rawValue) }),
          "description": "When the solution of a step is shown.",
        ],
      ],
    ]
  ) { manifest, value, file throws(LessonError) in
    guard let rules = value.mapValue else {
      throw LessonError(file: file, line: value.line, "expected `policy:` with `skip:` or `solutions:` below it")
    }
    for rule in rules.entries {
      switch rule.key {
      case "skip": manifest.policy.skipping = try choice("skip", rule.value, file)
      case "solutions": manifest.policy.solutions = try choice("solutions", rule.value, file)
      default:
        throw LessonError(
          file: file, line: rule.value.line,
          "unknown field \"\(rule.key)\" of the policy: expected skip or solutions")
      }
    }
  }

  private static let images = PackField(
    name: "images", summary: "The images that the pack brings, under names of its own.",
    example: "[{name: my-pack/app:1, containerfile: images/app/Containerfile}]", schema: PackImage.schema
  ) { manifest, value, file throws(LessonError) in
    manifest.images = try PackImage.list(value, pack: manifest.id, file: file)
  }

  // MARK: Kinds of values

  private static let anyText: Document = ["type": "string", "minLength": 1]
  private static let identifier: Document = [
    "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": 63,
  ]

  /// Text that is shown as it is, so nothing in it may steer a terminal.
  private static func text(_ name: String, _ value: Document, _ file: String) throws(LessonError) -> String {
    guard let text = value.stringValue, !text.isEmpty else {
      throw LessonError(file: file, line: value.line, "expected `\(name):` with a text")
    }
    guard text.unicodeScalars.allSatisfy({ !$0.isControl }) else {
      throw LessonError(file: file, line: value.line, "the text of `\(name)` has a control character in it")
    }
    return text
  }

  private static func list(_ name: String, _ value: Document, _ file: String) throws(LessonError) -> [Document] {
    guard let list = value.listValue else {
      throw LessonError(file: file, line: value.line, "expected `\(name):` with a list, such as [a, b]")
    }
    return list
  }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ value: Document, _ file: String
  ) throws(LessonError) -> Choice where Choice.RawValue == String {
    if value.plainText == "with-code" {
      throw LessonError(file: file, line: value.line, "\(name): with-code is for a newer podium")
    }
    guard let choice = Choice(rawValue: value.plainText) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw LessonError(
        file: file, line: value.line, "unknown \(name) \"\(value.plainText)\": expected one of \(known)")
    }
    return choice
  }
}

extension Unicode.Scalar {
  /// Steers a terminal, or turns the direction of what follows.
  var isControl: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    case .format: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    default: false
    }
  }
}
