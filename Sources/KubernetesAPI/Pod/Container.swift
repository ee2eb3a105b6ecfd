public import ObjectSchema

/// One program of a pod with its image, settings and limits.
public struct Container: Described {
  public var name: String?
  public var args: [String] = []
  public var command: [String] = []
  public var env: [EnvVar] = []
  public var envFrom: [EnvFromSource] = []
  public var image: String?
  public var imagePullPolicy: String?
  @Boxed public var lifecycle: Lifecycle?
  @Boxed public var livenessProbe: Probe?
  public var ports: [ContainerPort] = []
  @Boxed public var readinessProbe: Probe?
  public var resizePolicy: [ContainerResizePolicy] = []
  public var resources = ResourceRequirements()
  public var restartPolicy: String?
  public var restartPolicyRules: [ContainerRestartRule] = []
  @Boxed public var securityContext: SecurityContext?
  @Boxed public var startupProbe: Probe?
  public var stdin: Bool?
  public var stdinOnce: Bool?
  public var terminationMessagePath: String?
  public var terminationMessagePolicy: String?
  public var tty: Bool?
  public var volumeDevices: [VolumeDevice] = []
  public var volumeMounts: [VolumeMount] = []
  public var workingDir: String?

  public init() {}

  public static let schema = Schema<Container>(
    "Container", "One program of a pod with its image, settings and limits.",
    [
      Field(
        "name", \.name, .string, required: true, "What the container is called; no other of the pod may have the name."),
      Field("image", \.image, .string, "The image with the program and its files, such as nginx:1.27."),
      Field(
        "terminationMessagePolicy", \.terminationMessagePolicy, .string, allowed: ["File", "FallbackToLogsOnError"],
        default: "File",
        "Where the message of an end comes from: File, or FallbackToLogsOnError for the log's last lines."),
      Field(
        "ports", \.ports, listOf: .object(ContainerPort.self), mergeKey: "containerPort",
        "Ports on which the program listens; told for people and tools, other ports work as well."),
      Field("env", \.env, listOf: .object(EnvVar.self), mergeKey: "name", "Environment variables, one by one."),
      Field(
        "envFrom", \.envFrom, listOf: .object(EnvFromSource.self),
        "Config maps and secrets whose every entry becomes an environment variable."),
      Field(
        "volumeMounts", \.volumeMounts, listOf: .object(VolumeMount.self), mergeKey: "mountPath",
        "Which of the pod's volumes it sees, and where."),
      Field(
        "volumeDevices", \.volumeDevices, listOf: .object(VolumeDevice.self), mergeKey: "devicePath",
        "Volumes that it gets as raw block devices."),
      Field(
        "imagePullPolicy", \.imagePullPolicy, .string, allowed: ["Always", "IfNotPresent", "Never"],
        "When the image is fetched: Always, IfNotPresent or Never; Always is taken for the tag latest."),
      Field(
        "resources", \.resources, .object(ResourceRequirements.self),
        "How much processor and memory it asks for, and may use at most."),
      Field(
        "resizePolicy", \.resizePolicy, listOf: .object(ContainerResizePolicy.self),
        "Whether a change of limits needs a restart, for each resource."),
      Field(
        "securityContext", \.securityContext, .object(SecurityContext.self),
        "What the program may do, and as whom it runs."),
      Field(
        "lifecycle", \.lifecycle, .object(Lifecycle.self), "What to do right after the start and right before the stop."
      ),
      Field(
        "livenessProbe", \.livenessProbe, .object(Probe.self),
        "A check that the program is alive; when it fails, the container is started again."),
      Field(
        "readinessProbe", \.readinessProbe, .object(Probe.self),
        "A check that the program can serve; while it fails, services send nothing here."),
      Field(
        "startupProbe", \.startupProbe, .object(Probe.self),
        "A check that the start is over; the other probes wait for it."),
      Field(
        "restartPolicy", \.restartPolicy, .string,
        "Always makes an init container a sidecar that runs beside the others."),
      Field("args", \.args, listOf: .string, "Words given to the program; without them, those of the image."),
      Field("command", \.command, listOf: .string, "The program to start; without it, the one that the image names."),
      Field(
        "restartPolicyRules", \.restartPolicyRules, listOf: .object(ContainerRestartRule.self),
        "Exit codes that are treated in another way than the pod's restart policy says."),
      Field("stdin", \.stdin, .bool, written: .unlessZero, "Keep an input open that can be attached to."),
      Field(
        "stdinOnce", \.stdinOnce, .bool, written: .unlessZero, "Close the input when the first who attached has left."),
      Field(
        "terminationMessagePath", \.terminationMessagePath, .string, default: "/dev/termination-log",
        "The file whose text becomes the message of the container's end."),
      Field("tty", \.tty, .bool, written: .unlessZero, "Give the program a terminal; needs stdin."),
      Field(
        "workingDir", \.workingDir, .string, "The directory that the program starts in; without it, that of the image."),
    ])
}

