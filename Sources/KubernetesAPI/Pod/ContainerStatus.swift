public import ObjectSchema

/// How one container of a pod is doing.
public struct ContainerStatus: Described {
  public var name: String?
  public var allocatedResources: [String: Quantity] = [:]
  public var allocatedResourcesStatus: [ResourceStatus] = []
  public var containerID: String?
  public var image: String?
  public var imageID: String?
  public var lastState = ContainerState()
  public var ready: Bool?
  @Boxed public var resources: ResourceRequirements?
  public var restartCount: Int32?
  public var started: Bool?
  public var state = ContainerState()
  public var stopSignal: String?
  @Boxed public var user: ContainerUser?
  public var volumeMounts: [VolumeMountStatus] = []

  public init() {}

  public static let schema = Schema<ContainerStatus>(
    "ContainerStatus", "How one container of a pod is doing.",
    [
      Field("name", \.name, .string, required: true, "The container."),
      Field("allocatedResources", \.allocatedResources, mapOf: .quantity, "What the node has set aside for it."),
      Field(
        "allocatedResourcesStatus", \.allocatedResourcesStatus, listOf: .object(ResourceStatus.self),
        "How healthy the devices are that it was given."),
      Field("containerID", \.containerID, .string, "The runtime's name for this run of the container, as TYPE://ID."),
      Field("image", \.image, .string, required: true, "The image that it runs."),
      Field("imageID", \.imageID, .string, required: true, "The exact content of that image, by its digest."),
      Field("lastState", \.lastState, .object(ContainerState.self), "How the run before this one ended."),
      Field("ready", \.ready, .bool, required: true, "Whether its readiness probe passes, or it has none and runs."),
      Field("resources", \.resources, .object(ResourceRequirements.self), "The requests and limits that are in force."),
      Field("restartCount", \.restartCount, .int32, required: true, "How often it was started again."),
      Field("started", \.started, .bool, "Whether it runs and its startup probe has passed."),
      Field("state", \.state, .object(ContainerState.self), "What it is doing now."),
      Field("stopSignal", \.stopSignal, .string, "The signal that asks it to stop."),
      Field("user", \.user, .object(ContainerUser.self), "As whom its first process started."),
      Field(
        "volumeMounts", \.volumeMounts, listOf: .object(VolumeMountStatus.self), mergeKey: "mountPath",
        "The volumes that it sees."),
    ])
}

/// Whether a container waits, runs or has ended; exactly one is set.
public struct ContainerState: Described {
  @Boxed public var running: ContainerStateRunning?
  @Boxed public var terminated: ContainerStateTerminated?
  @Boxed public var waiting: ContainerStateWaiting?

  public init() {}

  public static let schema = Schema<ContainerState>(
    "ContainerState", "Whether a container waits, runs or has ended; exactly one is set.",
    [
      Field("running", \.running, .object(ContainerStateRunning.self), "Set while it runs."),
      Field("terminated", \.terminated, .object(ContainerStateTerminated.self), "Set when it has ended."),
      Field(
        "waiting", \.waiting, .object(ContainerStateWaiting.self),
        "Set while it is not started yet, or waits to be started again."),
    ])
}

/// A container that runs.
public struct ContainerStateRunning: Described {
  public var startedAt: Timestamp?

  public init() {}

  public static let schema = Schema<ContainerStateRunning>(
    "ContainerStateRunning", "A container that runs.",
    [
      Field("startedAt", \.startedAt, .time, written: .asNull, "Since when.")
    ])
}

/// How a run of a container ended.
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
    "ContainerStateTerminated", "How a run of a container ended.",
    [
      Field("containerID", \.containerID, .string, "The runtime's name for that run."),
      Field(
        "exitCode", \.exitCode, .int32, required: true,
        "The exit code of its first process; 128 and more means a signal ended it."),
      Field("finishedAt", \.finishedAt, .time, written: .asNull, "When it ended."),
      Field("message", \.message, .string, "What the program had to say about it."),
      Field("reason", \.reason, .string, "The kind of end in one word: Completed, Error, OOMKilled."),
      Field("signal", \.signal, .int32, "The signal that ended it, if the runtime knows."),
      Field("startedAt", \.startedAt, .time, written: .asNull, "When that run began."),
    ])
}

