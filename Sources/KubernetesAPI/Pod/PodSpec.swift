public import ObjectSchema

/// Pod spec.
public struct PodSpec: Described {
  public var activeDeadlineSeconds: Int64?
  public var affinity: Affinity?
  public var automountServiceAccountToken: Bool?
  public var containers: [Container] = []
  public var dnsConfig: PodDNSConfig?
  public var dnsPolicy: String?
  public var enableServiceLinks: Bool?
  public var ephemeralContainers: [EphemeralContainer] = []
  public var evictionResponders: [EvictionResponder] = []
  public var hostAliases: [HostAlias] = []
  public var hostIPC: Bool?
  public var hostNetwork: Bool?
  public var hostPID: Bool?
  public var hostUsers: Bool?
  public var hostname: String?
  public var hostnameOverride: String?
  public var imagePullSecrets: [LocalObjectReference] = []
  public var initContainers: [Container] = []
  public var nodeName: String?
  public var nodeSelector: [String: String] = [:]
  public var os: PodOS?
  public var overhead: [String: Quantity] = [:]
  public var preemptionPolicy: String?
  public var priority: Int32?
  public var priorityClassName: String?
  public var readinessGates: [PodReadinessGate] = []
  public var resourceClaims: [PodResourceClaim] = []
  public var resources: ResourceRequirements?
  public var restartPolicy: String?
  public var runtimeClassName: String?
  public var schedulerName: String?
  public var schedulingGates: [PodSchedulingGate] = []
  public var schedulingGroup: PodSchedulingGroup?
  public var securityContext: PodSecurityContext?
  public var serviceAccount: String?
  public var serviceAccountName: String?
  public var setHostnameAsFQDN: Bool?
  public var shareProcessNamespace: Bool?
  public var subdomain: String?
  public var terminationGracePeriodSeconds: Int64?
  public var tolerations: [Toleration] = []
  public var topologySpreadConstraints: [TopologySpreadConstraint] = []
  public var volumes: [Volume] = []

  public init() {}

  public static let schema = Schema<PodSpec>(
    "PodSpec", "Pod spec.",
    [
      Field("activeDeadlineSeconds", \.activeDeadlineSeconds, .int64, "The active deadline seconds."),
      Field("affinity", \.affinity, .object(Affinity.self), "The affinity."),
      Field(
        "automountServiceAccountToken", \.automountServiceAccountToken, .bool, "The automount service account token."),
      Field(
        "containers", \.containers, listOf: .object(Container.self), required: true, mergeKey: "name", written: .always,
        "The containers."),
      Field("dnsConfig", \.dnsConfig, .object(PodDNSConfig.self), "The dns config."),
      Field(
        "dnsPolicy", \.dnsPolicy, .string, allowed: ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
        default: "ClusterFirst", "The dns policy."),
      Field("enableServiceLinks", \.enableServiceLinks, .bool, default: true, "The enable service links."),
      Field(
        "ephemeralContainers", \.ephemeralContainers, listOf: .object(EphemeralContainer.self), mergeKey: "name",
        "The ephemeral containers."),
      Field(
        "evictionResponders", \.evictionResponders, listOf: .object(EvictionResponder.self), "The eviction responders."),
      Field("hostAliases", \.hostAliases, listOf: .object(HostAlias.self), mergeKey: "ip", "The host aliases."),
      Field("hostIPC", \.hostIPC, .bool, "The host IPc."),
      Field("hostNetwork", \.hostNetwork, .bool, "The host network."),
      Field("hostPID", \.hostPID, .bool, "The host pid."),
      Field("hostUsers", \.hostUsers, .bool, "The host users."),
      Field("hostname", \.hostname, .string, "The hostname."),
      Field("hostnameOverride", \.hostnameOverride, .string, "The hostname override."),
      Field(
        "imagePullSecrets", \.imagePullSecrets, listOf: .object(LocalObjectReference.self), mergeKey: "name",
        "The image pull secrets."),
      Field(
        "initContainers", \.initContainers, listOf: .object(Container.self), mergeKey: "name", "The init containers."),
      Field("nodeName", \.nodeName, .string, "The node name."),
      Field("nodeSelector", \.nodeSelector, mapOf: .string, "The node selector."),
      Field("os", \.os, .object(PodOS.self), "The os."),
      Field("overhead", \.overhead, mapOf: .quantity, "The overhead."),
      Field("preemptionPolicy", \.preemptionPolicy, .string, "The preemption policy."),
      Field("priority", \.priority, .int32, "The priority."),
      Field("priorityClassName", \.priorityClassName, .string, "The priority class name."),
      Field("readinessGates", \.readinessGates, listOf: .object(PodReadinessGate.self), "The readiness gates."),
      Field(
        "resourceClaims", \.resourceClaims, listOf: .object(PodResourceClaim.self), mergeKey: "name",
        "The resource claims."),
      Field("resources", \.resources, .object(ResourceRequirements.self), "The resources."),
      Field(
        "restartPolicy", \.restartPolicy, .string, allowed: ["Always", "OnFailure", "Never"], default: "Always",
        "The restart policy."),
      Field("runtimeClassName", \.runtimeClassName, .string, "The runtime class name."),
      Field("schedulerName", \.schedulerName, .string, default: "default-scheduler", "The scheduler name."),
      Field(
        "schedulingGates", \.schedulingGates, listOf: .object(PodSchedulingGate.self), mergeKey: "name",
        "The scheduling gates."),
      Field("schedulingGroup", \.schedulingGroup, .object(PodSchedulingGroup.self), "The scheduling group."),
      Field(
        "securityContext", \.securityContext, .object(PodSecurityContext.self), default: PodSecurityContext(),
        "The security context."),
      Field("serviceAccount", \.serviceAccount, .string, "The service account."),
      Field("serviceAccountName", \.serviceAccountName, .string, "The service account name."),
      Field("setHostnameAsFQDN", \.setHostnameAsFQDN, .bool, "The set hostname as fqdn."),
      Field("shareProcessNamespace", \.shareProcessNamespace, .bool, "The share process namespace."),
      Field("subdomain", \.subdomain, .string, "The subdomain."),
      Field(
        "terminationGracePeriodSeconds", \.terminationGracePeriodSeconds, .int64, default: 30,
        "The termination grace period seconds."),
      Field("tolerations", \.tolerations, listOf: .object(Toleration.self), "The tolerations."),
      Field(
        "topologySpreadConstraints", \.topologySpreadConstraints, listOf: .object(TopologySpreadConstraint.self),
        mergeKey: "topologyKey", "The topology spread constraints."),
      Field("volumes", \.volumes, listOf: .object(Volume.self), mergeKey: "name", "The volumes."),
    ])
}

