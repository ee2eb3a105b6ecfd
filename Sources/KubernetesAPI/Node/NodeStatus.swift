public import ObjectSchema

/// Node status.
public struct NodeStatus: Described {
  public var addresses: [NodeAddress] = []
  public var allocatable: [String: Quantity] = [:]
  public var capacity: [String: Quantity] = [:]
  public var conditions: [NodeCondition] = []
  public var config: NodeConfigStatus?
  public var daemonEndpoints = NodeDaemonEndpoints()
  public var declaredFeatures: [String] = []
  public var features: NodeFeatures?
  public var images: [ContainerImage] = []
  public var nodeInfo = NodeSystemInfo()
  public var phase: String?
  public var runtimeHandlers: [NodeRuntimeHandler] = []
  public var volumesAttached: [AttachedVolume] = []
  public var volumesInUse: [String] = []

  public init() {}

  public static let schema = Schema<NodeStatus>(
    "NodeStatus", "Node status.",
    [
      Field("addresses", \.addresses, listOf: .object(NodeAddress.self), mergeKey: "type", "The addresses."),
      Field("allocatable", \.allocatable, mapOf: .quantity, "The allocatable."),
      Field("capacity", \.capacity, mapOf: .quantity, "The capacity."),
      Field("conditions", \.conditions, listOf: .object(NodeCondition.self), mergeKey: "type", "The conditions."),
      Field("config", \.config, .object(NodeConfigStatus.self), "The config."),
      Field("daemonEndpoints", \.daemonEndpoints, .object(NodeDaemonEndpoints.self), "The daemon endpoints."),
      Field("declaredFeatures", \.declaredFeatures, listOf: .string, "The declared features."),
      Field("features", \.features, .object(NodeFeatures.self), "The features."),
      Field("images", \.images, listOf: .object(ContainerImage.self), "The images."),
      Field("nodeInfo", \.nodeInfo, .object(NodeSystemInfo.self), "The node info."),
      Field("phase", \.phase, .string, "The phase."),
      Field("runtimeHandlers", \.runtimeHandlers, listOf: .object(NodeRuntimeHandler.self), "The runtime handlers."),
      Field("volumesAttached", \.volumesAttached, listOf: .object(AttachedVolume.self), "The volumes attached."),
      Field("volumesInUse", \.volumesInUse, listOf: .string, "The volumes in use."),
    ])
}

/// Node address.
public struct NodeAddress: Described {
  public var address: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<NodeAddress>(
    "NodeAddress", "Node address.",
    [
      Field("address", \.address, .string, required: true, "The address."),
      Field("type", \.type, .string, required: true, "The type."),
    ])
}

/// Node condition.
public struct NodeCondition: Described {
  public var lastHeartbeatTime: Timestamp?
  public var lastTransitionTime: Timestamp?
  public var message: String?
  public var reason: String?
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<NodeCondition>(
    "NodeCondition", "Node condition.",
    [
      Field("lastHeartbeatTime", \.lastHeartbeatTime, .time, written: .asNull, "The last heartbeat time."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, written: .asNull, "The last transition time."),
      Field("message", \.message, .string, "The message."),
      Field("reason", \.reason, .string, "The reason."),
      Field("status", \.status, .string, required: true, "The status."),
      Field("type", \.type, .string, required: true, "The type."),
    ])
}

/// Node config status.
public struct NodeConfigStatus: Described {
  public var active: NodeConfigSource?
  public var assigned: NodeConfigSource?
  public var error: String?
  public var lastKnownGood: NodeConfigSource?

  public init() {}

  public static let schema = Schema<NodeConfigStatus>(
    "NodeConfigStatus", "Node config status.",
    [
      Field("active", \.active, .object(NodeConfigSource.self), "The active."),
      Field("assigned", \.assigned, .object(NodeConfigSource.self), "The assigned."),
      Field("error", \.error, .string, "The error."),
      Field("lastKnownGood", \.lastKnownGood, .object(NodeConfigSource.self), "The last known good."),
    ])
}

/// Node daemon endpoints.
public struct NodeDaemonEndpoints: Described {
  public var kubeletEndpoint = DaemonEndpoint()

  public init() {}

  public static let schema = Schema<NodeDaemonEndpoints>(
    "NodeDaemonEndpoints", "Node daemon endpoints.",
    [
      Field("kubeletEndpoint", \.kubeletEndpoint, .object(DaemonEndpoint.self), "The kubelet endpoint.")
    ])
}