/// Why a container does not run yet.
public struct ContainerStateWaiting: Described {
  public var message: String?
  public var reason: String?

  public init() {}

  public static let schema = Schema<ContainerStateWaiting>(
    "ContainerStateWaiting", "Why a container does not run yet.",
    [
      Field("message", \.message, .string, "The reason in words."),
      Field("reason", \.reason, .string, "The reason in one word: ContainerCreating, ErrImagePull, CrashLoopBackOff."),
    ])
}

/// As whom the first process of a container started.
public struct ContainerUser: Described {
  public var linux: LinuxContainerUser?

  public init() {}

  public static let schema = Schema<ContainerUser>(
    "ContainerUser", "As whom the first process of a container started.",
    [
      Field("linux", \.linux, .object(LinuxContainerUser.self), "The numbers that Linux knows it by.")
    ])
}

/// The numbers of a user and its groups.
public struct LinuxContainerUser: Described {
  public var gid: Int64?
  public var supplementalGroups: [Int64] = []
  public var uid: Int64?

  public init() {}

  public static let schema = Schema<LinuxContainerUser>(
    "LinuxContainerUser", "The numbers of a user and its groups.",
    [
      Field("gid", \.gid, .int64, required: true, "The number of its main group."),
      Field("supplementalGroups", \.supplementalGroups, listOf: .int64, "The numbers of its other groups."),
      Field("uid", \.uid, .int64, required: true, "The number of the user."),
    ])
}

/// A volume as a container sees it.
public struct VolumeMountStatus: Described {
  public var name: String?
  public var mountPath: String?
  public var readOnly: Bool?
  public var recursiveReadOnly: String?
  public var volumeStatus: VolumeStatus?

  public init() {}

  public static let schema = Schema<VolumeMountStatus>(
    "VolumeMountStatus", "A volume as a container sees it.",
    [
      Field("name", \.name, .string, required: true, "Which of the pod's volumes."),
      Field("mountPath", \.mountPath, .string, required: true, "Where it appears."),
      Field("readOnly", \.readOnly, .bool, "Whether the container can only read it."),
      Field("recursiveReadOnly", \.recursiveReadOnly, .string, "Whether that holds for mounts below as well."),
      Field("volumeStatus", \.volumeStatus, .object(VolumeStatus.self), "More about the volume, for some types."),
    ])
}

/// What is known of a mounted volume.
public struct VolumeStatus: Described {
  public var image: ImageVolumeStatus?

  public init() {}

  public static let schema = Schema<VolumeStatus>(
    "VolumeStatus", "What is known of a mounted volume.",
    [
      Field("image", \.image, .object(ImageVolumeStatus.self), "Of a volume that is an image.")
    ])
}

/// What an image volume shows.
public struct ImageVolumeStatus: Described {
  public var imageRef: String?

  public init() {}

  public static let schema = Schema<ImageVolumeStatus>(
    "ImageVolumeStatus", "What an image volume shows.",
    [
      Field("imageRef", \.imageRef, .string, required: true, "The exact content of the image, by its digest.")
    ])
}

/// How the devices of one resource are.
public struct ResourceStatus: Described {
  public var name: String?
  public var resources: [ResourceHealth] = []

  public init() {}

  public static let schema = Schema<ResourceStatus>(
    "ResourceStatus", "How the devices of one resource are.",
    [
      Field("name", \.name, .string, required: true, "The resource or claim."),
      Field("resources", \.resources, listOf: .object(ResourceHealth.self), "The devices, one by one."),
    ])
}

/// How one device is.
public struct ResourceHealth: Described {
  public var health: String?
  public var message: String?
  public var resourceID: String?

  public init() {}

  public static let schema = Schema<ResourceHealth>(
    "ResourceHealth", "How one device is.",
    [
      Field("health", \.health, .string, "Healthy, Unhealthy or Unknown."),
      Field("message", \.message, .string, "What is wrong, in words."),
      Field("resourceID", \.resourceID, .string, required: true, "Which device."),
    ])
}
