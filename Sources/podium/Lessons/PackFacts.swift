internal import Documents
internal import LessonEngine

/// What people want to know of a pack before they trust it.
struct PackFacts {
  let contents: PackContents
  let pack: Pack

  private var images: Int { contents.parts.count { $0.name.hasPrefix("images/") } }

  var lines: [String] {
    let manifest = pack.manifest
    let rows: [(String, String)] = [
      ("title", manifest.title), ("authors", manifest.authors.joined(separator: ", ")), ("contact", manifest.contact),
      ("licence", manifest.licence), ("requires", manifest.requires.map(\.rawValue).joined(separator: ", ")),
      ("lessons", pack.lessons.map(\.id).joined(separator: ", ")),
    ]
  }
}
