public import ObjectSchema

/// Container.
public struct Container: Described {
  public var name: String?
  public var args: [String] = []
  public var command: [String] = []
  public var env: [EnvVar] = []
  public var envFrom: [EnvFromSource] = []
  public var image: String?
  public var imagePullPolicy: String?
  public var lifecycle: Lifecycle?
  public var livenessProbe: Probe?
  public var ports: [ContainerPort] = []
  public var readinessProbe: Probe?
  public var resizePolicy: [ContainerResizePolicy] = []
  public var resources = ResourceRequirements()
  public var restartPolicy: String?
  public var restartPolicyRules: [ContainerRestartRule] = []
  public var securityContext: SecurityContext?
  public var startupProbe: Probe?
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
    "Container", "Container.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("args", \.args, listOf: .string, "The args."),
      Field("command", \.command, listOf: .string, "The command."),
      Field("env", \.env, listOf: .object(EnvVar.self), mergeKey: "name", "The env."),
      Field("envFrom", \.envFrom, listOf: .object(EnvFromSource.self), "The env from."),
      Field("image", \.image, .string, "The image."),
      Field(
        "imagePullPolicy", \.imagePullPolicy, .string, allowed: ["Always", "IfNotPresent", "Never"],
        "The image pull policy."),
      Field("lifecycle", \.lifecycle, .object(Lifecycle.self), "The lifecycle."),
      Field("livenessProbe", \.livenessProbe, .object(Probe.self), "The liveness probe."),
      Field("ports", \.ports, listOf: .object(ContainerPort.self), mergeKey: "containerPort", "The ports."),
      Field("readinessProbe", \.readinessProbe, .object(Probe.self), "The readiness probe."),
      Field("resizePolicy", \.resizePolicy, listOf: .object(ContainerResizePolicy.self), "The resize policy."),
      Field("resources", \.resources, .object(ResourceRequirements.self), "The resources."),
      Field("restartPolicy", \.restartPolicy, .string, "The restart policy."),
      Field(
        "restartPolicyRules", \.restartPolicyRules, listOf: .object(ContainerRestartRule.self),
        "The restart policy rules."),
      Field("securityContext", \.securityContext, .object(SecurityContext.self), "The security context."),
      Field("startupProbe", \.startupProbe, .object(Probe.self), "The startup probe."),
      Field("stdin", \.stdin, .bool, "The stdin."),
      Field("stdinOnce", \.stdinOnce, .bool, "The stdin once."),
      Field(
        "terminationMessagePath", \.terminationMessagePath, .string, default: "/dev/termination-log",
        "The termination message path."),
      Field(
        "terminationMessagePolicy", \.terminationMessagePolicy, .string, allowed: ["File", "FallbackToLogsOnError"],
        default: "File", "The termination message policy."),
      Field("tty", \.tty, .bool, "The tty."),
      Field(
        "volumeDevices", \.volumeDevices, listOf: .object(VolumeDevice.self), mergeKey: "devicePath",
        "The volume devices."),
      Field(
        "volumeMounts", \.volumeMounts, listOf: .object(VolumeMount.self), mergeKey: "mountPath", "The volume mounts."),
      Field("workingDir", \.workingDir, .string, "The working dir."),
    ])
}

