public import ObjectSchema

/// Pod status.
public struct PodStatus: Described {
  public var allocatedResources: [String: Quantity] = [:]
  public var conditions: [PodCondition] = []
  public var containerStatuses: [ContainerStatus] = []
  public var ephemeralContainerStatuses: [ContainerStatus] = []
  public var extendedResourceClaimStatus: PodExtendedResourceClaimStatus?
  public var hostIP: String?
  public var hostIPs: [HostIP] = []
  public var initContainerStatuses: [ContainerStatus] = []
  public var message: String?
  public var nodeAllocatableResourceClaimStatuses: [NodeAllocatableResourceClaimStatus] = []
  public var nominatedNodeName: String?
  public var observedGeneration: Int64?
  public var phase: String?
  public var podIP: String?
  public var podIPs: [PodIP] = []
  public var qosClass: String?
  public var reason: String?
  public var resize: String?
  public var resourceClaimStatuses: [PodResourceClaimStatus] = []
  public var resources: ResourceRequirements?
  public var startTime: Timestamp?
  public var volumeHealth: [PodVolumeHealth] = []

  public init() {}

  public static let schema = Schema<PodStatus>(
    "PodStatus", "Pod status.",
    [
      Field("allocatedResources", \.allocatedResources, mapOf: .quantity, "The allocated resources."),
      Field("conditions", \.conditions, listOf: .object(PodCondition.self), mergeKey: "type", "The conditions."),
      Field("containerStatuses", \.containerStatuses, listOf: .object(ContainerStatus.self), "The container statuses."),
      Field(
        "ephemeralContainerStatuses", \.ephemeralContainerStatuses, listOf: .object(ContainerStatus.self),
        "The ephemeral container statuses."),
      Field(
        "extendedResourceClaimStatus", \.extendedResourceClaimStatus, .object(PodExtendedResourceClaimStatus.self),
        "The extended resource claim status."),
      Field("hostIP", \.hostIP, .string, "The host IP."),
      Field("hostIPs", \.hostIPs, listOf: .object(HostIP.self), mergeKey: "ip", "The host IPs."),
      Field(
        "initContainerStatuses", \.initContainerStatuses, listOf: .object(ContainerStatus.self),
        "The init container statuses."),
      Field("message", \.message, .string, "The message."),
      Field(
        "nodeAllocatableResourceClaimStatuses", \.nodeAllocatableResourceClaimStatuses,
        listOf: .object(NodeAllocatableResourceClaimStatus.self), "The node allocatable resource claim statuses."),
      Field("nominatedNodeName", \.nominatedNodeName, .string, "The nominated node name."),
      Field("observedGeneration", \.observedGeneration, .int64, "The observed generation."),
      Field("phase", \.phase, .string, "The phase."),
      Field("podIP", \.podIP, .string, "The pod IP."),
      Field("podIPs", \.podIPs, listOf: .object(PodIP.self), mergeKey: "ip", "The pod IPs."),
      Field("qosClass", \.qosClass, .string, "The qos class."),
      Field("reason", \.reason, .string, "The reason."),
      Field("resize", \.resize, .string, "The resize."),
      Field(
        "resourceClaimStatuses", \.resourceClaimStatuses, listOf: .object(PodResourceClaimStatus.self),
        mergeKey: "name", "The resource claim statuses."),
      Field("resources", \.resources, .object(ResourceRequirements.self), "The resources."),
      Field("startTime", \.startTime, .time, "The start time."),
      Field("volumeHealth", \.volumeHealth, listOf: .object(PodVolumeHealth.self), "The volume health."),
    ])
}

/// Pod condition.
public struct PodCondition: Described {
  public var lastProbeTime: Timestamp?
  public var lastTransitionTime: Timestamp?
  public var message: String?
  public var observedGeneration: Int64?
  public var reason: String?
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<PodCondition>(
    "PodCondition", "Pod condition.",
    [
      Field("lastProbeTime", \.lastProbeTime, .time, written: .asNull, "The last probe time."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, written: .asNull, "The last transition time."),
      Field("message", \.message, .string, "The message."),
      Field("observedGeneration", \.observedGeneration, .int64, "The observed generation."),
      Field("reason", \.reason, .string, "The reason."),
      Field("status", \.status, .string, required: true, "The status."),
      Field("type", \.type, .string, required: true, "The type."),
    ])
}

/// Pod ip.
public struct PodIP: Described {
  public var ip: String?

  public init() {}

  public static let schema = Schema<PodIP>(
    "PodIP", "Pod ip.",
    [
      Field("ip", \.ip, .string, required: true, "The ip.")
    ])
}

