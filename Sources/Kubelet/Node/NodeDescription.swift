internal import ContainerRuntime
internal import KubernetesAPI
internal import ObjectSchema

/// What the API is told of a node.
struct NodeDescription: Sendable {
  let configuration: KubeletConfiguration
  let facts: MachineFacts
  var runtimeVersion = ""
  var images: [ImageInfo] = []

  func node(now: Timestamp) -> Node {
    var node = Node()
    node.metadata = ObjectMeta(name: configuration.nodeName)
    node.metadata.labels = [
      "beta.kubernetes.io/arch": facts.architecture, "beta.kubernetes.io/os": "linux",
      "kubernetes.io/arch": facts.architecture, "kubernetes.io/hostname": configuration.nodeName,
      "kubernetes.io/os": "linux",
    ].merging(configuration.labels) { $1 }
    node.spec.podCIDR = configuration.podRange
    node.spec.podCIDRs = configuration.podRange.map { [$0] } ?? []
    node.status = status(now: now)
    return node
  }

  func status(now: Timestamp) -> NodeStatus {
    var status = NodeStatus()
    status.addresses =
      configuration.nodeAddresses.map { NodeAddress("InternalIP", $0) }
      + [NodeAddress("Hostname", configuration.nodeName)]
    status.capacity = resources
    status.allocatable = resources
    status.conditions = conditions(now: now)
    status.daemonEndpoints.kubeletEndpoint.Port = 10250
    status.nodeInfo = info
    status.images = images.prefix(50).map { image in
      var told = ContainerImage()
      told.names = [image.digest] + image.names
      told.sizeBytes = image.size
      return told
    }
    return status
  }

  private var resources: [String: Quantity] {
    facts.amounts.merging([
      "pods": Quantity(whole: Int64(configuration.maximumPods)), "hugepages-2Mi": Quantity(whole: 0),
      "hugepages-1Gi": Quantity(whole: 0),
    ]) { $1 }
  }

  private func conditions(now: Timestamp) -> [NodeCondition] {
    func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> NodeCondition {
      var condition = NodeCondition()
      condition.type = type
      condition.status = status
      condition.reason = reason
      condition.message = message
      condition.lastHeartbeatTime = now.toTheSecond
      condition.lastTransitionTime = now.toTheSecond
      return condition
    }
    return [
      condition(
        "MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
      condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
      condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
      condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ]
  }

  private var info: NodeSystemInfo {
    var info = NodeSystemInfo()
    info.architecture = facts.architecture
    info.bootID = facts.bootID
    info.containerRuntimeVersion = runtimeVersion
    info.kernelVersion = facts.kernelVersion
    info.kubeProxyVersion = configuration.kubeletVersion
    info.kubeletVersion = configuration.kubeletVersion
    info.machineID = facts.machineID
    info.operatingSystem = "linux"
    info.osImage = facts.systemName
    info.systemUUID = facts.systemUUID
    return info
  }
}

extension NodeAddress {
  fileprivate init(_ type: String, _ address: String) {
    self.init()
    self.type = type
    self.address = address
  }
}
