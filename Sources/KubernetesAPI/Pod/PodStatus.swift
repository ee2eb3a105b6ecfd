public import ObjectSchema

/// How a pod is doing; written by its node.
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
    "PodStatus", "How a pod is doing; written by its node.",
    [
      Field("allocatedResources", \.allocatedResources, mapOf: .quantity, "What the node has set aside for it."),
      Field(
        "conditions", \.conditions, listOf: .object(PodCondition.self), mergeKey: "type",
        "Steps that it has or has not reached: scheduled, initialized, ready."),
      Field(
        "containerStatuses", \.containerStatuses, listOf: .object(ContainerStatus.self), "How each container is doing."),
      Field(
        "ephemeralContainerStatuses", \.ephemeralContainerStatuses, listOf: .object(ContainerStatus.self),
        "How each container is doing that was put in later."),
      Field(
        "extendedResourceClaimStatus", \.extendedResourceClaimStatus, .object(PodExtendedResourceClaimStatus.self),
        "The claim that was made for special resources."),
      Field("hostIP", \.hostIP, .string, "The address of its node."),
      Field("hostIPs", \.hostIPs, listOf: .object(HostIP.self), mergeKey: "ip", "All addresses of its node."),
      Field(
        "initContainerStatuses", \.initContainerStatuses, listOf: .object(ContainerStatus.self),
        "How each init container is doing."),
      Field("message", \.message, .string, "Why it is in this state, in words."),
      Field(
        "nodeAllocatableResourceClaimStatuses", \.nodeAllocatableResourceClaimStatuses,
        listOf: .object(NodeAllocatableResourceClaimStatus.self), "What its claims take of the node's own resources."),
      Field("nominatedNodeName", \.nominatedNodeName, .string, "The node where room is being made for it."),
      Field("observedGeneration", \.observedGeneration, .int64, "The state of the spec that this status is about."),
      Field("phase", \.phase, .string, "Where it is in its life: Pending, Running, Succeeded, Failed or Unknown."),
      Field("podIP", \.podIP, .string, "Its address in the cluster."),
      Field(
        "podIPs", \.podIPs, listOf: .object(PodIP.self), mergeKey: "ip",
        "All its addresses, one for each kind of network."),
      Field(
        "qosClass", \.qosClass, .string,
        "Guaranteed, Burstable or BestEffort: who must go last or first when memory is short."),
      Field("reason", \.reason, .string, "Why it is in this state, in one word, such as Evicted."),
      Field("resize", \.resize, .string, "How far a change of its resources has come."),
      Field(
        "resourceClaimStatuses", \.resourceClaimStatuses, listOf: .object(PodResourceClaimStatus.self),
        mergeKey: "name", "The claims that were made for it."),
      Field(
        "resources", \.resources, .object(ResourceRequirements.self),
        "The requests and limits of the whole pod that are in force."),
      Field("startTime", \.startTime, .time, "When its node took it on."),
      Field("volumeHealth", \.volumeHealth, listOf: .object(PodVolumeHealth.self), "How its volumes are."),
    ])
}

/// A step in a pod's life, reached or not.
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
    "PodCondition", "A step in a pod's life, reached or not.",
    [
      Field("lastProbeTime", \.lastProbeTime, .time, written: .asNull, "When it was last looked at."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, written: .asNull, "When it last changed."),
      Field("message", \.message, .string, "Why, in words."),
      Field("observedGeneration", \.observedGeneration, .int64, "The state of the spec that it is about."),
      Field("reason", \.reason, .string, "Why, in one word."),
      Field("status", \.status, .string, required: true, "True, False or Unknown."),
      Field(
        "type", \.type, .string, required: true,
        "Which step: PodScheduled, Initialized, ContainersReady, Ready and others."),
    ])
}

/// An address of a pod.
public struct PodIP: Described {
  public var ip: String?

  public init() {}

  public static let schema = Schema<PodIP>(
    "PodIP", "An address of a pod.",
    [
      Field("ip", \.ip, .string, required: true, "The address.")
    ])
}

/// An address of a node.
public struct HostIP: Described {
  public var ip: String?

  public init() {}

  public static let schema = Schema<HostIP>(
    "HostIP", "An address of a node.",
    [
      Field("ip", \.ip, .string, required: true, "The address.")
    ])
}

/// The claim that was made for a pod.
public struct PodResourceClaimStatus: Described {
  public var name: String?
  public var resourceClaimName: String?

  public init() {}

