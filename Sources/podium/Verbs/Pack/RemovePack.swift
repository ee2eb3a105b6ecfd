internal import LocalCluster
internal import SystemIO

extension PackVerb {
  static let remove = VerbAction(
    name: "remove", usage: " ID…", summary: "remove a pack that you have installed",
    details: """
      Removes packs that were installed, with the images that they have brought. What you have done in their lessons is
      remembered, and counts again when they are installed again.
      """,
    candidates: installedPacks
  ) { settings, arguments in
    if arguments.words.isEmpty { throw UsageError("the id of a pack is missing: podium pack list lists them") }
    let paths = try settings.paths()
    let installed = InstalledPacks(paths)
    for id in arguments.words {
      let known = try installed.folders().map(\.name)
      guard known.contains(id) else {
        if try BuiltInPacks.ids().contains(id) {
          throw ClusterProblem("the pack \"\(id)\" comes with the program and is not removed")
        }
        throw ClusterProblem("no pack \"\(id)\" is installed\(DidYouMean.text(id, known))")
      }
      let version = installed.manifest(id).map { " \($0.version)" } ?? ""
      try installed.remove(id)
      try await PackImageSupply.removeImages(of: id, paths)
      StandardOutput.print("Removed \(id)\(version). What you have done in its lessons is remembered.")
    }
    return 0
  }

  private static func installedPacks(_ settings: Settings) throws -> [(text: String, description: String)] {
    let installed = InstalledPacks(try settings.paths())
    return try installed.folders().map { ($0.name, installed.manifest($0.name)?.title ?? "") }
  }
}