/// Ephemeral container.
public struct EphemeralContainer: Described {
  public var name: String?
  public var args: [String] = []
  public var command: [String] = []
  public var env: [EnvVar] = []
  public var envFrom: [EnvFromSource] = []
  public var image: String?
  public var imagePullPolicy: String?
  public var lifecycle: Lifecycle?
  public var livenessProbe: Probe?
  public var ports: [ContainerPort] = []
  public var readinessProbe: Probe?
  public var resizePolicy: [ContainerResizePolicy] = []
  public var resources = ResourceRequirements()
  public var restartPolicy: String?
  public var restartPolicyRules: [ContainerRestartRule] = []
  public var securityContext: SecurityContext?
  public var startupProbe: Probe?
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
    "EphemeralContainer", "Ephemeral container.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("args", \.args, listOf: .string, "The args."),
      Field("command", \.command, listOf: .string, "The command."),
      Field("env", \.env, listOf: .object(EnvVar.self), mergeKey: "name", "The env."),
      Field("envFrom", \.envFrom, listOf: .object(EnvFromSource.self), "The env from."),
      Field("image", \.image, .string, "The image."),
      Field(
        "imagePullPolicy", \.imagePullPolicy, .string, allowed: ["Always", "IfNotPresent", "Never"],
        "The image pull policy."),
      Field("lifecycle", \.lifecycle, .object(Lifecycle.self), "The lifecycle."),
      Field("livenessProbe", \.livenessProbe, .object(Probe.self), "The liveness probe."),
      Field("ports", \.ports, listOf: .object(ContainerPort.self), mergeKey: "containerPort", "The ports."),
      Field("readinessProbe", \.readinessProbe, .object(Probe.self), "The readiness probe."),
      Field("resizePolicy", \.resizePolicy, listOf: .object(ContainerResizePolicy.self), "The resize policy."),
      Field("resources", \.resources, .object(ResourceRequirements.self), "The resources."),
      Field("restartPolicy", \.restartPolicy, .string, "The restart policy."),
      Field(
        "restartPolicyRules", \.restartPolicyRules, listOf: .object(ContainerRestartRule.self),
        "The restart policy rules."),
      Field("securityContext", \.securityContext, .object(SecurityContext.self), "The security context."),
      Field("startupProbe", \.startupProbe, .object(Probe.self), "The startup probe."),
      Field("stdin", \.stdin, .bool, "The stdin."),
      Field("stdinOnce", \.stdinOnce, .bool, "The stdin once."),
      Field("targetContainerName", \.targetContainerName, .string, "The target container name."),
      Field(
        "terminationMessagePath", \.terminationMessagePath, .string, default: "/dev/termination-log",
        "The termination message path."),
      Field(
        "terminationMessagePolicy", \.terminationMessagePolicy, .string, allowed: ["File", "FallbackToLogsOnError"],
        default: "File", "The termination message policy."),
      Field("tty", \.tty, .bool, "The tty."),
      Field(
        "volumeDevices", \.volumeDevices, listOf: .object(VolumeDevice.self), mergeKey: "devicePath",
        "The volume devices."),
      Field(
        "volumeMounts", \.volumeMounts, listOf: .object(VolumeMount.self), mergeKey: "mountPath", "The volume mounts."),
      Field("workingDir", \.workingDir, .string, "The working dir."),
    ])
}

/// Container port.
public struct ContainerPort: Described {
  public var name: String?
  public var containerPort: Int32?
  public var hostIP: String?
  public var hostPort: Int32?
  public var `protocol`: String?

  public init() {}

  public static let schema = Schema<ContainerPort>(
    "ContainerPort", "Container port.",
    [
      Field("name", \.name, .string, "The name."),
      Field("containerPort", \.containerPort, .int32, required: true, "The container port."),
      Field("hostIP", \.hostIP, .string, "The host IP."),
      Field("hostPort", \.hostPort, .int32, "The host port."),
      Field("protocol", \.`protocol`, .string, allowed: ["SCTP", "TCP", "UDP"], default: "TCP", "The protocol."),
    ])
}

/// Container resize policy.
public struct ContainerResizePolicy: Described {
  public var resourceName: String?
  public var restartPolicy: String?

  public init() {}

  public static let schema = Schema<ContainerResizePolicy>(
    "ContainerResizePolicy", "Container resize policy.",
    [
      Field("resourceName", \.resourceName, .string, required: true, "The resource name."),
      Field("restartPolicy", \.restartPolicy, .string, required: true, "The restart policy."),
    ])
}

/// Container restart rule.
public struct ContainerRestartRule: Described {
  public var action: String?
  public var exitCodes: ContainerRestartRuleOnExitCodes?

  public init() {}

  public static let schema = Schema<ContainerRestartRule>(
    "ContainerRestartRule", "Container restart rule.",
    [
      Field("action", \.action, .string, required: true, "The action."),
      Field("exitCodes", \.exitCodes, .object(ContainerRestartRuleOnExitCodes.self), "The exit codes."),
    ])
}

/// Container restart rule on exit codes.
public struct ContainerRestartRuleOnExitCodes: Described {
  public var `operator`: String?
  public var values: [Int32] = []

  public init() {}

  public static let schema = Schema<ContainerRestartRuleOnExitCodes>(
    "ContainerRestartRuleOnExitCodes", "Container restart rule on exit codes.",
    [
      Field("operator", \.`operator`, .string, required: true, "The operator."),
      Field("values", \.values, listOf: .int32, "The values."),
    ])
}

/// Volume device.
public struct VolumeDevice: Described {
  public var name: String?
  public var devicePath: String?

  public init() {}

  public static let schema = Schema<VolumeDevice>(
    "VolumeDevice", "Volume device.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("devicePath", \.devicePath, .string, required: true, "The device path."),
    ])
}

/// Volume mount.
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
    "VolumeMount", "Volume mount.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("bindMountOptions", \.bindMountOptions, listOf: .string, "The bind mount options."),
      Field("mountPath", \.mountPath, .string, required: true, "The mount path."),
      Field("mountPropagation", \.mountPropagation, .string, "The mount propagation."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("recursiveReadOnly", \.recursiveReadOnly, .string, "The recursive read only."),
      Field("subPath", \.subPath, .string, "The sub path."),
      Field("subPathExpr", \.subPathExpr, .string, "The sub path expr."),
    ])
}