/// A container that is put into a running pod, to look for a fault.
public struct EphemeralContainer: Described {
  public var name: String?
  public var args: [String] = []
  public var command: [String] = []
  public var env: [EnvVar] = []
  public var envFrom: [EnvFromSource] = []
  public var image: String?
  public var imagePullPolicy: String?
  @Boxed public var lifecycle: Lifecycle?
  @Boxed public var livenessProbe: Probe?
  public var ports: [ContainerPort] = []
  @Boxed public var readinessProbe: Probe?
  public var resizePolicy: [ContainerResizePolicy] = []
  public var resources = ResourceRequirements()
  public var restartPolicy: String?
  public var restartPolicyRules: [ContainerRestartRule] = []
  @Boxed public var securityContext: SecurityContext?
  @Boxed public var startupProbe: Probe?
  public var stdin: Bool?
  public var stdinOnce: Bool?
  public var targetContainerName: String?
  public var terminationMessagePath: String?
  public var terminationMessagePolicy: String?
  public var tty: Bool?
  public var volumeDevices: [VolumeDevice] = []
  public var volumeMounts: [VolumeMount] = []
  public var workingDir: String?

  public init() {}

  public static let schema = Schema<EphemeralContainer>(
    "EphemeralContainer", "A container that is put into a running pod, to look for a fault.",
    [
      Field(
        "name", \.name, .string, required: true, "What the container is called; no other of the pod may have the name."),
      Field("image", \.image, .string, "The image with the tools for the search."),
      Field(
        "terminationMessagePolicy", \.terminationMessagePolicy, .string, allowed: ["File", "FallbackToLogsOnError"],
        default: "File", "Where the message of an end comes from: File or FallbackToLogsOnError."),
      Field("ports", \.ports, listOf: .object(ContainerPort.self), mergeKey: "containerPort", "Not allowed here."),
      Field("env", \.env, listOf: .object(EnvVar.self), mergeKey: "name", "Environment variables, one by one."),
      Field(
        "envFrom", \.envFrom, listOf: .object(EnvFromSource.self),
        "Config maps and secrets whose every entry becomes an environment variable."),
      Field(
        "volumeMounts", \.volumeMounts, listOf: .object(VolumeMount.self), mergeKey: "mountPath",
        "Which of the pod's volumes it sees, and where."),
      Field(
        "volumeDevices", \.volumeDevices, listOf: .object(VolumeDevice.self), mergeKey: "devicePath",
        "Volumes that it gets as raw block devices."),
      Field(
        "imagePullPolicy", \.imagePullPolicy, .string, allowed: ["Always", "IfNotPresent", "Never"],
        "When the image is fetched: Always, IfNotPresent or Never."),
      Field(
        "resources", \.resources, .object(ResourceRequirements.self),
        "Not allowed here; it shares what the pod has left."),
      Field(
        "resizePolicy", \.resizePolicy, listOf: .object(ContainerResizePolicy.self),
        "Whether a change of limits needs a restart, for each resource."),
      Field(
        "securityContext", \.securityContext, .object(SecurityContext.self),
        "What the program may do, and as whom it runs."),
      Field("lifecycle", \.lifecycle, .object(Lifecycle.self), "Not allowed here."),
      Field("livenessProbe", \.livenessProbe, .object(Probe.self), "Not allowed here."),
      Field("readinessProbe", \.readinessProbe, .object(Probe.self), "Not allowed here."),
      Field("startupProbe", \.startupProbe, .object(Probe.self), "Not allowed here."),
      Field("restartPolicy", \.restartPolicy, .string, "Not allowed here; it is never started again."),
      Field("args", \.args, listOf: .string, "Words given to the program; without them, those of the image."),
      Field("command", \.command, listOf: .string, "The program to start; without it, the one that the image names."),
      Field(
        "restartPolicyRules", \.restartPolicyRules, listOf: .object(ContainerRestartRule.self),
        "Not allowed here."),
      Field("stdin", \.stdin, .bool, written: .unlessZero, "Keep an input open that can be attached to."),
      Field(
        "stdinOnce", \.stdinOnce, .bool, written: .unlessZero, "Close the input when the first who attached has left."),
      Field("targetContainerName", \.targetContainerName, .string, "The container whose processes it shall see."),
      Field(
        "terminationMessagePath", \.terminationMessagePath, .string, default: "/dev/termination-log",
        "The file whose text becomes the message of the container's end."),
      Field("tty", \.tty, .bool, written: .unlessZero, "Give the program a terminal; needs stdin."),
      Field(
        "workingDir", \.workingDir, .string, "The directory that the program starts in; without it, that of the image."),
    ])
}

