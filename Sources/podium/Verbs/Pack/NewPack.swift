extension PackVerb {
  static let new = VerbAction(
    name: "new", usage: " DIR", summary: "make a folder with a lesson that proves itself",
    details: """
      Makes the folder DIR with a pack.yaml, a lesson of one step and the manifest that it works with, to be changed bit by
      bit. The last part of DIR becomes the id of the pack.
      """
  ) { _, arguments in
    let folder = try arguments.only("the name of a new folder")
    try PackSeedling.plant(folder)
    StandardOutput.print("\(folder) is a pack with one lesson. podium pack test \(folder) proves it.")
    return 0
  }
}
