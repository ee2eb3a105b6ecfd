internal import Documents
internal import LessonEngine

extension PackVerb {
  static let list = VerbAction(
    name: "list", usage: " [--json]", summary: "list the packs that are there",
    details: """
      Lists the packs that come with the program, those that you have installed, and those of podium --pack PATH. A pack
      that cannot be read is named with what is wrong; the exit code is then 1.

        --json   print them as JSON
      """,
    options: ["--json": ""]
  ) { settings, arguments in
    try arguments.nothing()
    let shelf = try PackShelf.load(settings)
    if arguments.has("--json") {
      let packs = shelf.packs.map { pack -> Document in
        [
          "id": .string(pack.id), "version": .string(pack.version), "title": .string(pack.title),
          "origin": .string(pack.origin.word), "folder": .string(pack.folder), "lessons": .integer(pack.lessons.count),
        ]
      }
      let broken = shelf.unreadable.map { pack -> Document in
        ["id": .string(pack.name), "error": .string(pack.reason)]
      }
      StandardOutput.print(Document.list(packs + broken).jsonText(indentedBy: 2))
    } else {
      let rows = shelf.packs.map { [$0.id, $0.version, $0.origin.word, "\($0.lessons.count)", $0.title] }
      StandardOutput.print(table: [["PACK", "VERSION", "FROM", "LESSONS", "TITLE"]] + rows)
      for pack in shelf.unreadable { StandardOutput.printError(pack.line) }
    }
    return shelf.unreadable.isEmpty ? 0 : 1
  }
}

extension Pack.Origin {
  var word: String {
    switch self {
    case .builtIn: "built in"
    case .installed: "installed"
    case .path(let path): path
    }
  }
}
