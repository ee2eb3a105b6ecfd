internal import Glibc
internal import LocalCluster
internal import SystemIO

/// This program under kubectl's name, for scripts and loops that the prompt leaves to the machine's shell.
enum KubectlLink {
  static let names: Set<String> = ["kubectl", "k"]

  /// Makes the links; without them only such scripts go without.
  static func make(_ paths: ClusterPaths) {
    guard let program = try? Files.linkTarget("/proc/self/exe"), (try? Files.makeDirectories(paths.programs)) != nil
    else { return }
    for name in names {
      let link = paths.programs + "/" + name
      if (try? Files.linkTarget(link)) == program { continue }
      unlink(link)
      try? Files.makeLink(to: program, at: link)
    }
  }

  /// Whether this process was started by one of them.
  static var isUs: Bool {
    let name = CommandLine.arguments.first ?? ""
    return names.contains(String(name.split(separator: "/").last ?? ""))
  }
}
