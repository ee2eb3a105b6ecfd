internal import Documents
internal import LessonEngine
internal import LocalCluster

extension PackVerb {
  static let install = VerbAction(
    name: "install", usage: " FILE|DIR [--json]", summary: "add a pack to your lessons",
    details: """
      Adds the pack in a file that podium pack build made, or in a folder, to the lessons of all of your clusters. A pack
      that is installed already is replaced by the other version of it; your progress stays. A file that was changed on its
      way, or made by something else, is refused, and nothing of it is written.

        --json   print what was installed as JSON
      """,
    options: ["--json": ""]
  ) { settings, arguments in
    let source = try PackSource.open(try arguments.only("a file or the folder of a pack"))
    let pack = try Pack.load(source)
    let contents = try (source as? PackArchive).map(PackContents.init) ?? PackContents.gather(pack, from: source)
    guard try !BuiltInPacks.ids().contains(pack.id) else {
      throw ClusterProblem(
        "the pack \"\(pack.id)\" comes with the program and is not replaced: podium --pack \(source.path) uses this one instead, and another id lets it be installed"
      )
    }
    let installed = InstalledPacks(try settings.paths())
    let change = PackInstallation(pack.manifest, contents, over: installed)
    if change.kind != .unchanged { try installed.install(contents, as: pack.id) }
    let facts = PackFacts(pack.manifest, contents)
    if arguments.has("--json") {
      var document = facts.json
      document["action"] = .string(change.kind.rawValue)
      document["from"] = change.before.map { .string("\($0)") }
      StandardOutput.print(document.jsonText(indentedBy: 2))
    } else {
      StandardOutput.print(([change.line] + facts.lines).joined(separator: "\n"))
    }
    return 0
  }
}

/// What an installation does to what is there.
private struct PackInstallation {
  enum Kind: String {
    case installed, upgraded, downgraded, replaced, unchanged
  }

  let id: String
  let kind: Kind
  let before: PackVersion?
  let after: PackVersion

  init(_ manifest: PackManifest, _ contents: PackContents, over installed: InstalledPacks) {
    id = manifest.id
    after = manifest.version
    before = installed.manifest(id)?.version
    switch before {
    case _ where !installed.has(id): kind = .installed
    case _ where installed.digest(id) == contents.lock.digest: kind = .unchanged
    case let before? where before < after: kind = .upgraded
    case let before? where before > after: kind = .downgraded
    default: kind = .replaced
    }
  }

  var line: String {
    switch kind {
    case .installed: "Installed \(id) \(after)."
    case .unchanged: "\(id) \(after) is installed already, with the same content."
    case .upgraded: "Upgraded \(id) from \(before.map { "\($0)" } ?? "") to \(after)."
    case .downgraded: "Downgraded \(id) from \(before.map { "\($0)" } ?? "") to \(after)."
    case .replaced where before == nil: "Replaced \(id), which could not be read, by \(after)."
    case .replaced: "Replaced \(id) \(after) by another \(after): its content has changed, its version has not."
    }
  }
}
