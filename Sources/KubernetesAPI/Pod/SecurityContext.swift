public import ObjectSchema

/// Rights and users for all containers of a pod.
public struct PodSecurityContext: Described {
  public var appArmorProfile: AppArmorProfile?
  public var fsGroup: Int64?
  public var fsGroupChangePolicy: String?
  public var runAsGroup: Int64?
  public var runAsNonRoot: Bool?
  public var runAsUser: Int64?
  public var seLinuxChangePolicy: String?
  public var seLinuxOptions: SELinuxOptions?
  public var seccompProfile: SeccompProfile?
  public var supplementalGroups: [Int64] = []
  public var supplementalGroupsPolicy: String?
  public var sysctls: [Sysctl] = []
  public var windowsOptions: WindowsSecurityContextOptions?

  public init() {}

  public static let schema = Schema<PodSecurityContext>(
    "PodSecurityContext", "Rights and users for all containers of a pod.",
    [
      Field(
        "appArmorProfile", \.appArmorProfile, .object(AppArmorProfile.self), "The AppArmor profile that restrains them."
      ),
      Field("fsGroup", \.fsGroup, .int64, "The group that owns the files of the volumes."),
      Field(
        "fsGroupChangePolicy", \.fsGroupChangePolicy, .string,
        "When owners are changed: Always, or OnRootMismatch to save time."),
      Field("runAsGroup", \.runAsGroup, .int64, "The number of the main group."),
      Field("runAsNonRoot", \.runAsNonRoot, .bool, "Refuse to start programs as root."),
      Field("runAsUser", \.runAsUser, .int64, "The number of the user."),
      Field(
        "seLinuxChangePolicy", \.seLinuxChangePolicy, .string, "How labels get onto volumes: MountOption or Recursive."),
      Field("seLinuxOptions", \.seLinuxOptions, .object(SELinuxOptions.self), "The SELinux label."),
      Field("seccompProfile", \.seccompProfile, .object(SeccompProfile.self), "Which system calls are allowed."),
      Field("supplementalGroups", \.supplementalGroups, listOf: .int64, "Numbers of more groups."),
      Field(
        "supplementalGroupsPolicy", \.supplementalGroupsPolicy, .string,
        "Merge adds the groups that the image names, Strict does not."),
      Field("sysctls", \.sysctls, listOf: .object(Sysctl.self), "Kernel settings of the pod's own namespaces."),
      Field(
        "windowsOptions", \.windowsOptions, .object(WindowsSecurityContextOptions.self),
        "What matters on Windows nodes only."),
    ])
}

/// Rights and users of one container; they win over those of the pod.
public struct SecurityContext: Described {
  public var allowPrivilegeEscalation: Bool?
  public var appArmorProfile: AppArmorProfile?
  public var capabilities: Capabilities?
  public var privileged: Bool?
  public var procMount: String?
  public var readOnlyRootFilesystem: Bool?
  public var runAsGroup: Int64?
  public var runAsNonRoot: Bool?
  public var runAsUser: Int64?
  public var seLinuxOptions: SELinuxOptions?
  public var seccompProfile: SeccompProfile?
  public var windowsOptions: WindowsSecurityContextOptions?

  public init() {}