/// A port on which a container listens.
public struct ContainerPort: Described {
  public var name: String?
  public var containerPort: Int32?
  public var hostIP: String?
  public var hostPort: Int32?
  public var `protocol`: String?

  public init() {}

  public static let schema = Schema<ContainerPort>(
    "ContainerPort", "A port on which a container listens.",
    [
      Field("name", \.name, .string, "A name by which services and probes can mean the port."),
      Field(
        "containerPort", \.containerPort, .int32, required: true, "The number of the port in the pod, from 1 to 65535."),
      Field(
        "hostPort", \.hostPort, .int32, written: .unlessZero,
        "The same port opened on the node; only one pod of a node can have it."),
      Field("hostIP", \.hostIP, .string, "The node's address on which hostPort is opened."),
      Field("protocol", \.`protocol`, .string, allowed: ["SCTP", "TCP", "UDP"], default: "TCP", "TCP, UDP or SCTP."),
    ])
}

/// What a change of one resource means for a running container.
public struct ContainerResizePolicy: Described {
  public var resourceName: String?
  public var restartPolicy: String?

  public init() {}

  public static let schema = Schema<ContainerResizePolicy>(
    "ContainerResizePolicy", "What a change of one resource means for a running container.",
    [
      Field("resourceName", \.resourceName, .string, required: true, "The resource: cpu or memory."),
      Field(
        "restartPolicy", \.restartPolicy, .string, required: true,
        "NotRequired changes it in place, RestartContainer starts the container again."),
    ])
}

/// What to do when a container ends in a certain way.
public struct ContainerRestartRule: Described {
  public var action: String?
  public var exitCodes: ContainerRestartRuleOnExitCodes?

  public init() {}

  public static let schema = Schema<ContainerRestartRule>(
    "ContainerRestartRule", "What to do when a container ends in a certain way.",
    [
      Field("action", \.action, .string, required: true, "Restart starts it again, whatever the pod's policy says."),
      Field(
        "exitCodes", \.exitCodes, .object(ContainerRestartRuleOnExitCodes.self),
        "The exit codes that the rule is about."),
    ])
}

/// A set of exit codes.
public struct ContainerRestartRuleOnExitCodes: Described {
  public var `operator`: String?
  public var values: [Int32] = []

  public init() {}

  public static let schema = Schema<ContainerRestartRuleOnExitCodes>(
    "ContainerRestartRuleOnExitCodes", "A set of exit codes.",
    [
      Field("operator", \.`operator`, .string, required: true, "In for the codes of the list, NotIn for all others."),
      Field("values", \.values, listOf: .int32, "The exit codes."),
    ])
}

/// A volume that a container gets as a raw block device.
public struct VolumeDevice: Described {
  public var name: String?
  public var devicePath: String?

  public init() {}

  public static let schema = Schema<VolumeDevice>(
    "VolumeDevice", "A volume that a container gets as a raw block device.",
    [
      Field("name", \.name, .string, required: true, "Which volume; it must be a claim."),
      Field("devicePath", \.devicePath, .string, required: true, "Where the device appears in the container."),
    ])
}

/// Where a container sees a volume.
public struct VolumeMount: Described {
  public var name: String?
  public var bindMountOptions: [String] = []
  public var mountPath: String?
  public var mountPropagation: String?
  public var readOnly: Bool?
  public var recursiveReadOnly: String?
  public var subPath: String?
  public var subPathExpr: String?

  public init() {}

  public static let schema = Schema<VolumeMount>(
    "VolumeMount", "Where a container sees a volume.",
    [
      Field("name", \.name, .string, required: true, "Which of the pod's volumes."),
      Field("bindMountOptions", \.bindMountOptions, listOf: .string, "Options for the mount into the container."),
      Field("mountPath", \.mountPath, .string, required: true, "Where the volume appears in the container."),
      Field(
        "mountPropagation", \.mountPropagation, .string,
        "Whether mounts made inside or outside are seen on the other side; None by default."),
      Field("readOnly", \.readOnly, .bool, written: .unlessZero, "The container may read it but not write to it."),
      Field(
        "recursiveReadOnly", \.recursiveReadOnly, .string,
        "Whether mounts below are read-only too: Disabled, IfPossible or Enabled."),
      Field("subPath", \.subPath, .string, "A file or folder of the volume that is shown instead of its root."),
      Field("subPathExpr", \.subPathExpr, .string, "Like subPath, with $(NAME) replaced by environment variables."),
    ])
}
