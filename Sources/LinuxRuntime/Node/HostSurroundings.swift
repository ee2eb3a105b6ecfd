internal import SystemIO

/// What a node shows its kubelet and its hostPath volumes of the machine around it.
enum HostSurroundings {
  private static let roots = [
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix", "/gnu",
  ]
  private static let settings = [
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ssl", "/etc/ca-certificates", "/etc/pki",
    "/etc/localtime", "/etc/alternatives", "/etc/nsswitch.conf", "/etc/services", "/etc/protocols",
  ]

  static func readOnlyPaths() -> [String] {
    var paths = roots.filter { (try? Files.linkTarget($0)) == nil && Files.isDirectory($0) }
    paths += settings.filter { Files.exists($0) }
    // The program itself, which may live anywhere.
    if let program = try? Files.linkTarget("/proc/self/exe"), !roots.contains(where: { program.hasPrefix($0 + "/") }) {
      paths.append(program)
    }
    return paths
  }

  static func links() -> [(path: String, target: String)] {
    roots.compactMap { root in (try? Files.linkTarget(root)).map { (root, $0) } }
  }
}
