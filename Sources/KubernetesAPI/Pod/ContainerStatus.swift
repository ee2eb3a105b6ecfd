public import ObjectSchema

/// Container status.
public struct ContainerStatus: Described {
  public var name: String?
  public var allocatedResources: [String: Quantity] = [:]
  public var allocatedResourcesStatus: [ResourceStatus] = []
  public var containerID: String?
  public var image: String?
  public var imageID: String?
  public var lastState = ContainerState()
  public var ready: Bool?
  public var resources: ResourceRequirements?
  public var restartCount: Int32?
  public var started: Bool?
  public var state = ContainerState()
  public var stopSignal: String?
  public var user: ContainerUser?
  public var volumeMounts: [VolumeMountStatus] = []

  public init() {}

  public static let schema = Schema<ContainerStatus>(
    "ContainerStatus", "Container status.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("allocatedResources", \.allocatedResources, mapOf: .quantity, "The allocated resources."),
      Field(
        "allocatedResourcesStatus", \.allocatedResourcesStatus, listOf: .object(ResourceStatus.self),
        "The allocated resources status."),
      Field("containerID", \.containerID, .string, "The container id."),
      Field("image", \.image, .string, required: true, "The image."),
      Field("imageID", \.imageID, .string, required: true, "The image id."),
      Field("lastState", \.lastState, .object(ContainerState.self), "The last state."),
      Field("ready", \.ready, .bool, required: true, "The ready."),
      Field("resources", \.resources, .object(ResourceRequirements.self), "The resources."),
      Field("restartCount", \.restartCount, .int32, required: true, "The restart count."),
      Field("started", \.started, .bool, "The started."),
      Field("state", \.state, .object(ContainerState.self), "The state."),
      Field("stopSignal", \.stopSignal, .string, "The stop signal."),
      Field("user", \.user, .object(ContainerUser.self), "The user."),
      Field(
        "volumeMounts", \.volumeMounts, listOf: .object(VolumeMountStatus.self), mergeKey: "mountPath",
        "The volume mounts."),
    ])
}

/// Container state.
public struct ContainerState: Described {
  public var running: ContainerStateRunning?
  public var terminated: ContainerStateTerminated?
  public var waiting: ContainerStateWaiting?

  public init() {}

  public static let schema = Schema<ContainerState>(
    "ContainerState", "Container state.",
    [
      Field("running", \.running, .object(ContainerStateRunning.self), "The running."),
      Field("terminated", \.terminated, .object(ContainerStateTerminated.self), "The terminated."),
      Field("waiting", \.waiting, .object(ContainerStateWaiting.self), "The waiting."),
    ])
}

/// Container state running.
public struct ContainerStateRunning: Described {
  public var startedAt: Timestamp?

  public init() {}

  public static let schema = Schema<ContainerStateRunning>(
    "ContainerStateRunning", "Container state running.",
    [
      Field("startedAt", \.startedAt, .time, written: .asNull, "The started at.")
    ])
}

/// Container state terminated.
public struct ContainerStateTerminated: Described {
  public var containerID: String?
  public var exitCode: Int32?
  public var finishedAt: Timestamp?
  public var message: String?
  public var reason: String?
  public var signal: Int32?
  public var startedAt: Timestamp?

  public init() {}

  public static let schema = Schema<ContainerStateTerminated>(
    "ContainerStateTerminated", "Container state terminated.",
    [
      Field("containerID", \.containerID, .string, "The container id."),
      Field("exitCode", \.exitCode, .int32, required: true, "The exit code."),
      Field("finishedAt", \.finishedAt, .time, written: .asNull, "The finished at."),
      Field("message", \.message, .string, "The message."),
      Field("reason", \.reason, .string, "The reason."),
      Field("signal", \.signal, .int32, "The signal."),
      Field("startedAt", \.startedAt, .time, written: .asNull, "The started at."),
    ])
}

/// Container state waiting.
public struct ContainerStateWaiting: Described {
  public var message: String?
  public var reason: String?

  public init() {}

  public static let schema = Schema<ContainerStateWaiting>(
    "ContainerStateWaiting", "Container state waiting.",
    [
      Field("message", \.message, .string, "The message."),
      Field("reason", \.reason, .string, "The reason."),
    ])
}

/// Container user.
public struct ContainerUser: Described {
  public var linux: LinuxContainerUser?

  public init() {}

  public static let schema = Schema<ContainerUser>(
    "ContainerUser", "Container user.",
    [
      Field("linux", \.linux, .object(LinuxContainerUser.self), "The linux.")
    ])
}

/// Linux container user.
public struct LinuxContainerUser: Described {
  public var gid: Int64?
  public var supplementalGroups: [Int64] = []
  public var uid: Int64?

  public init() {}

  public static let schema = Schema<LinuxContainerUser>(
    "LinuxContainerUser", "Linux container user.",
    [
      Field("gid", \.gid, .int64, required: true, "The gid."),
      Field("supplementalGroups", \.supplementalGroups, listOf: .int64, "The supplemental groups."),
      Field("uid", \.uid, .int64, required: true, "The uid."),
    ])
}

/// Volume mount status.
public struct VolumeMountStatus: Described {
  public var name: String?
  public var mountPath: String?
  public var readOnly: Bool?
  public var recursiveReadOnly: String?
  public var volumeStatus: VolumeStatus?

  public init() {}

  public static let schema = Schema<VolumeMountStatus>(
    "VolumeMountStatus", "Volume mount status.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("mountPath", \.mountPath, .string, required: true, "The mount path."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("recursiveReadOnly", \.recursiveReadOnly, .string, "The recursive read only."),
      Field("volumeStatus", \.volumeStatus, .object(VolumeStatus.self), "The volume status."),
    ])
}

/// Volume status.
public struct VolumeStatus: Described {
  public var image: ImageVolumeStatus?

  public init() {}

  public static let schema = Schema<VolumeStatus>(
    "VolumeStatus", "Volume status.",
    [
      Field("image", \.image, .object(ImageVolumeStatus.self), "The image.")
    ])
}

/// Image volume status.
public struct ImageVolumeStatus: Described {
  public var imageRef: String?

  public init() {}

  public static let schema = Schema<ImageVolumeStatus>(
    "ImageVolumeStatus", "Image volume status.",
    [
      Field("imageRef", \.imageRef, .string, required: true, "The image ref.")
    ])
}

/// Resource status.
public struct ResourceStatus: Described {
  public var name: String?
  public var resources: [ResourceHealth] = []

  public init() {}

  public static let schema = Schema<ResourceStatus>(
    "ResourceStatus", "Resource status.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("resources", \.resources, listOf: .object(ResourceHealth.self), "The resources."),
    ])
}

/// Resource health.
public struct ResourceHealth: Described {
  public var health: String?
  public var message: String?
  public var resourceID: String?

  public init() {}

  public static let schema = Schema<ResourceHealth>(
    "ResourceHealth", "Resource health.",
    [
      Field("health", \.health, .string, "The health."),
      Field("message", \.message, .string, "The message."),
      Field("resourceID", \.resourceID, .string, required: true, "The resource id."),
    ])
}
