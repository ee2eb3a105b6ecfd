internal import Documents
internal import Glibc
internal import Kubelet
internal import ObjectSchema
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
  let imageGarbage: ImageGarbagePolicy

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

  /// - Parameter path: A file in the form of a `KubeletConfiguration`.
  init(_ path: String) throws {
    do {
      let document = try Document.parse(yaml: Files.readText(path)).first
      imageGarbage = try ImageGarbagePolicy(document ?? [:])
      let folder = document?["staticPodPath"]?.stringValue ?? ""
      staticPodPath = folder.isEmpty ? nil : folder
    } catch let error as SystemCallError {
      throw error
    } catch let error as ClusterProblem {
      throw error
    } catch {
      throw ClusterProblem("\(path) cannot be read as settings: \(error)")
    }
  }
}

extension ImageGarbagePolicy {
  /// What the settings of a kubelet say about images; what they leave out is as usual.
  fileprivate init(_ settings: Document) throws {
    self.init()
    if let percent = settings["imageGCHighThresholdPercent"]?.integerValue { highThresholdPercent = percent }
    if let percent = settings["imageGCLowThresholdPercent"]?.integerValue { lowThresholdPercent = percent }
    if let age = try Self.age("imageMinimumGCAge", in: settings) { minimumAge = age }
    if let age = try Self.age("imageMaximumGCAge", in: settings) { maximumAge = age }
    if let problem { throw ClusterProblem("invalid configuration: \(problem)") }
  }

  private static func age(_ name: String, in settings: Document) throws -> Duration? {
    guard let text = settings[name]?.stringValue else { return nil }
    guard let age = GoDuration.parse(text) else {
      throw ClusterProblem("invalid configuration: \(name) \"\(text)\" is no duration, such as 2m or 1h30m")
    }
    return age
  }
}
