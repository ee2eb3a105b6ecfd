public import ObjectSchema

/// One who answers for a service.
public struct Endpoint: Described {
  public var addresses: [String] = []
  public var conditions = EndpointConditions()
  public var hostname: String?
  public var targetRef: ObjectReference?
  public var deprecatedTopology: [String: String] = [:]
  public var nodeName: String?
  public var zone: String?
  public var hints: EndpointHints?

  public init() {}

  public static let schema = Schema<Endpoint>(
    "Endpoint", "One who answers for a service.",
    [
      Field(
        "addresses", \.addresses, listOf: .string, required: true, checked: false, written: .asNull,
        "Its addresses; the first is used."),
      Field("conditions", \.conditions, .object(EndpointConditions.self), "How it is doing."),
      Field("hostname", \.hostname, .string, "Its name within the service."),
      Field("targetRef", \.targetRef, .object(ObjectReference.self), "The object that answers, mostly a pod."),
      Field("deprecatedTopology", \.deprecatedTopology, mapOf: .string, "No longer kept."),
      Field("nodeName", \.nodeName, .string, "The node that it is on."),
      Field("zone", \.zone, .string, "The part of the cluster that it is in."),
      Field("hints", \.hints, .object(EndpointHints.self), "Who should best turn to it."),
    ])
}

/// How an endpoint is doing. What is not said counts as good.
public struct EndpointConditions: Described {
  public var ready: Bool?
  public var serving: Bool?
  public var terminating: Bool?

  public init() {}

  public static let schema = Schema<EndpointConditions>(
    "EndpointConditions", "How an endpoint is doing; what is not said counts as good.",
    [
      Field("ready", \.ready, .bool, "Whether traffic may be sent to it."),
      Field("serving", \.serving, .bool, "Whether it answers, even while it is ending."),
      Field("terminating", \.terminating, .bool, "Whether it is ending."),
    ])
}

/// Who should best turn to an endpoint.
public struct EndpointHints: Described {
  public var forZones: [ForZone] = []
  public var forNodes: [ForNode] = []

  public init() {}

  public static let schema = Schema<EndpointHints>(
    "EndpointHints", "Who should best turn to an endpoint.",
    [
      Field("forZones", \.forZones, listOf: .object(ForZone.self), "Clients in these zones."),
      Field("forNodes", \.forNodes, listOf: .object(ForNode.self), "Clients on these nodes."),
    ])
}

/// A zone whose clients are meant.
public struct ForZone: Described {
  public var name: String?

  public init() {}

  public static let schema = Schema<ForZone>(
    "ForZone", "A zone whose clients are meant.",
    [
      Field("name", \.name, .string, required: true, "Its name.")
    ])
}

/// A node whose clients are meant.
public struct ForNode: Described {
  public var name: String?

  public init() {}

  public static let schema = Schema<ForNode>(
    "ForNode", "A node whose clients are meant.",
    [
      Field("name", \.name, .string, required: true, "Its name.")
    ])
}

/// A port that all endpoints of a slice answer on.
public struct EndpointSlicePort: Described {
  public var name: String?
  public var `protocol`: String?
  public var port: Int32?
  public var appProtocol: String?

  public init() {}

  public static let schema = Schema<EndpointSlicePort>(
    "EndpointPort", "A port that all endpoints of a slice answer on.",
    [
      Field("name", \.name, .string, default: "", "The name of the service's port that it belongs to."),
      Field("protocol", \.`protocol`, .string, allowed: ["SCTP", "TCP", "UDP"], default: "TCP", "TCP, UDP or SCTP."),
      Field("port", \.port, .int32, "Its number; without one, all ports are meant."),
      Field("appProtocol", \.appProtocol, .string, "What is spoken over it, such as http."),
    ])
}
