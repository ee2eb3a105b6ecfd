/// The labels by which a kubelet knows its sandboxes and containers again after a restart.
enum PodLabels {
  static let podName = "io.kubernetes.pod.name"
  static let podNamespace = "io.kubernetes.pod.namespace"
  static let podUID = "io.kubernetes.pod.uid"
  static let containerName = "io.kubernetes.container.name"
  static let restartCount = "io.kubernetes.container.restartCount"
  /// Where the container leaves its last words, as a path of the node.
  static let terminationMessageFile = "io.podium.container.terminationMessageFile"
  /// On sandboxes of no pod: a command of an image's build runs in it.
  static let imageBuild = "io.podium.image-build"
  static let terminationMessagePolicy = "io.podium.container.terminationMessagePolicy"
}
