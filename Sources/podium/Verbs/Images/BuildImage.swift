internal import LocalCluster
internal import SystemIO

extension ImagesVerb {
  static let build = VerbAction(
    name: "build", usage: " DIR|CONTAINERFILE -t NAME", summary: "build an image from a Containerfile",
    details: """
      Builds an image from the Containerfile of a folder, or from one that has another name; it may copy the files of its
      folder. What was built before is not built again.

      Understood are FROM, COPY, RUN, ENV, WORKDIR, USER, EXPOSE, ENTRYPOINT, CMD and LABEL. Commands are run by a node of
      the cluster, in a container without network; no registry is asked. Names and patterns in the file .containerignore
      are left out.

        -t NAME   the name for the image; so does --tag
      """,
    options: ["-t": "NAME", "--tag": "NAME"]
  ) { settings, arguments in
    guard let name = arguments["-t"] ?? arguments["--tag"] else {
      throw UsageError("the image needs a name: -t NAME")
    }
    let source = try arguments.only("a folder or a Containerfile")
    var file = source
    if Files.isDirectory(source) {
      let names = ["Containerfile", "Dockerfile"]
      guard let found = names.first(where: { Files.exists(source + "/" + $0) }) else {
        throw UsageError("there is no Containerfile in \(source)")
      }
      file = source + "/" + found
    }
    let images = try MachineImages(settings.paths())
    let (image, isNew) = try await images.build(file, as: name) { StandardOutput.print($0) }
    let words = isNew ? "built" : "nothing has changed:"
    StandardOutput.print("\(words) \(image.name) (\(image.shortID), \(ImagesVerb.sizeText(image.size)))")
    return 0
  }
}
