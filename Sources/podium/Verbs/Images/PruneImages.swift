internal import LocalCluster

extension ImagesVerb {
  static let prune = VerbAction(
    name: "prune", usage: " [--all]", summary: "remove what nothing needs any more",
    details: """
      Removes files that no image needs any more, except unpacked layers over which a container still runs.

        --all   remove also the real images from which no pod's container is made; stand-ins always stay
      """,
    options: ["--all": ""]
  ) { settings, arguments in
    try arguments.nothing()
    let report = try await MachineImages(settings.paths()).prune(all: arguments.has("--all"))
    for name in report.names { StandardOutput.print("removed \(name)") }
    func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }
    StandardOutput.print(
      "freed \(ImagesVerb.sizeText(report.bytes)): \(count(report.blobs, "blob")), \(count(report.layers, "unpacked layer"))"
    )
    if report.layersLeft > 0 {
      StandardOutput.print(
        "\(count(report.layersLeft, "unpacked layer")) can be removed by a node only: start the cluster and prune again"
      )
    }
    return 0
  }
}
