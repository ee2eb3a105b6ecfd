internal import Documents

/// An image that a pack brings, as `pack.yaml` lists it.
public struct PackImage: Sendable {
  /// What it comes from, as a path in the pack's folder.
  public enum Source: Sendable, Equatable {
    /// A folder with an OCI image layout.
    case layout(String)
    /// A tar file, as `docker save` and others write it.
    case archive(String)
    /// A recipe; its folder is the one whose files it may copy.
    case containerfile(String)

    public var path: String {
      switch self {
      case .layout(let path), .archive(let path), .containerfile(let path): path
      }
    }
  }

  /// `PACK/NAME:TAG`
  public var name: String
  public var source: Source
  public var line: Int

  /// The fields that say what an image comes from.
  private static let sources: [(field: String, summary: String, make: @Sendable (String) -> Source)] = [
    ("layout", "A folder with an OCI image layout.", { .layout($0) }),
    ("archive", "A tar file with one image, compressed or not.", { .archive($0) }),
    ("containerfile", "A recipe; its folder is the one whose files it may copy.", { .containerfile($0) }),
  ]

  /// Reads the list of a pack with that id.
  static func list(_ list: Document, pack: String, file: String) throws(LessonError) -> [PackImage] {
    guard let items = list.listValue else {
      throw LessonError(
        file: file, line: list.line,
        "expected `images:` with a list, such as `- {name: \(pack)/app:1, layout: images/app}`")
    }
    var images: [PackImage] = []
    for item in items {
      let image = try PackImage(item, pack: pack, file: file)
      if images.contains(where: { $0.name == image.name }) {
        throw LessonError(file: file, line: image.line, "the image \(image.name) is listed twice")
      }
      images.append(image)
    }
    return images
  }

  private init(_ item: Document, pack: String, file: String) throws(LessonError) {
    let known = ["name"] + Self.sources.map(\.field)
    for entry in item.mapValue?.entries ?? [] where !known.contains(entry.key) {
      throw LessonError(
        file: file, line: entry.value.line,
        "unknown field \"\(entry.key)\" of an image: expected one of \(known.joined(separator: ", "))")
    }
    guard let written = item["name"], let name = written.stringValue else {
      throw LessonError(file: file, line: item.line, "an image needs a name, such as `name: \(pack)/app:1`")
    }
    if let problem = Self.problem(ofName: name, pack: pack) {
      throw LessonError(file: file, line: written.line, problem)
    }
    let given = Self.sources.filter { item[$0.field] != nil }
    guard given.count == 1, let value = item[given[0].field] else {
      throw LessonError(
        file: file, line: item.line,
        "the image \(name) comes from one of \(Self.sources.map(\.field).joined(separator: ", ")), and not from \(given.count)"
      )
    }
    let path = value.stringValue ?? ""
    guard Self.isInside(path) else {
      throw LessonError(
        file: file, line: value.line,
        "\"\(path)\" is no path in the pack's folder images: expected one such as images/app")
    }
    (self.name, source, line) = (name, given[0].make(path), item.line)
  }

  /// The first part of a name is the pack's own: a pack from anywhere must not replace anybody's image.
  private static func problem(ofName name: String, pack: String) -> String? {
    // Under these, names mean something else: images of Docker itself, and of a registry of this machine.
    if ["library", "localhost"].contains(pack) {
      return "a pack that is called \(pack) can bring no images: their names would be those of others"
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let words = (parts.last ?? "").split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == pack else {
      return "the image \"\(name)\" is not the pack's own: its name begins with \(pack)/, as \(pack)/app:1"
    }
    guard words.count == 2 else { return "the image \"\(name)\" needs a tag, as \(pack)/app:1" }
    guard isRepositoryName(words[0]), isTag(words[1]) else {
      return
        "\"\(name)\" cannot be the name of an image: expected lower-case letters, digits and dashes, as \(pack)/app:1"
    }
    return nil
  }

  private static func isRepositoryName(_ text: Substring) -> Bool {
    let separators: Set<UInt8> = [45, 46, 95]
    guard let first = text.utf8.first, let last = text.utf8.last, !separators.contains(first),
      !separators.contains(last)
    else { return false }
    var isAfterSeparator = false
    for byte in text.utf8 {
      let isSeparator = separators.contains(byte)
      guard isSeparator ? !isAfterSeparator : (97...122).contains(byte) || (48...57).contains(byte) else {
        return false
      }
      isAfterSeparator = isSeparator
    }
    return true
  }

  private static func isTag(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 128, first != 45, first != 46 else { return false }
    return text.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46, 95].contains($0)
    }
  }

  private static func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return parts.first == "images" && parts.count > 1 && !parts.contains("..") && !parts.contains("")
      && path.utf8.allSatisfy { $0 >= 32 }
  }

  static var schema: Document {
    var properties: Document = [
      "name": ["type": "string", "description": "The pack's id, a slash, a name, a colon and a tag."]
    ]
    for source in sources {
      properties[source.field] = ["type": "string", "minLength": 1, "description": .string(source.summary)]
    }
    return [
      "type": "array",
      "items": [
        "type": "object", "properties": properties, "required": ["name"], "additionalProperties": false,
        "oneOf": .list(sources.map { ["required": [.string($0.field)]] }),
      ],
    ]
  }
}

extension PackImage: Equatable {
  /// Where it is listed makes no difference.
  public static func == (one: PackImage, other: PackImage) -> Bool {
    one.name == other.name && one.source == other.source
  }
}

extension Pack {
  /// Images under the pack's own id that its files and solutions use, and that it does not bring.
  var imageFindings: [PackFinding] {
    let known = Set(manifest.images.map(\.name))
    func isMissing(_ name: String) -> Bool { name.hasPrefix(id + "/") && !known.contains(name) }
    func finding(_ name: String, _ file: String, _ line: Int, _ lesson: String) -> PackFinding {
      PackFinding(
        rule: .image, file: file, line: line, lesson: lesson,
        message: "the image \(name) is used, but pack.yaml lists none of that name")
    }
    var findings: [PackFinding] = []
    for (name, text) in fileTexts.sorted(by: { $0.key < $1.key }) {
      for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
        let words = line.split { " \t\"'".contains($0) }.filter { $0 != "-" }.map(String.init)
        guard words.count >= 2, words[0] == "image:", isMissing(words[1]) else { continue }
        findings.append(finding(words[1], filesFolder + "/" + name, index + 1, ""))
      }
    }
    for lesson in lessons {
      for command in lesson.steps.flatMap({ $0.setup + $0.solutions.flatMap(\.commands) }) {
        let names = command.text.split(separator: " ").filter { $0.hasPrefix("--image=") }.map {
          String($0.dropFirst(8))
        }
        findings += names.filter(isMissing).map { finding($0, lesson.path, command.line, lesson.id) }
      }
    }
    return findings
  }
}
