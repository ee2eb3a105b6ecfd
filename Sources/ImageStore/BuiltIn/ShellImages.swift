/// Images whose purpose is a shell and its commands.
extension BuiltInImage {
  static let busybox = BuiltInImage(
    names: ["busybox", "busybox:1", "busybox:1.28", "busybox:1.35", "busybox:1.36", "busybox:1.37", "busybox:stable"],
    entries: [osRelease(name: "busybox", id: "busybox")],
    config: shell("sh"))

  static let alpine = BuiltInImage(
    names: ["alpine", "alpine:3", "alpine:3.18", "alpine:3.19", "alpine:3.20", "alpine:3.21"],
    entries: [osRelease(name: "alpine", id: "alpine")],
    config: shell("/bin/sh"))

  static let ubuntu = BuiltInImage(
    names: ["ubuntu", "ubuntu:20.04", "ubuntu:22.04", "ubuntu:24.04"],
    entries: [osRelease(name: "ubuntu", id: "ubuntu", like: "debian")] + debianCommands,
    config: shell("/bin/bash"))

  static let debian = BuiltInImage(
    names: ["debian", "debian:12", "debian:bookworm", "debian:bookworm-slim", "debian:stable-slim"],
    entries: [osRelease(name: "debian", id: "debian")] + debianCommands,
    config: shell("bash"))

  /// What people type in images of the Debian family that busybox does not have.
  static let debianCommands =
    [
      // busybox's shell prefers its own commands, which know fewer options, to those on the search path.
      LayerEntry.text("etc/bash.bashrc", "alias ps=/usr/bin/ps\n")
    ] + roles(["usr/bin/apt", "usr/bin/apt-get", "usr/bin/bash", "usr/bin/curl"])

  static let curl = BuiltInImage(
    names: ["curlimages/curl"],
    entries: [osRelease(name: "curlimages/curl", id: "alpine")] + roles(["usr/bin/curl"]),
    config: {
      var config = shell("curl")
      config.command.append("--version")
      return config
    }())

  private static func shell(_ command: String) -> ImageConfig {
    var config = ImageConfig()
    config.environment = [standardPath]
    config.command = [command]
    return config
  }
}