/// Pod os.
public struct PodOS: Described {
  public var name: String?

  public init() {}

  public static let schema = Schema<PodOS>(
    "PodOS", "Pod os.",
    [
      Field("name", \.name, .string, required: true, "The name.")
    ])
}

/// Pod readiness gate.
public struct PodReadinessGate: Described {
  public var conditionType: String?

  public init() {}

  public static let schema = Schema<PodReadinessGate>(
    "PodReadinessGate", "Pod readiness gate.",
    [
      Field("conditionType", \.conditionType, .string, required: true, "The condition type.")
    ])
}

/// Pod resource claim.
public struct PodResourceClaim: Described {
  public var name: String?
  public var resourceClaimName: String?
  public var resourceClaimTemplateName: String?

  public init() {}

  public static let schema = Schema<PodResourceClaim>(
    "PodResourceClaim", "Pod resource claim.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("resourceClaimName", \.resourceClaimName, .string, "The resource claim name."),
      Field("resourceClaimTemplateName", \.resourceClaimTemplateName, .string, "The resource claim template name."),
    ])
}

/// Pod scheduling gate.
public struct PodSchedulingGate: Described {
  public var name: String?

  public init() {}

  public static let schema = Schema<PodSchedulingGate>(
    "PodSchedulingGate", "Pod scheduling gate.",
    [
      Field("name", \.name, .string, required: true, "The name.")
    ])
}

/// Pod scheduling group.
public struct PodSchedulingGroup: Described {
  public var podGroupName: String?

  public init() {}

  public static let schema = Schema<PodSchedulingGroup>(
    "PodSchedulingGroup", "Pod scheduling group.",
    [
      Field("podGroupName", \.podGroupName, .string, "The pod group name.")
    ])
}

/// Eviction responder.
public struct EvictionResponder: Described {
  public var name: String?
  public var priority: Int32?

  public init() {}

  public static let schema = Schema<EvictionResponder>(
    "EvictionResponder", "Eviction responder.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("priority", \.priority, .int32, required: true, "The priority."),
    ])
}

/// Host alias.
public struct HostAlias: Described {
  public var hostnames: [String] = []
  public var ip: String?

  public init() {}

  public static let schema = Schema<HostAlias>(
    "HostAlias", "Host alias.",
    [
      Field("hostnames", \.hostnames, listOf: .string, "The hostnames."),
      Field("ip", \.ip, .string, required: true, "The ip."),
    ])
}

/// Local object reference.
public struct LocalObjectReference: Described {
  public var name: String?

  public init() {}

  public static let schema = Schema<LocalObjectReference>(
    "LocalObjectReference", "Local object reference.",
    [
      Field("name", \.name, .string, "The name.")
    ])
}

/// Pod dnsconfig.
public struct PodDNSConfig: Described {
  public var nameservers: [String] = []
  public var options: [PodDNSConfigOption] = []
  public var searches: [String] = []

  public init() {}

  public static let schema = Schema<PodDNSConfig>(
    "PodDNSConfig", "Pod dnsconfig.",
    [
      Field("nameservers", \.nameservers, listOf: .string, "The nameservers."),
      Field("options", \.options, listOf: .object(PodDNSConfigOption.self), "The options."),
      Field("searches", \.searches, listOf: .string, "The searches."),
    ])
}

/// Pod dnsconfig option.
public struct PodDNSConfigOption: Described {
  public var name: String?
  public var value: String?

  public init() {}

  public static let schema = Schema<PodDNSConfigOption>(
    "PodDNSConfigOption", "Pod dnsconfig option.",
    [
      Field("name", \.name, .string, "The name."),
      Field("value", \.value, .string, "The value."),
    ])
}
