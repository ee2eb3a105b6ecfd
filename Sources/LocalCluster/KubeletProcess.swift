internal import ClusterClient
internal import ContainerRuntime
internal import HTTPTransport
internal import ImageStore
internal import Kubelet
internal import KubernetesAPI
internal import LinuxRuntime
internal import SystemIO

/// The process that node init starts inside a node: the kubelet with the runtime of the node.
public struct KubeletProcess: Sendable {
  public var node: String
  public var nodeDirectory: String
  public var apiSocket: String
  public var kubeletSocket: String
  public var images: String
  /// Where the empty directories of pods lie: the node's own root is in memory.
  public var diskDirectory: String
  public var number: UInt8

  public init(
    node: String, nodeDirectory: String, apiSocket: String, kubeletSocket: String, images: String,
    diskDirectory: String, number: UInt8
  ) {
    self.node = node
    self.nodeDirectory = nodeDirectory
    self.apiSocket = apiSocket
    self.kubeletSocket = kubeletSocket
    self.images = images
    self.diskDirectory = diskDirectory
    self.number = number
  }

  /// Runs until node init ends it.
  public func run() async throws {
    // It was executed by a name that says nothing to those who look at the node's processes.
    try? Files.write("podium-kubelet", to: "/proc/self/comm")
    // Before the kubelet speaks to node init, which ends one that has hung up: what is wrong with them must be said.
    let settings = try NodeSettings.prepare(disk: diskDirectory)
    let store = try Images.open(at: images)
    let controlPlane = HTTPClient(unixSocket: apiSocket)
    let source = LocalImages(
      images: store, registries: RemotePuller(controlPlane: controlPlane),
      remover: RemoteRemover(controlPlane: controlPlane))
    let runtime = try await NodeRuntime.open(nodeDirectory: nodeDirectory, images: source)
    let builds = NodeBuilds(runtime: runtime, images: store, drafts: source.drafts)
    await builds.sweep()
    let client = ClusterClient(
      endpoint: SpokenFor(endpoint: HTTPClient(unixSocket: apiSocket)), userAgent: "kubelet/\(node)",
      user: UserInfo(name: "system:node:\(node)", groups: ["system:nodes"]))
    var configuration = KubeletConfiguration(nodeName: node, nodeAddresses: ["10.244.\(number).1"])
    configuration.diskDirectory = diskDirectory
    configuration.staticPodPath = settings.staticPodPath
    configuration.imageGarbage = settings.imageGarbage
    configuration.podRange = "10.244.\(number).0/24"
    let kubelet = KubeletService(
      client: client, runtime: runtime, configuration: configuration, network: MachineNetwork(),
      // Tells node init, as long as a control plane answers, that somebody wants this node.
      serverAnswered: { await runtime.claim() })
    let server = HTTPServer(endpoint: NodeImages(kubelet: kubelet.endpoint, images: store, builds: builds))
    try server.listen(unixSocket: kubeletSocket)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await runtime.run() }
      group.addTask { try await kubelet.run() }
      // Whichever ends first takes the process with it; node init starts another one.
      try await group.next()
      group.cancelAll()
    }
  }
}

/// Requests say who they come from: the socket takes everybody who can open it for the cluster's owner.
private struct SpokenFor: APIEndpoint {
  let endpoint: any APIEndpoint

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    var request = request
    request.headers.add("Impersonate-User", request.user.name)
    for group in request.user.groups { request.headers.add("Impersonate-Group", group) }
    return try await endpoint.send(request)
  }
}
