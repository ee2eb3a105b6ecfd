internal import Documents

/// The data at the head of a lesson.
enum FrontMatter {
  private static let known = ["lesson", "title", "needs", "uses", "files"]

  static func read(_ text: String, file: String) throws(LessonError) -> Lesson {
    let document: Document
    do {
      document = try Document.parse(yaml: text).first ?? .null
    } catch {
      throw LessonError(file: file, line: error.line + 1, error.message)
    }
    for entry in document.mapValue?.entries ?? [] where !known.contains(entry.key) {
      throw LessonError(
        file: file, line: entry.value.line + 1,
        "unknown field \"\(entry.key)\": expected one of \(known.joined(separator: ", "))")
    }
    func list(_ key: String) throws(LessonError) -> [String] {
      guard let value = document[key], !value.isNull else { return [] }
      guard let list = value.listValue, list.allSatisfy({ $0.stringValue != nil }) else {
        throw LessonError(file: file, line: value.line + 1, "\(key) must be a list of names, such as [a, b]")
      }
      return list.compactMap(\.stringValue)
    }
    guard let id = document["lesson"]?.stringValue, Identifier.isValid(id) else {
      throw LessonError(
        file: file, line: 1, "expected `lesson: ID` with an id of lower-case letters, digits and dashes")
    }
    guard let title = document["title"]?.stringValue, !title.isEmpty else {
      throw LessonError(file: file, line: 1, "expected `title: …`")
    }
    guard title.unicodeScalars.allSatisfy({ !$0.isControl }) else {
      throw LessonError(
        file: file, line: (document["title"]?.line ?? 0) + 1,
        "the title has a control character in it, which steers terminals")
    }
    var uses: [Capability] = []
    for word in try list("uses") {
      guard let capability = Capability(rawValue: word) else {
        throw LessonError(
          file: file, line: (document["uses"]?.line ?? 0) + 1,
          "unknown capability \"\(word)\": expected one of \(Capability.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      uses.append(capability)
    }
    return Lesson(
      id: id, title: title, needs: try list("needs"), uses: uses, files: try list("files"), path: file,
      introduction: [], steps: [])
  }
}
