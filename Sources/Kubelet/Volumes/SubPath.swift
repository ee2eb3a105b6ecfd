internal import SystemIO

/// The part of a volume that a container sees instead of all of it.
///
/// Whoever may write to a volume may put links into it. The part is therefore walked to without ever leaving the volume,
/// here and once more when it is mounted. What went wrong is not told in full: it could say something about the node.
struct SubPath {
  let path: String
  let volumePath: String
  let volumeMount: String
  let container: String

  /// Makes the part if it is not there.
  func prepare() throws(ContainerPlanError) {
    if path.hasPrefix("/") { throw ContainerPlanError("error SubPath `\(path)` must not be an absolute path") }
    if path.split(separator: "/").contains("..") {
      throw ContainerPlanError("unable to provision SubPath `\(path)`: must not contain '..'")
    }
    let isThere: Bool
    do {
      isThere = try Files.exists(path, beneath: volumePath)
    } catch {
      throw failure("prepare subPath")
    }
    if isThere { return }
    do {
      try Files.makeDirectories(path, beneath: volumePath, mode: Files.mode(of: volumePath))
    } catch {
      throw failure("create subPath directory")
    }
  }

  private func failure(_ what: String) -> ContainerPlanError {
    ContainerPlanError("failed to \(what) for volumeMount \"\(volumeMount)\" of container \"\(container)\"")
  }
}
