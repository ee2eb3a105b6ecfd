internal import LocalCluster

extension ImagesVerb {
  static let remove = VerbAction(
    name: "rm", usage: " NAME|ID… [--force]", summary: "take a name away",
    details: """
      Takes the name of a real image away. What it was made of stays on disk until podium images prune. Where Podium has a
      stand-in of that name, the stand-in answers again; stand-ins themselves cannot be removed.

        --force   even if a container that runs is made from it; the container runs on
      """,
    options: ["--force": ""]
  ) { settings, arguments in
    if arguments.words.isEmpty { throw UsageError("the name of an image is missing: see podium images rm --help") }
    let images = try MachineImages(settings.paths())
    for name in arguments.words {
      let hasStandIn = try await images.remove(name, evenIfInUse: arguments.has("--force"))
      StandardOutput.print("removed \(name)\(hasStandIn ? "; the stand-in of that name answers again" : "")")
    }
    return 0
  }
}
