public import ObjectSchema

/// What a pod is to be.
public struct PodSpec: Described {
  public var activeDeadlineSeconds: Int64?
  @Boxed public var affinity: Affinity?
  public var automountServiceAccountToken: Bool?
  public var containers: [Container] = []
  @Boxed public var dnsConfig: PodDNSConfig?
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
  @Boxed public var resources: ResourceRequirements?
  public var restartPolicy: String?
  public var runtimeClassName: String?
  public var schedulerName: String?
  public var schedulingGates: [PodSchedulingGate] = []
  public var schedulingGroup: PodSchedulingGroup?
  @Boxed public var securityContext: PodSecurityContext?
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
    "PodSpec", "What a pod is to be.",
    [
      Field(
        "volumes", \.volumes, listOf: .object(Volume.self), mergeKey: "name", retainsKeys: true,
        "Storage that its containers can mount."),
      Field(
        "resourceClaims", \.resourceClaims, listOf: .object(PodResourceClaim.self), mergeKey: "name",
        "Devices that its containers may ask for."),
      Field(
        "containers", \.containers, listOf: .object(Container.self), required: true, mergeKey: "name", written: .always,
        "The programs that run side by side; at least one."),
      Field(
        "initContainers", \.initContainers, listOf: .object(Container.self), mergeKey: "name",
        "Programs that run one after the other, each to its end, before the others start."),
      Field(
        "ephemeralContainers", \.ephemeralContainers, listOf: .object(EphemeralContainer.self), mergeKey: "name",
        "Containers that were put in later, to look for a fault."),
      Field(
        "resources", \.resources, .object(ResourceRequirements.self), "Requests and limits for the pod as a whole."),
      Field(
        "hostNetwork", \.hostNetwork, .bool, written: .unlessZero,
        "Use the node's network instead of an address of its own."),
      Field(
        "restartPolicy", \.restartPolicy, .string, allowed: ["Always", "OnFailure", "Never"], default: "Always",
        "Whether containers that end are started again: Always, OnFailure or Never."),
      Field(
        "dnsPolicy", \.dnsPolicy, .string, allowed: ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
        default: "ClusterFirst", "Whom names are asked of: ClusterFirst is the cluster, Default is the node."),
      Field("nodeSelector", \.nodeSelector, mapOf: .string, "Labels that the node must have."),
      Field(
        "securityContext", \.securityContext, .object(PodSecurityContext.self), default: PodSecurityContext(),
        "What holds for all of its containers: users, groups, rights."),
      Field("hostPID", \.hostPID, .bool, written: .unlessZero, "See all processes of the node."),
      Field("hostIPC", \.hostIPC, .bool, written: .unlessZero, "Share the node's shared memory and semaphores."),
      Field(
        "hostUsers", \.hostUsers, .bool, "false gives the pod users of its own, so that its root is nobody outside."),
      Field("shareProcessNamespace", \.shareProcessNamespace, .bool, "Let its containers see each other's processes."),
      Field(
        "imagePullSecrets", \.imagePullSecrets, listOf: .object(LocalObjectReference.self), mergeKey: "name",
        "Secrets with passwords for image registries."),
      Field("affinity", \.affinity, .object(Affinity.self), "Wishes and demands about the node and the company."),
      Field("dnsConfig", \.dnsConfig, .object(PodDNSConfig.self), "Name servers and search domains that are added."),
      Field(
        "readinessGates", \.readinessGates, listOf: .object(PodReadinessGate.self),
        "Conditions that must be true, besides its containers', before it is ready."),
      Field(
        "schedulingGates", \.schedulingGates, listOf: .object(PodSchedulingGate.self), mergeKey: "name",
        "What must be taken away before the scheduler looks at it."),
      Field(
        "topologySpreadConstraints", \.topologySpreadConstraints, listOf: .object(TopologySpreadConstraint.self),
        mergeKey: "topologyKey", "How evenly it and its like are spread over places."),
      Field(
        "serviceAccountName", \.serviceAccountName, .string, "The account in whose name it speaks to the API server."),
      Field("serviceAccount", \.serviceAccount, .string, "The old name of serviceAccountName."),
      Field("nodeName", \.nodeName, .string, "The node that it runs on; written by the scheduler."),
      Field(
        "activeDeadlineSeconds", \.activeDeadlineSeconds, .int64, "Seconds after which the pod is stopped, done or not."
      ),
      Field(
        "hostname", \.hostname, .string, "The name that its programs see as the host's; without it, the pod's name."),
      Field("subdomain", \.subdomain, .string, "Makes its full name HOSTNAME.SUBDOMAIN.NAMESPACE.svc."),
      Field(
        "tolerations", \.tolerations, listOf: .object(Toleration.self), "Taints of nodes that do not keep it away."),
      Field(
        "hostAliases", \.hostAliases, listOf: .object(HostAlias.self), mergeKey: "ip",
        "Lines that are added to the file /etc/hosts."),
      Field("priorityClassName", \.priorityClassName, .string, "The class that says how important it is."),
      Field("priority", \.priority, .int32, "How important it is, as a number; set from its priority class."),
      Field("runtimeClassName", \.runtimeClassName, .string, "The class of runtime that runs it."),
      Field(
        "preemptionPolicy", \.preemptionPolicy, .string,
        "Whether it may push out less important pods: PreemptLowerPriority or Never."),
      Field("overhead", \.overhead, mapOf: .quantity, "What running the pod costs besides its containers."),
      Field("os", \.os, .object(PodOS.self), "The operating system that it is made for."),
      Field(
        "terminationGracePeriodSeconds", \.terminationGracePeriodSeconds, .int64, default: 30,
        "Seconds that its programs get to end by themselves when it is deleted."),
      Field(
        "automountServiceAccountToken", \.automountServiceAccountToken, .bool,
        "Whether containers get a token for the API server."),
      Field(
        "enableServiceLinks", \.enableServiceLinks, .bool,
        "Whether the services of the namespace become environment variables."),
      Field(
        "evictionResponders", \.evictionResponders, listOf: .object(EvictionResponder.self),
        "Who takes part when the pod is asked to leave its node."),
      Field(
        "hostnameOverride", \.hostnameOverride, .string, "A host name that is taken as it is, whatever else is set."),
      Field(
        "schedulerName", \.schedulerName, .string, default: "default-scheduler", "The scheduler that finds its node."),
      Field(
        "schedulingGroup", \.schedulingGroup, .object(PodSchedulingGroup.self),
        "The group of pods that it is placed with."),
      Field("setHostnameAsFQDN", \.setHostnameAsFQDN, .bool, "Make the host name the full one, with its domain."),
    ])
}

