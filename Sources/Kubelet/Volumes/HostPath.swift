internal import ContainerRuntime
internal import KubernetesAPI
internal import SystemIO

/// A file or folder of the node, looked at before a pod gets it.
struct HostPath {
  let path: String
  let type: String

  init(_ source: HostPathVolumeSource) {
    path = source.path ?? "/"
    type = source.type ?? ""
  }

  /// Makes what may be made, and refuses what is not of the wanted type.
  func prepare() throws {
    let kind = Files.kind(of: path)
    switch type {
    case "DirectoryOrCreate":
      if kind == nil { return try Files.makeDirectories(path, mode: 0o755) }
      try require(kind == .directory, "directory")
    case "Directory": try require(kind == .directory, "directory")
    case "FileOrCreate":
      if kind == nil { return try Files.write([], to: path, mode: 0o644) }
      try require(kind != .directory, "file")
    case "File": try require(kind != nil && kind != .directory, "file")
    case "Socket": try require(kind == .socket, "socket file")
    case "CharDevice": try require(kind == .characterDevice, "character device")
    case "BlockDevice": try require(kind == .blockDevice, "block device")
    // Nothing is looked at before a container gets it.
    default: return
    }
  }

  /// Makes a directory of what is not there, as container runtimes do where nobody has said what it is to be.
  func makeIfMissing(for container: ContainerID) throws(ContainerPlanError) {
    if !type.isEmpty || Files.kind(of: path) != nil { return }
    do throws(SystemCallError) {
      try Files.makeDirectories(path, mode: 0o755)
    } catch {
      throw ContainerPlanError(
        "failed to generate container \"\(container)\" spec: failed to generate spec: failed to mkdir \"\(path)\": "
          + error.inGoWords, isOfRuntime: true)
    }
  }

  private func require(_ isMet: Bool, _ what: String) throws(ContainerPlanError) {
    if !isMet { throw ContainerPlanError("hostPath type check failed: \(path) is not a \(what)") }
  }
}
