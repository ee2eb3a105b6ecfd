internal import ContainerRuntime
internal import SystemIO

/// The logs of a container's earlier attempts. `kubectl logs --previous` reads one of them; a container that fails again
/// and again must not fill the disk with the others.
enum FormerLogs {
  /// Keeps the log of this attempt and of the one before it.
  static func remove(besides spec: ContainerSpec) {
    guard let slash = spec.logPath.lastIndex(of: "/") else { return }
    let folder = String(spec.logPath[..<slash])
    // What cannot be removed now goes with the pod.
    for name in (try? Files.list(folder)) ?? [] {
      guard let attempt = name.split(separator: ".").first.flatMap({ Int($0) }), attempt < spec.attempt - 1 else {
        continue
      }
      try? Files.removeTree(folder + "/" + name)
    }
  }
}
