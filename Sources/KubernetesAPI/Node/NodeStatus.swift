public import ObjectSchema

/// How a node is doing; written by its kubelet.
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
    "NodeStatus", "How a node is doing; written by its kubelet.",
    [
      Field(
        "addresses", \.addresses, listOf: .object(NodeAddress.self), mergeKey: "type",
        "Names and addresses by which it is reached."),
      Field("allocatable", \.allocatable, mapOf: .quantity, "What of it pods can have."),
      Field("capacity", \.capacity, mapOf: .quantity, "What it has in all."),
      Field(
        "conditions", \.conditions, listOf: .object(NodeCondition.self), mergeKey: "type",
        "Whether it is ready, and short of anything."),
      Field("config", \.config, .object(NodeConfigStatus.self), "The settings that its kubelet uses."),
      Field("daemonEndpoints", \.daemonEndpoints, .object(NodeDaemonEndpoints.self), "Where its kubelet listens."),
      Field("declaredFeatures", \.declaredFeatures, listOf: .string, "Abilities that the node says it has."),
      Field("features", \.features, .object(NodeFeatures.self), "What its runtime can do."),
      Field("images", \.images, listOf: .object(ContainerImage.self), "Images that are on it already."),
      Field("nodeInfo", \.nodeInfo, .object(NodeSystemInfo.self), "Its system: kernel, runtime, versions."),
      Field("phase", \.phase, .string, "No longer used."),
      Field(
        "runtimeHandlers", \.runtimeHandlers, listOf: .object(NodeRuntimeHandler.self),
        "The ways in which its runtime can run pods."),
      Field(
        "volumesAttached", \.volumesAttached, listOf: .object(AttachedVolume.self), "Volumes that are attached to it."),
      Field("volumesInUse", \.volumesInUse, listOf: .string, "Volumes that its pods use."),
    ])
}

/// A name or address of a node.
public struct NodeAddress: Described {
  public var address: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<NodeAddress>(
    "NodeAddress", "A name or address of a node.",
    [
      Field("address", \.address, .string, required: true, "The name or address."),
      Field(
        "type", \.type, .string, required: true,
        "What it is: Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS."),
    ])
}

/// Something that is, or is not, true of a node.
public struct NodeCondition: Described {
  public var lastHeartbeatTime: Timestamp?
  public var lastTransitionTime: Timestamp?
  public var message: String?
  public var reason: String?
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<NodeCondition>(
    "NodeCondition", "Something that is, or is not, true of a node.",
    [
      Field("lastHeartbeatTime", \.lastHeartbeatTime, .time, written: .asNull, "When the kubelet last said so."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, written: .asNull, "When it last changed."),
      Field("message", \.message, .string, "Why, in words."),
      Field("reason", \.reason, .string, "Why, in one word."),
      Field("status", \.status, .string, required: true, "True, False or Unknown."),
      Field(
        "type", \.type, .string, required: true,
        "What: Ready, MemoryPressure, DiskPressure, PIDPressure or NetworkUnavailable."),
    ])
}

/// The settings that a kubelet uses.
public struct NodeConfigStatus: Described {
  public var active: NodeConfigSource?
  public var assigned: NodeConfigSource?
  public var error: String?
  public var lastKnownGood: NodeConfigSource?

  public init() {}

  public static let schema = Schema<NodeConfigStatus>(
    "NodeConfigStatus", "The settings that a kubelet uses.",
    [
      Field("active", \.active, .object(NodeConfigSource.self), "Those in use."),
      Field("assigned", \.assigned, .object(NodeConfigSource.self), "Those that it shall use."),
      Field("error", \.error, .string, "What is wrong with them."),
      Field("lastKnownGood", \.lastKnownGood, .object(NodeConfigSource.self), "Those that it goes back to."),
    ])
}

/// Where the programs of a node listen.
public struct NodeDaemonEndpoints: Described {
  public var kubeletEndpoint = DaemonEndpoint()

  public init() {}

  public static let schema = Schema<NodeDaemonEndpoints>(
    "NodeDaemonEndpoints", "Where the programs of a node listen.",
    [
      Field("kubeletEndpoint", \.kubeletEndpoint, .object(DaemonEndpoint.self), "The kubelet.")
    ])
}

/// A port on which a program listens.
public struct DaemonEndpoint: Described {
  // The API itself writes this name with a capital.
  // swift-format-ignore: AlwaysUseLowerCamelCase
  public var Port: Int32?

