internal import Documents
internal import LocalCluster

extension ImagesVerb {
  static let inspect = VerbAction(
    name: "inspect", usage: " NAME|ID", summary: "print all about an image as JSON",
    details: """
      Prints an image's names and digests, where its layers are unpacked, and what it says about its process.
      """
  ) { settings, arguments in
    let name = try arguments.only("the name of an image")
    StandardOutput.print(try MachineImages(settings.paths()).inspect(name).jsonText())
    return 0
  }
}