  public static let schema = Schema<SecurityContext>(
    "SecurityContext", "Rights and users of one container; they win over those of the pod.",
    [
      Field(
        "allowPrivilegeEscalation", \.allowPrivilegeEscalation, .bool,
        "Whether a process may get more rights than its parent, as with sudo."),
      Field(
        "appArmorProfile", \.appArmorProfile, .object(AppArmorProfile.self), "The AppArmor profile that restrains it."),
      Field(
        "capabilities", \.capabilities, .object(Capabilities.self),
        "Single rights of root that are added or taken away."),
      Field("privileged", \.privileged, .bool, "Give it nearly every right that root has on the node."),
      Field(
        "procMount", \.procMount, .string, "How much of /proc it sees: Default hides some, Unmasked hides nothing."),
      Field("readOnlyRootFilesystem", \.readOnlyRootFilesystem, .bool, "The files of its image cannot be changed."),
      Field("runAsGroup", \.runAsGroup, .int64, "The number of the main group."),
      Field("runAsNonRoot", \.runAsNonRoot, .bool, "Refuse to start the program as root."),
      Field("runAsUser", \.runAsUser, .int64, "The number of the user."),
      Field("seLinuxOptions", \.seLinuxOptions, .object(SELinuxOptions.self), "The SELinux label."),
      Field("seccompProfile", \.seccompProfile, .object(SeccompProfile.self), "Which system calls are allowed."),
      Field(
        "windowsOptions", \.windowsOptions, .object(WindowsSecurityContextOptions.self),
        "What matters on Windows nodes only."),
    ])
}

/// Single rights of root.
public struct Capabilities: Described {
  public var add: [String] = []
  public var drop: [String] = []

  public init() {}

  public static let schema = Schema<Capabilities>(
    "Capabilities", "Single rights of root.",
    [
      Field("add", \.add, listOf: .string, "Rights that are added, such as NET_ADMIN."),
      Field("drop", \.drop, listOf: .string, "Rights that are taken away; ALL means every one."),
    ])
}

/// A profile of AppArmor.
public struct AppArmorProfile: Described {
  public var localhostProfile: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<AppArmorProfile>(
    "AppArmorProfile", "A profile of AppArmor.",
    [
      Field("localhostProfile", \.localhostProfile, .string, "The profile's name on the node, for type Localhost."),
      Field("type", \.type, .string, required: true, "RuntimeDefault, Localhost or Unconfined."),
    ])
}

/// The parts of an SELinux label.
public struct SELinuxOptions: Described {
  public var level: String?
  public var role: String?
  public var type: String?
  public var user: String?

  public init() {}

  public static let schema = Schema<SELinuxOptions>(
    "SELinuxOptions", "The parts of an SELinux label.",
    [
      Field("level", \.level, .string, "The level."),
      Field("role", \.role, .string, "The role."),
      Field("type", \.type, .string, "The type."),
      Field("user", \.user, .string, "The SELinux user."),
    ])
}

/// A list of allowed system calls.
public struct SeccompProfile: Described {
  public var localhostProfile: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<SeccompProfile>(
    "SeccompProfile", "A list of allowed system calls.",
    [
      Field("localhostProfile", \.localhostProfile, .string, "The file with the list on the node, for type Localhost."),
      Field("type", \.type, .string, required: true, "RuntimeDefault, Localhost or Unconfined."),
    ])
}

/// A kernel setting.
public struct Sysctl: Described {
  public var name: String?
  public var value: String?

  public init() {}

  public static let schema = Schema<Sysctl>(
    "Sysctl", "A kernel setting.",
    [
      Field("name", \.name, .string, required: true, "The setting, such as net.core.somaxconn."),
      Field("value", \.value, .string, required: true, "Its value."),
    ])
}

/// Rights and users on Windows nodes.
public struct WindowsSecurityContextOptions: Described {
  public var gmsaCredentialSpec: String?
  public var gmsaCredentialSpecName: String?
  public var hostProcess: Bool?
  public var runAsUserName: String?

  public init() {}

  public static let schema = Schema<WindowsSecurityContextOptions>(
    "WindowsSecurityContextOptions", "Rights and users on Windows nodes.",
    [
      Field("gmsaCredentialSpec", \.gmsaCredentialSpec, .string, "The specification of a managed service account."),
      Field("gmsaCredentialSpecName", \.gmsaCredentialSpecName, .string, "The name of such a specification."),
      Field("hostProcess", \.hostProcess, .bool, "Run it as a process of the node itself."),
      Field("runAsUserName", \.runAsUserName, .string, "The name of the user."),
    ])
}