/// Daemon endpoint.
public struct DaemonEndpoint: Described {
  public var Port: Int32?

  public init() {}

  public static let schema = Schema<DaemonEndpoint>(
    "DaemonEndpoint", "Daemon endpoint.",
    [
      Field("Port", \.Port, .int32, required: true, "The port.")
    ])
}

/// Node features.
public struct NodeFeatures: Described {
  public var supplementalGroupsPolicy: Bool?

  public init() {}

  public static let schema = Schema<NodeFeatures>(
    "NodeFeatures", "Node features.",
    [
      Field("supplementalGroupsPolicy", \.supplementalGroupsPolicy, .bool, "The supplemental groups policy.")
    ])
}

/// Node system info.
public struct NodeSystemInfo: Described {
  public var architecture: String?
  public var bootID: String?
  public var containerRuntimeVersion: String?
  public var kernelVersion: String?
  public var kubeProxyVersion: String?
  public var kubeletVersion: String?
  public var machineID: String?
  public var operatingSystem: String?
  public var osImage: String?
  public var runningInUserNamespace: Bool?
  public var swap: NodeSwapStatus?
  public var systemUUID: String?

  public init() {}

  public static let schema = Schema<NodeSystemInfo>(
    "NodeSystemInfo", "Node system info.",
    [
      Field("architecture", \.architecture, .string, required: true, "The architecture."),
      Field("bootID", \.bootID, .string, required: true, "The boot id."),
      Field(
        "containerRuntimeVersion", \.containerRuntimeVersion, .string, required: true, "The container runtime version."),
      Field("kernelVersion", \.kernelVersion, .string, required: true, "The kernel version."),
      Field("kubeProxyVersion", \.kubeProxyVersion, .string, required: true, "The kube proxy version."),
      Field("kubeletVersion", \.kubeletVersion, .string, required: true, "The kubelet version."),
      Field("machineID", \.machineID, .string, required: true, "The machine id."),
      Field("operatingSystem", \.operatingSystem, .string, required: true, "The operating system."),
      Field("osImage", \.osImage, .string, required: true, "The os image."),
      Field("runningInUserNamespace", \.runningInUserNamespace, .bool, "The running in user namespace."),
      Field("swap", \.swap, .object(NodeSwapStatus.self), "The swap."),
      Field("systemUUID", \.systemUUID, .string, required: true, "The system uuid."),
    ])
}

/// Node swap status.
public struct NodeSwapStatus: Described {
  public var capacity: Int32?

  public init() {}

  public static let schema = Schema<NodeSwapStatus>(
    "NodeSwapStatus", "Node swap status.",
    [
      Field("capacity", \.capacity, .int32, "The capacity.")
    ])
}

/// Container image.
public struct ContainerImage: Described {
  public var names: [String] = []
  public var sizeBytes: Int64?

  public init() {}

  public static let schema = Schema<ContainerImage>(
    "ContainerImage", "Container image.",
    [
      Field("names", \.names, listOf: .string, written: .always, "The names."),
      Field("sizeBytes", \.sizeBytes, .int64, "The size bytes."),
    ])
}

/// Node runtime handler.
public struct NodeRuntimeHandler: Described {
  public var name: String?
  public var features: NodeRuntimeHandlerFeatures?

  public init() {}

  public static let schema = Schema<NodeRuntimeHandler>(
    "NodeRuntimeHandler", "Node runtime handler.",
    [
      Field("name", \.name, .string, "The name."),
      Field("features", \.features, .object(NodeRuntimeHandlerFeatures.self), "The features."),
    ])
}

/// Node runtime handler features.
public struct NodeRuntimeHandlerFeatures: Described {
  public var recursiveReadOnlyMounts: Bool?
  public var userNamespaces: Bool?

  public init() {}

  public static let schema = Schema<NodeRuntimeHandlerFeatures>(
    "NodeRuntimeHandlerFeatures", "Node runtime handler features.",
    [
      Field("recursiveReadOnlyMounts", \.recursiveReadOnlyMounts, .bool, "The recursive read only mounts."),
      Field("userNamespaces", \.userNamespaces, .bool, "The user namespaces."),
    ])
}

/// Attached volume.
public struct AttachedVolume: Described {
  public var name: String?
  public var devicePath: String?

  public init() {}

  public static let schema = Schema<AttachedVolume>(
    "AttachedVolume", "Attached volume.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("devicePath", \.devicePath, .string, required: true, "The device path."),
    ])
}
