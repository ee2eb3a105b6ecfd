public import ObjectSchema

/// Node spec.
public struct NodeSpec: Described {
  public var configSource: NodeConfigSource?
  public var externalID: String?
  public var podCIDR: String?
  public var podCIDRs: [String] = []
  public var podPreemptionPolicy: NodePodPreemptionPolicy?
  public var providerID: String?
  public var taints: [Taint] = []
  public var unschedulable: Bool?

  public init() {}

  public static let schema = Schema<NodeSpec>(
    "NodeSpec", "Node spec.",
    [
      Field("configSource", \.configSource, .object(NodeConfigSource.self), "The config source."),
      Field("externalID", \.externalID, .string, "The external id."),
      Field("podCIDR", \.podCIDR, .string, "The pod cidr."),
      Field("podCIDRs", \.podCIDRs, listOf: .string, mergeKey: "", "The pod cidrs."),
      Field(
        "podPreemptionPolicy", \.podPreemptionPolicy, .object(NodePodPreemptionPolicy.self),
        "The pod preemption policy."),
      Field("providerID", \.providerID, .string, "The provider id."),
      Field("taints", \.taints, listOf: .object(Taint.self), "The taints."),
      Field("unschedulable", \.unschedulable, .bool, "The unschedulable."),
    ])
}

/// Taint.
public struct Taint: Described {
  public var effect: String?
  public var key: String?
  public var timeAdded: Timestamp?
  public var value: String?

  public init() {}

  public static let schema = Schema<Taint>(
    "Taint", "Taint.",
    [
      Field(
        "effect", \.effect, .string, required: true, allowed: ["NoSchedule", "PreferNoSchedule", "NoExecute"],
        "The effect."),
      Field("key", \.key, .string, required: true, "The key."),
      Field("timeAdded", \.timeAdded, .time, "The time added."),
      Field("value", \.value, .string, "The value."),
    ])
}

/// Node config source.
public struct NodeConfigSource: Described {
  public var configMap: ConfigMapNodeConfigSource?

  public init() {}

  public static let schema = Schema<NodeConfigSource>(
    "NodeConfigSource", "Node config source.",
    [
      Field("configMap", \.configMap, .object(ConfigMapNodeConfigSource.self), "The config map.")
    ])
}

/// Config map node config source.
public struct ConfigMapNodeConfigSource: Described {
  public var name: String?
  public var kubeletConfigKey: String?
  public var namespace: String?
  public var resourceVersion: String?
  public var uid: String?

  public init() {}

  public static let schema = Schema<ConfigMapNodeConfigSource>(
    "ConfigMapNodeConfigSource", "Config map node config source.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("kubeletConfigKey", \.kubeletConfigKey, .string, required: true, "The kubelet config key."),
      Field("namespace", \.namespace, .string, required: true, "The namespace."),
      Field("resourceVersion", \.resourceVersion, .string, "The resource version."),
      Field("uid", \.uid, .string, "The uid."),
    ])
}

/// Node pod preemption policy.
public struct NodePodPreemptionPolicy: Described {
  public var disableResizePreemption: [String] = []

  public init() {}

  public static let schema = Schema<NodePodPreemptionPolicy>(
    "NodePodPreemptionPolicy", "Node pod preemption policy.",
    [
      Field("disableResizePreemption", \.disableResizePreemption, listOf: .string, "The disable resize preemption.")
    ])
}
