public import ContainerRuntime

/// What a kubelet must be told about the node that it keeps.
public struct KubeletConfiguration: Sendable, Equatable {
  public var nodeName: String
  /// The node's own addresses in the cluster's network.
  public var nodeAddresses: [String]
  /// From which range the pods get their addresses, such as `10.244.0.0/24`.
  public var podRange: String?
  public var maximumPods = 110
  /// The folder of the node whose files are pods, if it has one.
  public var staticPodPath: String?
  /// `fileCheckFrequency`: how often that folder is looked at although nothing has been heard of it.
  public var fileCheckInterval = Duration.seconds(20)
  /// Whether the kernel tells of changed files; simulated time cannot wait for it.
  public var isToldOfFiles = true
  /// `podPidsLimit`: how many processes a pod may have, so that one that goes wild leaves room for the others.
  public var maximumProcessesOfPod: Int64 = 4096
  /// Where the pods' volumes and files live.
  public var rootDirectory = "/var/lib/kubelet"
  /// Where the empty directories of pods lie instead, if the root directory is kept in memory.
  public var diskDirectory: String?
  public var logDirectory = "/var/log/pods"
  /// `containerLogMaxSize`, `containerLogMaxFiles` and `containerLogMonitorInterval`.
  public var logRotation = LogRotation(patience: 10)
  public var clusterDomain = "cluster.local"
  /// The address of the cluster's name server, if there is one.
  public var clusterDNS: String?
  public var kubeletVersion = "v1.32.13"
  public var heartbeatInterval = Duration.seconds(10)
  public var imageGarbage = ImageGarbagePolicy()
  /// How often dead containers are looked for that nobody needs any more.
  public var containerGarbageInterval = Duration.seconds(60)
  /// How often the pods are looked at that may be using too much.
  public var evictionInterval = Duration.seconds(10)
  public var labels: [String: String] = [:]

  public init(nodeName: String, nodeAddresses: [String]) {
    self.nodeName = nodeName
    self.nodeAddresses = nodeAddresses
  }

  func podDirectory(_ uid: String) -> String { "\(rootDirectory)/pods/\(uid)" }

  func diskDirectory(_ uid: String) -> String { "\(diskDirectory ?? rootDirectory)/pods/\(uid)" }

  func logDirectory(namespace: String, name: String, uid: String) -> String {
    "\(logDirectory)/\(namespace)_\(name)_\(uid)"
  }

  func logPath(namespace: String, name: String, uid: String, container: String, attempt: Int) -> String {
    "\(logDirectory(namespace: namespace, name: name, uid: uid))/\(container)/\(attempt).log"
  }
}
