internal import Glibc
internal import LocalCluster

extension ImagesVerb {
  static let importImages = VerbAction(
    name: "import", usage: " FILE|DIRECTORY|- [--name NAME]", summary: "take images from an archive",
    details: """
      Takes the images of an archive or of a directory: what docker save, podman save, skopeo copy, umoci and buildah
      write. The archive may be compressed with gzip, zstd, xz or bzip2; - reads it from standard input.

        --name NAME   the name for the archive's only image, if it has none or another is wanted
      """,
    options: ["--name": "NAME"]
  ) { settings, arguments in
    var source = try arguments.only("a file")
    if source == "-" {
      if isatty(0) == 1 {
        throw UsageError(
          "standard input is a terminal: give it an archive, as in docker save x | podium images import -")
      }
      source = "/dev/stdin"
    }
    let images = try MachineImages(settings.paths()).importImages(from: source, as: arguments["--name"])
    for image in images {
      StandardOutput.print("imported \(image.name) (\(image.shortID), \(ImagesVerb.sizeText(image.size)))")
      if let problem = image.problem { StandardOutput.print("note: \(problem)") }
    }
    return 0
  }
}
