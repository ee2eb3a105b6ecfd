public import ObjectSchema

/// What has been set up for a service.
public struct ServiceStatus: Described {
  public var loadBalancer = LoadBalancerStatus()
  public var conditions: [Condition] = []

  public init() {}

  public static let schema = Schema<ServiceStatus>(
    "ServiceStatus", "What has been set up for a service.",
    [
      Field("loadBalancer", \.loadBalancer, .object(LoadBalancerStatus.self), "The balancer in front of it."),
      Field("conditions", \.conditions, listOf: .object(Condition.self), mergeKey: "type", "What is said of it."),
    ])
}

/// The balancer in front of a service.
public struct LoadBalancerStatus: Described {
  public var ingress: [LoadBalancerIngress] = []

  public init() {}

  public static let schema = Schema<LoadBalancerStatus>(
    "LoadBalancerStatus", "The balancer in front of a service.",
    [
      Field("ingress", \.ingress, listOf: .object(LoadBalancerIngress.self), "Where it takes in traffic.")
    ])
}

/// A point where a balancer takes in traffic.
public struct LoadBalancerIngress: Described {
  public var ip: String?
  public var hostname: String?
  public var ipMode: String?
  public var ports: [PortStatus] = []

  public init() {}

  public static let schema = Schema<LoadBalancerIngress>(
    "LoadBalancerIngress", "A point where a balancer takes in traffic.",
    [
      Field("ip", \.ip, .string, "Its address."),
      Field("hostname", \.hostname, .string, "Its name, where it has no lasting address."),
      Field("ipMode", \.ipMode, .string, "VIP when packets keep this address, Proxy when the balancer replaces it."),
      Field("ports", \.ports, listOf: .object(PortStatus.self), "How each port is doing."),
    ])
}

/// How a port of a balancer is doing.
public struct PortStatus: Described {
  public var port: Int32?
  public var `protocol`: String?
  public var error: String?

  public init() {}

  public static let schema = Schema<PortStatus>(
    "PortStatus", "How a port of a balancer is doing.",
    [
      Field("port", \.port, .int32, required: true, "Its number."),
      Field("protocol", \.`protocol`, .string, required: true, "TCP, UDP or SCTP."),
      Field("error", \.error, .string, "What is wrong with it, in one word."),
    ])
}
