public import ObjectSchema

/// Pod security context.
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
    "PodSecurityContext", "Pod security context.",
    [
      Field("appArmorProfile", \.appArmorProfile, .object(AppArmorProfile.self), "The app armor profile."),
      Field("fsGroup", \.fsGroup, .int64, "The fs group."),
      Field("fsGroupChangePolicy", \.fsGroupChangePolicy, .string, "The fs group change policy."),
      Field("runAsGroup", \.runAsGroup, .int64, "The run as group."),
      Field("runAsNonRoot", \.runAsNonRoot, .bool, "The run as non root."),
      Field("runAsUser", \.runAsUser, .int64, "The run as user."),
      Field("seLinuxChangePolicy", \.seLinuxChangePolicy, .string, "The se linux change policy."),
      Field("seLinuxOptions", \.seLinuxOptions, .object(SELinuxOptions.self), "The se linux options."),
      Field("seccompProfile", \.seccompProfile, .object(SeccompProfile.self), "The seccomp profile."),
      Field("supplementalGroups", \.supplementalGroups, listOf: .int64, "The supplemental groups."),
      Field("supplementalGroupsPolicy", \.supplementalGroupsPolicy, .string, "The supplemental groups policy."),
      Field("sysctls", \.sysctls, listOf: .object(Sysctl.self), "The sysctls."),
      Field("windowsOptions", \.windowsOptions, .object(WindowsSecurityContextOptions.self), "The windows options."),
    ])
}

/// Security context.
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
    "SecurityContext", "Security context.",
    [
      Field("allowPrivilegeEscalation", \.allowPrivilegeEscalation, .bool, "The allow privilege escalation."),
      Field("appArmorProfile", \.appArmorProfile, .object(AppArmorProfile.self), "The app armor profile."),
      Field("capabilities", \.capabilities, .object(Capabilities.self), "The capabilities."),
      Field("privileged", \.privileged, .bool, "The privileged."),
      Field("procMount", \.procMount, .string, "The proc mount."),
      Field("readOnlyRootFilesystem", \.readOnlyRootFilesystem, .bool, "The read only root filesystem."),
      Field("runAsGroup", \.runAsGroup, .int64, "The run as group."),
      Field("runAsNonRoot", \.runAsNonRoot, .bool, "The run as non root."),
      Field("runAsUser", \.runAsUser, .int64, "The run as user."),
      Field("seLinuxOptions", \.seLinuxOptions, .object(SELinuxOptions.self), "The se linux options."),
      Field("seccompProfile", \.seccompProfile, .object(SeccompProfile.self), "The seccomp profile."),
      Field("windowsOptions", \.windowsOptions, .object(WindowsSecurityContextOptions.self), "The windows options."),
    ])
}

/// Capabilities.
public struct Capabilities: Described {
  public var add: [String] = []
  public var drop: [String] = []

  public init() {}

  public static let schema = Schema<Capabilities>(
    "Capabilities", "Capabilities.",
    [
      Field("add", \.add, listOf: .string, "The add."),
      Field("drop", \.drop, listOf: .string, "The drop."),
    ])
}

/// App armor profile.
public struct AppArmorProfile: Described {
  public var localhostProfile: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<AppArmorProfile>(
    "AppArmorProfile", "App armor profile.",
    [
      Field("localhostProfile", \.localhostProfile, .string, "The localhost profile."),
      Field("type", \.type, .string, required: true, "The type."),
    ])
}

/// Selinux options.
public struct SELinuxOptions: Described {
  public var level: String?
  public var role: String?
  public var type: String?
  public var user: String?

  public init() {}

  public static let schema = Schema<SELinuxOptions>(
    "SELinuxOptions", "Selinux options.",
    [
      Field("level", \.level, .string, "The level."),
      Field("role", \.role, .string, "The role."),
      Field("type", \.type, .string, "The type."),
      Field("user", \.user, .string, "The user."),
    ])
}

/// Seccomp profile.
public struct SeccompProfile: Described {
  public var localhostProfile: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<SeccompProfile>(
    "SeccompProfile", "Seccomp profile.",
    [
      Field("localhostProfile", \.localhostProfile, .string, "The localhost profile."),
      Field("type", \.type, .string, required: true, "The type."),
    ])
}

/// Sysctl.
public struct Sysctl: Described {
  public var name: String?
  public var value: String?

  public init() {}

  public static let schema = Schema<Sysctl>(
    "Sysctl", "Sysctl.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("value", \.value, .string, required: true, "The value."),
    ])
}

/// Windows security context options.
public struct WindowsSecurityContextOptions: Described {
  public var gmsaCredentialSpec: String?
  public var gmsaCredentialSpecName: String?
  public var hostProcess: Bool?
  public var runAsUserName: String?

  public init() {}

  public static let schema = Schema<WindowsSecurityContextOptions>(
    "WindowsSecurityContextOptions", "Windows security context options.",
    [
      Field("gmsaCredentialSpec", \.gmsaCredentialSpec, .string, "The gmsa credential spec."),
      Field("gmsaCredentialSpecName", \.gmsaCredentialSpecName, .string, "The gmsa credential spec name."),
      Field("hostProcess", \.hostProcess, .bool, "The host process."),
      Field("runAsUserName", \.runAsUserName, .string, "The run as user name."),
    ])
}
