internal import Console
internal import LocalCluster

extension ImagesVerb {
  static let pull = VerbAction(
    name: "pull", usage: " NAME", summary: "fetch an image from its registry",
    details: """
      Fetches the image that the registry has under NAME now, whether or not one is here already; a stand-in of that name
      gives way to it. No cluster needs to run.

      Logins come from ~/.docker/config.json. Which registries may be asked, mirrors and certificate authorities are set
      in ~/.config/podium/registries.yaml:

        reach: everywhere              # or loopback, or nowhere
        registries:
          docker.io:
            mirrors: [https://mirror.example:5000]
          registry.example:5000:
            certificateAuthority: /etc/ssl/registry-ca.pem
          plain.example:
            plainHTTP: true

      PODIUM_REGISTRIES in the environment, with one of the words of reach, is stronger than the file. Registries on this
      machine's own loopback interface are asked over plain HTTP unless the file says otherwise.
      """
  ) { settings, arguments in
    let name = try arguments.only("the name of an image")
    let images = try MachineImages(settings.paths())
    let display = PullDisplay(settings.appearance)
    let ticker = Task { await display.keepDrawing() }
    let outcome: Result<ImageEntry, any Error>
    do {
      outcome = .success(try await images.pull(name) { display.show($0) })
    } catch {
      outcome = .failure(error)
    }
    ticker.cancel()
    await ticker.value
    display.finish()
    let image = try outcome.get()
    StandardOutput.print("pulled \(image.name) (\(image.shortID), \(ImagesVerb.sizeText(image.size)))")
    StandardOutput.print(image.digest)
    return 0
  }
}