/// Host ip.
public struct HostIP: Described {
  public var ip: String?

  public init() {}

  public static let schema = Schema<HostIP>(
    "HostIP", "Host ip.",
    [
      Field("ip", \.ip, .string, required: true, "The ip.")
    ])
}

/// Pod resource claim status.
public struct PodResourceClaimStatus: Described {
  public var name: String?
  public var resourceClaimName: String?

  public init() {}

  public static let schema = Schema<PodResourceClaimStatus>(
    "PodResourceClaimStatus", "Pod resource claim status.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("resourceClaimName", \.resourceClaimName, .string, "The resource claim name."),
    ])
}

/// Pod extended resource claim status.
public struct PodExtendedResourceClaimStatus: Described {
  public var requestMappings: [ContainerExtendedResourceRequest] = []
  public var resourceClaimName: String?

  public init() {}

  public static let schema = Schema<PodExtendedResourceClaimStatus>(
    "PodExtendedResourceClaimStatus", "Pod extended resource claim status.",
    [
      Field(
        "requestMappings", \.requestMappings, listOf: .object(ContainerExtendedResourceRequest.self), required: true,
        "The request mappings."),
      Field("resourceClaimName", \.resourceClaimName, .string, required: true, "The resource claim name."),
    ])
}

/// Container extended resource request.
public struct ContainerExtendedResourceRequest: Described {
  public var containerName: String?
  public var requestName: String?
  public var resourceName: String?

  public init() {}

  public static let schema = Schema<ContainerExtendedResourceRequest>(
    "ContainerExtendedResourceRequest", "Container extended resource request.",
    [
      Field("containerName", \.containerName, .string, required: true, "The container name."),
      Field("requestName", \.requestName, .string, required: true, "The request name."),
      Field("resourceName", \.resourceName, .string, required: true, "The resource name."),
    ])
}

/// Node allocatable resource claim status.
public struct NodeAllocatableResourceClaimStatus: Described {
  public var containers: [String] = []
  public var mapping: [NodeAllocatableMappedResources] = []
  public var overhead: [NodeAllocatableOverheadResources] = []
  public var resourceClaimName: String?

  public init() {}

  public static let schema = Schema<NodeAllocatableResourceClaimStatus>(
    "NodeAllocatableResourceClaimStatus", "Node allocatable resource claim status.",
    [
      Field("containers", \.containers, listOf: .string, "The containers."),
      Field("mapping", \.mapping, listOf: .object(NodeAllocatableMappedResources.self), "The mapping."),
      Field("overhead", \.overhead, listOf: .object(NodeAllocatableOverheadResources.self), "The overhead."),
      Field("resourceClaimName", \.resourceClaimName, .string, required: true, "The resource claim name."),
    ])
}

/// Node allocatable mapped resources.
public struct NodeAllocatableMappedResources: Described {
  public var name: String?
  public var quantity: String?

  public init() {}

  public static let schema = Schema<NodeAllocatableMappedResources>(
    "NodeAllocatableMappedResources", "Node allocatable mapped resources.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("quantity", \.quantity, .string, required: true, "The quantity."),
    ])
}

/// Node allocatable overhead resources.
public struct NodeAllocatableOverheadResources: Described {
  public var name: String?
  public var perContainer: String?
  public var perPod: String?

  public init() {}

  public static let schema = Schema<NodeAllocatableOverheadResources>(
    "NodeAllocatableOverheadResources", "Node allocatable overhead resources.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("perContainer", \.perContainer, .string, "The per container."),
      Field("perPod", \.perPod, .string, "The per pod."),
    ])
}

/// Pod volume health.
public struct PodVolumeHealth: Described {
  public var name: String?
  public var healthConditions: [VolumeHealthCondition] = []
  public var lastTransitionTime: Timestamp?

  public init() {}

  public static let schema = Schema<PodVolumeHealth>(
    "PodVolumeHealth", "Pod volume health.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field(
        "healthConditions", \.healthConditions, listOf: .object(VolumeHealthCondition.self), "The health conditions."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, "The last transition time."),
    ])
}

/// Volume health condition.
public struct VolumeHealthCondition: Described {
  public var message: String?
  public var reason: String?
  public var status: String?

  public init() {}

  public static let schema = Schema<VolumeHealthCondition>(
    "VolumeHealthCondition", "Volume health condition.",
    [
      Field("message", \.message, .string, "The message."),
      Field("reason", \.reason, .string, required: true, "The reason."),
      Field("status", \.status, .string, required: true, "The status."),
    ])
}
