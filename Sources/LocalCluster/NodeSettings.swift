internal import Documents
internal import Glibc
internal import SystemIO

/// What a node keeps under `/etc/kubernetes` while it is switched off: the manifests of its static pods, and the settings
/// of its kubelet.
struct NodeSettings {
  private static let place = "/etc/kubernetes"
  private static let usualManifests = place + "/manifests"
  private static let file = place + "/kubelet-config.yaml"
  /// Where people look for the settings.
  private static let knownFile = "/var/lib/kubelet/config.yaml"

  private static let usual = """
    apiVersion: kubelet.config.k8s.io/v1beta1
    kind: KubeletConfiguration
    staticPodPath: \(usualManifests)

    """

  /// The folder whose files are pods; nil when the settings name none.
  let staticPodPath: String?

  /// Lays the node's own files where they belong, and reads them. Only for a process inside of the node.
  ///
  /// - Parameter disk: A folder that outlives the node's mounts.
  static func prepare(disk: String) throws -> NodeSettings {
    let kept = disk + "/etc-kubernetes"
    try Files.makeDirectories(kept + "/manifests", mode: 0o755)
    try Files.makeDirectories(place, mode: 0o755)
    try Files.bind(kept, at: place)
    if !Files.exists(file) { try Files.replace(file, with: Array(usual.utf8), mode: 0o644) }
    if !Files.exists(knownFile) {
      try Files.makeDirectories("/var/lib/kubelet", mode: 0o755)
      unlink(knownFile)
      try systemCall("symlink", on: knownFile) { symlink(file, knownFile) }
    }
    return try NodeSettings(knownFile)
  }

  private init(_ path: String) throws {
    do {
      let document = try Document.parse(yaml: Files.readText(path)).first
      let folder = document?["staticPodPath"]?.stringValue ?? ""
      staticPodPath = folder.isEmpty ? nil : folder
    } catch let error as SystemCallError {
      throw error
    } catch {
      throw ClusterProblem("\(path) cannot be read as settings: \(error)")
    }
  }
}
