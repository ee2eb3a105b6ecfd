public import ObjectSchema

/// Which pods a service means and how they are reached.
public struct ServiceSpec: Described {
  public var ports: [ServicePort] = []
  public var selector: [String: String] = [:]
  public var clusterIP: String?
  public var clusterIPs: [String] = []
  public var type: String?
  public var externalIPs: [String] = []
  public var sessionAffinity: String?
  public var loadBalancerIP: String?
  public var loadBalancerSourceRanges: [String] = []
  public var externalName: String?
  public var externalTrafficPolicy: String?
  public var healthCheckNodePort: Int32?
  public var publishNotReadyAddresses: Bool?
  public var sessionAffinityConfig: SessionAffinityConfig?
  public var ipFamilies: [String] = []
  public var ipFamilyPolicy: String?
  public var allocateLoadBalancerNodePorts: Bool?
  public var loadBalancerClass: String?
  public var internalTrafficPolicy: String?
  public var trafficDistribution: String?

  public init() {}

  public static let schema = Schema<ServiceSpec>(
    "ServiceSpec", "Which pods a service means and how they are reached.", inside + outside)

  /// What leads to the pods from inside the cluster.
  private static let inside: [Field<ServiceSpec>] = [
    Field("ports", \.ports, listOf: .object(ServicePort.self), mergeKey: "port", "The ports that it answers on."),
    Field(
      "selector", \.selector, mapOf: .string,
      "The labels of the pods that it leads to; without any, somebody else must name the endpoints."),
    Field(
      "clusterIP", \.clusterIP, .string, written: .unlessZero,
      "Its address inside the cluster, given out by the server; None for a service without one."),
    Field("clusterIPs", \.clusterIPs, listOf: .string, "Its addresses, one of each family; the first is clusterIP."),
    Field(
      "type", \.type, .string, allowed: ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
      default: "ClusterIP",
      "How far it is reached: inside the cluster, on a port of each node, by a balancer in front, or as another name."),
    Field("externalIPs", \.externalIPs, listOf: .string, "More addresses whose traffic reaches the nodes by itself."),
    Field(
      "sessionAffinity", \.sessionAffinity, .string, allowed: ["ClientIP", "None"], default: "None",
      "ClientIP leads a client to the same pod again and again."),
  ]

  /// What leads to it from outside, and the finer points.
  private static let outside: [Field<ServiceSpec>] = [
    Field(
      "loadBalancerIP", \.loadBalancerIP, .string, written: .unlessZero, "The address that a balancer is asked to take."
    ),
    Field(
      "loadBalancerSourceRanges", \.loadBalancerSourceRanges, listOf: .string,
      "The clients that a balancer lets through."),
    Field(
      "externalName", \.externalName, .string, written: .unlessZero,
      "The name that a service of type ExternalName stands for."),
    Field(
      "externalTrafficPolicy", \.externalTrafficPolicy, .string, allowed: ["Cluster", "Local"], written: .unlessZero,
      "Whether a node passes outside traffic on to pods of others."),
    Field(
      "healthCheckNodePort", \.healthCheckNodePort, .int32, written: .unlessZero,
      "The port on which a balancer asks a node whether it has a pod."),
    Field(
      "publishNotReadyAddresses", \.publishNotReadyAddresses, .bool, written: .unlessZero,
      "Whether pods count before they are ready."),
    Field(
      "sessionAffinityConfig", \.sessionAffinityConfig, .object(SessionAffinityConfig.self),
      "How long a client is remembered."),
    Field("ipFamilies", \.ipFamilies, listOf: .string, "The families of its addresses: IPv4, IPv6."),
    Field(
      "ipFamilyPolicy", \.ipFamilyPolicy, .string, allowed: ["PreferDualStack", "RequireDualStack", "SingleStack"],
      "Whether it wants addresses of both families."),
    Field(
      "allocateLoadBalancerNodePorts", \.allocateLoadBalancerNodePorts, .bool,
      "Whether the ports of nodes are opened for a balancer."),
    Field("loadBalancerClass", \.loadBalancerClass, .string, "Which kind of balancer is to serve it."),
    Field(
      "internalTrafficPolicy", \.internalTrafficPolicy, .string, allowed: ["Cluster", "Local"],
      "Whether pods of other nodes are reached from inside."),
    Field(
      "trafficDistribution", \.trafficDistribution, .string, "Which pods are preferred, such as those close by."),
  ]
}

/// One port of a service.
public struct ServicePort: Described {
  public var name: String?
  public var `protocol`: String?
  public var appProtocol: String?
  public var port: Int32?
  public var targetPort: IntOrString?
  public var nodePort: Int32?

  public init() {}

  public static let schema = Schema<ServicePort>(
    "ServicePort", "One port of a service.",
    [
      Field("name", \.name, .string, written: .unlessZero, "Its name; needed where there are several."),
      Field("protocol", \.`protocol`, .string, allowed: ["SCTP", "TCP", "UDP"], default: "TCP", "TCP, UDP or SCTP."),
      Field("appProtocol", \.appProtocol, .string, "What is spoken over it, such as http."),
      Field("port", \.port, .int32, required: true, default: 0, "The number that clients use."),
      Field(
        "targetPort", \.targetPort, .intOrString,
        "The number or name of the pod's port; without it, the same number."),
      Field(
        "nodePort", \.nodePort, .int32, written: .unlessZero,
        "The port on each node that leads to it, given out by the server."),
    ])
}

/// How long a client is led to the same pod.
public struct SessionAffinityConfig: Described {
  public var clientIP: ClientIPConfig?

  public init() {}

  public static let schema = Schema<SessionAffinityConfig>(
    "SessionAffinityConfig", "How long a client is led to the same pod.",
    [
      Field("clientIP", \.clientIP, .object(ClientIPConfig.self), "For clients known by their address.")
    ])
}

/// How long a client's address is remembered.
public struct ClientIPConfig: Described {
  public var timeoutSeconds: Int32?

  public init() {}

  public static let schema = Schema<ClientIPConfig>(
    "ClientIPConfig", "How long a client's address is remembered.",
    [
      Field("timeoutSeconds", \.timeoutSeconds, .int32, "Seconds without traffic after which it is forgotten.")
    ])
}
