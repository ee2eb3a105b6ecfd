import Glibc

/// `apt-get` in an image that has no package archive: says so, and grants what is there already.
enum PackageInstaller {
  /// Packages of Debian whose commands the images have anyway.
  private static let present = [
    "bash", "busybox", "coreutils", "curl", "findutils", "grep", "gzip", "hostname", "less", "net-tools", "netcat",
    "netcat-openbsd",
    "netcat-traditional", "procps", "psmisc", "sed", "tar", "util-linux", "vim-tiny", "wget",
  ]

  static func main(_ arguments: [String]) -> Int32 {
    let words = arguments.dropFirst().filter { !$0.hasPrefix("-") }
    guard let verb = words.first else {
      write(
        "apt-get: Podium's stand-in: this image has no package archive\nusage: apt-get update | install PACKAGE...\n",
        to: STDOUT_FILENO)
      return 0
    }
    write("Reading package lists... Done\n", to: STDOUT_FILENO)
    switch verb {
    case "update", "upgrade", "clean", "autoremove", "dist-upgrade":
      write(
        "This image is Podium's stand-in and has no package archive: there is nothing to \(verb).\n", to: STDOUT_FILENO)
      return 0
    case "install":
      let names = words.dropFirst()
      for name in names where present.contains(name) {
        write("\(name) is already here: its commands come with this stand-in.\n", to: STDOUT_FILENO)
      }
      let missing = names.filter { !present.contains($0) }
      for name in missing { write("E: Unable to locate package \(name)\n", to: STDERR_FILENO) }
      return missing.isEmpty ? 0 : 100
    default:
      write("E: Invalid operation \(verb)\n", to: STDERR_FILENO)
      return 100
    }
  }
}
