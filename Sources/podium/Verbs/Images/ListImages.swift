internal import Documents
internal import LocalCluster

extension ImagesVerb {
  static let list = VerbAction(
    name: "ls", usage: " [-q | --json]", summary: "list the images (the same as no action)",
    details: """
      Lists the images that pods can be made from, a line for each name.

      A stand-in is made by Podium under the name of somebody else's image and behaves as the lessons need. A real image
      of the same name, imported, built or pulled, takes its place. Packs of lessons bring images under names of their own.
      What other tools have put here and nothing can be run from is unusable: podium images inspect says why.

        -q        print ids only
        --json    print everything as JSON; so does -o json
      """,
    options: ["-q": "", "-o": "json", "--json": ""]
  ) { settings, arguments in
    try arguments.nothing()
    let images = try MachineImages(settings.paths()).list()
    if let format = arguments["-o"], format != "json" { throw UsageError("-o takes json, not \"\(format)\"") }
    if arguments.has("-o") || arguments.has("--json") {
      let list: Document = .list(
        images.map { image in
          [
            "name": .string(image.name), "id": .string(image.id), "digest": .string(image.digest),
            "size": .integer(image.size), "kind": .string(image.kind),
            "problem": image.problem.map { .string($0) } ?? .null,
          ]
        })
      StandardOutput.print(list.jsonText())
      return 0
    }
    if arguments.has("-q") {
      var seen: Set<String> = []
      for image in images where seen.insert(image.id).inserted { StandardOutput.print(image.shortID) }
      return 0
    }
    let rows =
      [["IMAGE", "ID", "SIZE", "KIND"]]
      + images.map { [$0.name, $0.shortID, ImagesVerb.sizeText($0.size), $0.kind] }
    StandardOutput.print(table: rows)
    return 0
  }
}
