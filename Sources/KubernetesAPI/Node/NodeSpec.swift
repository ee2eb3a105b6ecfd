public import ObjectSchema

/// What is asked of a node.
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
    "NodeSpec", "What is asked of a node.",
    [
      Field("configSource", \.configSource, .object(NodeConfigSource.self), "No longer used."),
      Field("externalID", \.externalID, .string, "No longer used."),
      Field("podCIDR", \.podCIDR, .string, "The range of addresses for its pods."),
      Field(
        "podCIDRs", \.podCIDRs, listOf: .string, mergeKey: "",
        "The ranges of addresses for its pods, one for each kind of network."),
      Field(
        "podPreemptionPolicy", \.podPreemptionPolicy, .object(NodePodPreemptionPolicy.self),
        "Which pods may push out others on this node."),
      Field("providerID", \.providerID, .string, "Its identity at the cloud provider."),
      Field("taints", \.taints, listOf: .object(Taint.self), "What keeps pods away that do not tolerate it."),
      Field("unschedulable", \.unschedulable, .bool, "New pods are not placed here; set by cordon."),
    ])
}

/// Something about a node that keeps pods away.
public struct Taint: Described {
  public var effect: String?
  public var key: String?
  public var timeAdded: Timestamp?
  public var value: String?

  public init() {}

  public static let schema = Schema<Taint>(
    "Taint", "Something about a node that keeps pods away.",
    [
      Field(
        "effect", \.effect, .string, required: true, allowed: ["NoSchedule", "PreferNoSchedule", "NoExecute"],
        "NoSchedule keeps new pods off, PreferNoSchedule tries to, NoExecute also drives out those that run."),
      Field("key", \.key, .string, required: true, "The taint's key."),
      Field("timeAdded", \.timeAdded, .time, "When it was put there."),
      Field("value", \.value, .string, "The taint's value."),
    ])
}

/// Where a kubelet once took its settings from.
public struct NodeConfigSource: Described {
  public var configMap: ConfigMapNodeConfigSource?

  public init() {}

  public static let schema = Schema<NodeConfigSource>(
    "NodeConfigSource", "Where a kubelet once took its settings from.",
    [
      Field("configMap", \.configMap, .object(ConfigMapNodeConfigSource.self), "The config map with the settings.")
    ])
}

/// A config map with settings for a kubelet.
public struct ConfigMapNodeConfigSource: Described {
  public var name: String?
  public var kubeletConfigKey: String?
  public var namespace: String?
  public var resourceVersion: String?
  public var uid: String?

  public init() {}

  public static let schema = Schema<ConfigMapNodeConfigSource>(
    "ConfigMapNodeConfigSource", "A config map with settings for a kubelet.",
    [
      Field("name", \.name, .string, required: true, "The config map."),
      Field("kubeletConfigKey", \.kubeletConfigKey, .string, required: true, "The entry with the settings."),
      Field("namespace", \.namespace, .string, required: true, "Its namespace."),
      Field("resourceVersion", \.resourceVersion, .string, "The state of it that is used."),
      Field("uid", \.uid, .string, "Its identity."),
    ])
}

/// Which pods may push out others on a node.
public struct NodePodPreemptionPolicy: Described {
  public var disableResizePreemption: [String] = []

  public init() {}

  public static let schema = Schema<NodePodPreemptionPolicy>(
    "NodePodPreemptionPolicy", "Which pods may push out others on a node.",
    [
      Field(
        "disableResizePreemption", \.disableResizePreemption, listOf: .string,
        "Cases in which a growing pod pushes out no other."
      )
    ])
}
