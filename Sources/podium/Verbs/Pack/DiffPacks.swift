internal import Documents
internal import LessonEngine

extension PackVerb {
  static let diff = VerbAction(
    name: "diff", usage: " OLD NEW [--json]", summary: "say which lessons, steps and files differ between two packs",
    details: """
      Compares two packs, each a folder, a file or the id of one that is installed, by what is permanent: the ids of lessons
      and steps, and the names of files. Learners who have done a step that has changed are told so when they come back to it. The exit code is 0 when
      nothing differs, and 1 otherwise.

        --json   print the differences as JSON
      """,
    options: ["--json": ""]
  ) { settings, arguments in
    guard arguments.words.count == 2 else {
      throw UsageError("podium pack diff takes two packs, the older one first: podium pack diff OLD NEW")
    }
    let sides = try arguments.words.map { path in
      let source = try PackSource.open(path, or: InstalledPacks(settings.paths()))
      let pack = try Pack.load(source)
      let contents = try (source as? PackArchive).map(PackContents.init) ?? PackContents.gather(pack, from: source)
      return (pack, contents.lock)
    }
    let changes = PackDifference(sides[0].0, sides[0].1, sides[1].0, sides[1].1).changes
    if arguments.has("--json") {
      let list = changes.map { change -> Document in
        var document: Document = [
          "change": .string(change.kind.rawValue), "subject": .string(change.subject), "name": .string(change.name),
        ]
        if !change.detail.isEmpty { document["detail"] = .string(change.detail) }
        return document
      }
      StandardOutput.print(Document.list(list).jsonText(indentedBy: 2))
    } else if changes.isEmpty {
      StandardOutput.print("The two are the same.")
    } else {
      for change in changes {
        let words = change.kind.rawValue.padding(to: 9) + change.subject.padding(to: 8) + change.name
        StandardOutput.print(words + (change.detail.isEmpty ? "" : ": " + change.detail))
      }
    }
    return changes.isEmpty ? 0 : 1
  }
}