  public init() {}

  public static let schema = Schema<DaemonEndpoint>(
    "DaemonEndpoint", "A port on which a program listens.",
    [
      Field("Port", \.Port, .int32, required: true, "The number of the port.")
    ])
}

/// What the runtime of a node can do.
public struct NodeFeatures: Described {
  public var supplementalGroupsPolicy: Bool?

  public init() {}

  public static let schema = Schema<NodeFeatures>(
    "NodeFeatures", "What the runtime of a node can do.",
    [
      Field(
        "supplementalGroupsPolicy", \.supplementalGroupsPolicy, .bool, "It can leave out the groups that images name.")
    ])
}

/// The system of a node.
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
    "NodeSystemInfo", "The system of a node.",
    [
      Field("architecture", \.architecture, .string, required: true, "The type of processor, such as amd64."),
      Field("bootID", \.bootID, .string, required: true, "Changes each time that it boots."),
      Field(
        "containerRuntimeVersion", \.containerRuntimeVersion, .string, required: true,
        "What runs its containers, as TYPE://VERSION."),
      Field("kernelVersion", \.kernelVersion, .string, required: true, "The version of its kernel."),
      Field("kubeProxyVersion", \.kubeProxyVersion, .string, required: true, "No longer used."),
      Field("kubeletVersion", \.kubeletVersion, .string, required: true, "The version of its kubelet."),
      Field("machineID", \.machineID, .string, required: true, "The identity of the machine."),
      Field("operatingSystem", \.operatingSystem, .string, required: true, "linux or windows."),
      Field("osImage", \.osImage, .string, required: true, "The name of the system, such as Debian GNU/Linux 12."),
      Field(
        "runningInUserNamespace", \.runningInUserNamespace, .bool,
        "Whether the kubelet runs without the rights of the machine's root."),
      Field("swap", \.swap, .object(NodeSwapStatus.self), "How much swap space it has."),
      Field("systemUUID", \.systemUUID, .string, required: true, "The identity of the hardware."),
    ])
}

/// The swap space of a node.
public struct NodeSwapStatus: Described {
  public var capacity: Int32?

  public init() {}

  public static let schema = Schema<NodeSwapStatus>(
    "NodeSwapStatus", "The swap space of a node.",
    [
      Field("capacity", \.capacity, .int32, "Its size in bytes.")
    ])
}

/// An image on a node.
public struct ContainerImage: Described {
  public var names: [String] = []
  public var sizeBytes: Int64?

  public init() {}

  public static let schema = Schema<ContainerImage>(
    "ContainerImage", "An image on a node.",
    [
      Field("names", \.names, listOf: .string, written: .always, "The names that it is known by."),
      Field("sizeBytes", \.sizeBytes, .int64, "Its size in bytes."),
    ])
}

/// A way in which a runtime runs pods.
public struct NodeRuntimeHandler: Described {
  public var name: String?
  public var features: NodeRuntimeHandlerFeatures?

  public init() {}

  public static let schema = Schema<NodeRuntimeHandler>(
    "NodeRuntimeHandler", "A way in which a runtime runs pods.",
    [
      Field("name", \.name, .string, "Its name; none is the usual way."),
      Field("features", \.features, .object(NodeRuntimeHandlerFeatures.self), "What it can do."),
    ])
}

/// What a way of running pods can do.
public struct NodeRuntimeHandlerFeatures: Described {
  public var recursiveReadOnlyMounts: Bool?
  public var userNamespaces: Bool?

  public init() {}

  public static let schema = Schema<NodeRuntimeHandlerFeatures>(
    "NodeRuntimeHandlerFeatures", "What a way of running pods can do.",
    [
      Field("recursiveReadOnlyMounts", \.recursiveReadOnlyMounts, .bool, "It can make mounts below a mount read-only."),
      Field("userNamespaces", \.userNamespaces, .bool, "It can give pods users of their own."),
    ])
}

/// A volume attached to a node.
public struct AttachedVolume: Described {
  public var name: String?
  public var devicePath: String?

  public init() {}

  public static let schema = Schema<AttachedVolume>(
    "AttachedVolume", "A volume attached to a node.",
    [
      Field("name", \.name, .string, required: true, "The volume."),
      Field("devicePath", \.devicePath, .string, required: true, "The device that it is on the node."),
    ])
}