/// The operating system that a pod is made for.
public struct PodOS: Described {
  public var name: String?

  public init() {}

  public static let schema = Schema<PodOS>(
    "PodOS", "The operating system that a pod is made for.",
    [
      Field("name", \.name, .string, required: true, "linux or windows.")
    ])
}

/// A condition that must be true before a pod is ready.
public struct PodReadinessGate: Described {
  public var conditionType: String?

  public init() {}

  public static let schema = Schema<PodReadinessGate>(
    "PodReadinessGate", "A condition that must be true before a pod is ready.",
    [
      Field("conditionType", \.conditionType, .string, required: true, "The condition's type.")
    ])
}

/// Devices that containers of a pod may ask for.
public struct PodResourceClaim: Described {
  public var name: String?
  public var resourceClaimName: String?
  public var resourceClaimTemplateName: String?

  public init() {}

  public static let schema = Schema<PodResourceClaim>(
    "PodResourceClaim", "Devices that containers of a pod may ask for.",
    [
      Field("name", \.name, .string, required: true, "What containers call it."),
      Field("resourceClaimName", \.resourceClaimName, .string, "The claim that is used."),
      Field(
        "resourceClaimTemplateName", \.resourceClaimTemplateName, .string,
        "The template that a claim of its own is made from."),
    ])
}

/// Something that keeps a pod from being scheduled.
public struct PodSchedulingGate: Described {
  public var name: String?

  public init() {}

  public static let schema = Schema<PodSchedulingGate>(
    "PodSchedulingGate", "Something that keeps a pod from being scheduled.",
    [
      Field("name", \.name, .string, required: true, "What it is called.")
    ])
}

/// Pods that are placed together.
public struct PodSchedulingGroup: Described {
  public var podGroupName: String?

  public init() {}

  public static let schema = Schema<PodSchedulingGroup>(
    "PodSchedulingGroup", "Pods that are placed together.",
    [
      Field("podGroupName", \.podGroupName, .string, "The group.")
    ])
}

/// Someone who takes part when a pod is asked to leave.
public struct EvictionResponder: Described {
  public var name: String?
  public var priority: Int32?

  public init() {}

  public static let schema = Schema<EvictionResponder>(
    "EvictionResponder", "Someone who takes part when a pod is asked to leave.",
    [
      Field("name", \.name, .string, required: true, "Who it is."),
      Field("priority", \.priority, .int32, required: true, "The highest is asked first."),
    ])
}

/// A line of the file /etc/hosts.
public struct HostAlias: Described {
  public var hostnames: [String] = []
  public var ip: String?

  public init() {}

  public static let schema = Schema<HostAlias>(
    "HostAlias", "A line of the file /etc/hosts.",
    [
      Field("hostnames", \.hostnames, listOf: .string, "The names that lead to the address."),
      Field("ip", \.ip, .string, required: true, "The address."),
    ])
}

/// Names an object in the same namespace.
public struct LocalObjectReference: Described {
  public var name: String?

  public init() {}

  public static let schema = Schema<LocalObjectReference>(
    "LocalObjectReference", "Names an object in the same namespace.",
    [
      Field("name", \.name, .string, "Its name.")
    ])
}

/// How names are looked up, besides what the policy says.
public struct PodDNSConfig: Described {
  public var nameservers: [String] = []
  public var options: [PodDNSConfigOption] = []
  public var searches: [String] = []

  public init() {}

  public static let schema = Schema<PodDNSConfig>(
    "PodDNSConfig", "How names are looked up, besides what the policy says.",
    [
      Field("nameservers", \.nameservers, listOf: .string, "Addresses of name servers, asked in order."),
      Field("options", \.options, listOf: .object(PodDNSConfigOption.self), "Options of the resolver."),
      Field("searches", \.searches, listOf: .string, "Domains that are tried behind short names."),
    ])
}

/// One option of the resolver.
public struct PodDNSConfigOption: Described {
  public var name: String?
  public var value: String?

  public init() {}

  public static let schema = Schema<PodDNSConfigOption>(
    "PodDNSConfigOption", "One option of the resolver.",
    [
      Field("name", \.name, .string, "The option, such as ndots."),
      Field("value", \.value, .string, "Its value, if it takes one."),
    ])
}
