internal import Glibc
internal import SystemIO

/// A root file system of the machine's own busybox, which everybody who is measured starts the same program from.
struct MeasuredRoot {
  private static let applets = ["sh", "true", "sleep", "cat"]

  let path: String

  init(in folder: String) throws {
    path = folder + "/rootfs"
    guard let busybox = ["/usr/bin/busybox", "/bin/busybox"].first(where: Files.exists) else {
      throw BenchmarkProblem("there is no busybox on this machine; Scripts/bench installs it")
    }
    for name in ["bin", "proc", "sys", "dev", "etc", "tmp"] {
      try Files.makeDirectories(path + "/" + name, mode: 0o755)
    }
    // An ordinary user's node looks at it as somebody else.
    for open in [folder, path] { chmod(open, 0o755) }
    try Files.write(Files.read(busybox), to: path + "/bin/busybox", mode: 0o755)
    for applet in Self.applets { symlink("busybox", path + "/bin/" + applet) }
  }
}