  public static let schema = Schema<PodResourceClaimStatus>(
    "PodResourceClaimStatus", "The claim that was made for a pod.",
    [
      Field("name", \.name, .string, required: true, "What the pod calls it."),
      Field("resourceClaimName", \.resourceClaimName, .string, "The claim's own name."),
    ])
}

/// The claim behind special resources of a pod.
public struct PodExtendedResourceClaimStatus: Described {
  public var requestMappings: [ContainerExtendedResourceRequest] = []
  public var resourceClaimName: String?

  public init() {}

  public static let schema = Schema<PodExtendedResourceClaimStatus>(
    "PodExtendedResourceClaimStatus", "The claim behind special resources of a pod.",
    [
      Field(
        "requestMappings", \.requestMappings, listOf: .object(ContainerExtendedResourceRequest.self), required: true,
        "Which container's resource is which request of the claim."),
      Field("resourceClaimName", \.resourceClaimName, .string, required: true, "The claim's name."),
    ])
}

/// A special resource of a container, as a request of a claim.
public struct ContainerExtendedResourceRequest: Described {
  public var containerName: String?
  public var requestName: String?
  public var resourceName: String?

  public init() {}

  public static let schema = Schema<ContainerExtendedResourceRequest>(
    "ContainerExtendedResourceRequest", "A special resource of a container, as a request of a claim.",
    [
      Field("containerName", \.containerName, .string, required: true, "The container."),
      Field("requestName", \.requestName, .string, required: true, "The request in the claim."),
      Field("resourceName", \.resourceName, .string, required: true, "The resource that the container asked for."),
    ])
}

/// What a claim takes of a node's own resources.
public struct NodeAllocatableResourceClaimStatus: Described {
  public var containers: [String] = []
  public var mapping: [NodeAllocatableMappedResources] = []
  public var overhead: [NodeAllocatableOverheadResources] = []
  public var resourceClaimName: String?

  public init() {}

  public static let schema = Schema<NodeAllocatableResourceClaimStatus>(
    "NodeAllocatableResourceClaimStatus", "What a claim takes of a node's own resources.",
    [
      Field("containers", \.containers, listOf: .string, "The containers that use the claim."),
      Field("mapping", \.mapping, listOf: .object(NodeAllocatableMappedResources.self), "The amounts, by resource."),
      Field("overhead", \.overhead, listOf: .object(NodeAllocatableOverheadResources.self), "What is taken on top."),
      Field("resourceClaimName", \.resourceClaimName, .string, required: true, "The claim."),
    ])
}

/// An amount of one of a node's resources.
public struct NodeAllocatableMappedResources: Described {
  public var name: String?
  public var quantity: Quantity?

  public init() {}

  public static let schema = Schema<NodeAllocatableMappedResources>(
    "NodeAllocatableMappedResources", "An amount of one of a node's resources.",
    [
      Field("name", \.name, .string, required: true, "The resource."),
      Field("quantity", \.quantity, .quantity, required: true, "How much."),
    ])
}

/// What is taken of a resource on top.
public struct NodeAllocatableOverheadResources: Described {
  public var name: String?
  public var perContainer: Quantity?
  public var perPod: Quantity?

  public init() {}

  public static let schema = Schema<NodeAllocatableOverheadResources>(
    "NodeAllocatableOverheadResources", "What is taken of a resource on top.",
    [
      Field("name", \.name, .string, required: true, "The resource."),
      Field("perContainer", \.perContainer, .quantity, "For each container."),
      Field("perPod", \.perPod, .quantity, "Once for the pod."),
    ])
}

/// How a volume of a pod is.
public struct PodVolumeHealth: Described {
  public var name: String?
  public var healthConditions: [VolumeHealthCondition] = []
  public var lastTransitionTime: Timestamp?

  public init() {}

  public static let schema = Schema<PodVolumeHealth>(
    "PodVolumeHealth", "How a volume of a pod is.",
    [
      Field("name", \.name, .string, required: true, "The volume."),
      Field(
        "healthConditions", \.healthConditions, listOf: .object(VolumeHealthCondition.self), "What was found."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, "When that last changed."),
    ])
}

/// Something found out about a volume.
public struct VolumeHealthCondition: Described {
  public var message: String?
  public var reason: String?
  public var status: String?

  public init() {}

  public static let schema = Schema<VolumeHealthCondition>(
    "VolumeHealthCondition", "Something found out about a volume.",
    [
      Field("message", \.message, .string, "In words."),
      Field("reason", \.reason, .string, required: true, "In one word."),
      Field("status", \.status, .string, required: true, "Whether it is so: True, False or Unknown."),
    ])
}
