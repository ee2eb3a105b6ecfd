public import ObjectSchema

/// Affinity.
public struct Affinity: Described {
  public var nodeAffinity: NodeAffinity?
  public var podAffinity: PodAffinity?
  public var podAntiAffinity: PodAntiAffinity?

  public init() {}

  public static let schema = Schema<Affinity>(
    "Affinity", "Affinity.",
    [
      Field("nodeAffinity", \.nodeAffinity, .object(NodeAffinity.self), "The node affinity."),
      Field("podAffinity", \.podAffinity, .object(PodAffinity.self), "The pod affinity."),
      Field("podAntiAffinity", \.podAntiAffinity, .object(PodAntiAffinity.self), "The pod anti affinity."),
    ])
}

/// Node affinity.
public struct NodeAffinity: Described {
  public var preferredDuringSchedulingIgnoredDuringExecution: [PreferredSchedulingTerm] = []
  public var requiredDuringSchedulingIgnoredDuringExecution: NodeSelector?

  public init() {}

  public static let schema = Schema<NodeAffinity>(
    "NodeAffinity", "Node affinity.",
    [
      Field(
        "preferredDuringSchedulingIgnoredDuringExecution", \.preferredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(PreferredSchedulingTerm.self), "The preferred during scheduling ignored during execution."),
      Field(
        "requiredDuringSchedulingIgnoredDuringExecution", \.requiredDuringSchedulingIgnoredDuringExecution,
        .object(NodeSelector.self), "The required during scheduling ignored during execution."),
    ])
}

/// Pod affinity.
public struct PodAffinity: Described {
  public var preferredDuringSchedulingIgnoredDuringExecution: [WeightedPodAffinityTerm] = []
  public var requiredDuringSchedulingIgnoredDuringExecution: [PodAffinityTerm] = []

  public init() {}

  public static let schema = Schema<PodAffinity>(
    "PodAffinity", "Pod affinity.",
    [
      Field(
        "preferredDuringSchedulingIgnoredDuringExecution", \.preferredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(WeightedPodAffinityTerm.self), "The preferred during scheduling ignored during execution."),
      Field(
        "requiredDuringSchedulingIgnoredDuringExecution", \.requiredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(PodAffinityTerm.self), "The required during scheduling ignored during execution."),
    ])
}

/// Pod anti affinity.
public struct PodAntiAffinity: Described {
  public var preferredDuringSchedulingIgnoredDuringExecution: [WeightedPodAffinityTerm] = []
  public var requiredDuringSchedulingIgnoredDuringExecution: [PodAffinityTerm] = []

  public init() {}

  public static let schema = Schema<PodAntiAffinity>(
    "PodAntiAffinity", "Pod anti affinity.",
    [
      Field(
        "preferredDuringSchedulingIgnoredDuringExecution", \.preferredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(WeightedPodAffinityTerm.self), "The preferred during scheduling ignored during execution."),
      Field(
        "requiredDuringSchedulingIgnoredDuringExecution", \.requiredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(PodAffinityTerm.self), "The required during scheduling ignored during execution."),
    ])
}

/// Preferred scheduling term.
public struct PreferredSchedulingTerm: Described {
  public var preference: NodeSelectorTerm?
  public var weight: Int32?

  public init() {}

  public static let schema = Schema<PreferredSchedulingTerm>(
    "PreferredSchedulingTerm", "Preferred scheduling term.",
    [
      Field("preference", \.preference, .object(NodeSelectorTerm.self), required: true, "The preference."),
      Field("weight", \.weight, .int32, required: true, "The weight."),
    ])
}

/// Node selector.
public struct NodeSelector: Described {
  public var nodeSelectorTerms: [NodeSelectorTerm] = []

  public init() {}

  public static let schema = Schema<NodeSelector>(
    "NodeSelector", "Node selector.",
    [
      Field(
        "nodeSelectorTerms", \.nodeSelectorTerms, listOf: .object(NodeSelectorTerm.self), required: true,
        written: .always, "The node selector terms.")
    ])
}

/// Node selector term.
public struct NodeSelectorTerm: Described {
  public var matchExpressions: [NodeSelectorRequirement] = []
  public var matchFields: [NodeSelectorRequirement] = []

  public init() {}

  public static let schema = Schema<NodeSelectorTerm>(
    "NodeSelectorTerm", "Node selector term.",
    [
      Field(
        "matchExpressions", \.matchExpressions, listOf: .object(NodeSelectorRequirement.self), "The match expressions."),
      Field("matchFields", \.matchFields, listOf: .object(NodeSelectorRequirement.self), "The match fields."),
    ])
}

/// Node selector requirement.
public struct NodeSelectorRequirement: Described {
  public var key: String?
  public var `operator`: String?
  public var values: [String] = []

  public init() {}

  public static let schema = Schema<NodeSelectorRequirement>(
    "NodeSelectorRequirement", "Node selector requirement.",
    [
      Field("key", \.key, .string, required: true, "The key."),
      Field("operator", \.`operator`, .string, required: true, "The operator."),
      Field("values", \.values, listOf: .string, "The values."),
    ])
}

/// Weighted pod affinity term.
public struct WeightedPodAffinityTerm: Described {
  public var podAffinityTerm: PodAffinityTerm?
  public var weight: Int32?

  public init() {}

  public static let schema = Schema<WeightedPodAffinityTerm>(
    "WeightedPodAffinityTerm", "Weighted pod affinity term.",
    [
      Field(
        "podAffinityTerm", \.podAffinityTerm, .object(PodAffinityTerm.self), required: true, "The pod affinity term."),
      Field("weight", \.weight, .int32, required: true, "The weight."),
    ])
}

/// Pod affinity term.
public struct PodAffinityTerm: Described {
  public var labelSelector: LabelSelector?
  public var matchLabelKeys: [String] = []
  public var mismatchLabelKeys: [String] = []
  public var namespaceSelector: LabelSelector?
  public var namespaces: [String] = []
  public var topologyKey: String?

  public init() {}

  public static let schema = Schema<PodAffinityTerm>(
    "PodAffinityTerm", "Pod affinity term.",
    [
      Field("labelSelector", \.labelSelector, .object(LabelSelector.self), "The label selector."),
      Field("matchLabelKeys", \.matchLabelKeys, listOf: .string, "The match label keys."),
      Field("mismatchLabelKeys", \.mismatchLabelKeys, listOf: .string, "The mismatch label keys."),
      Field("namespaceSelector", \.namespaceSelector, .object(LabelSelector.self), "The namespace selector."),
      Field("namespaces", \.namespaces, listOf: .string, "The namespaces."),
      Field("topologyKey", \.topologyKey, .string, required: true, "The topology key."),
    ])
}

/// Topology spread constraint.
public struct TopologySpreadConstraint: Described {
  public var labelSelector: LabelSelector?
  public var matchLabelKeys: [String] = []
  public var maxSkew: Int32?
  public var minDomains: Int32?
  public var nodeAffinityPolicy: String?
  public var nodeTaintsPolicy: String?
  public var topologyKey: String?
  public var whenUnsatisfiable: String?

  public init() {}

  public static let schema = Schema<TopologySpreadConstraint>(
    "TopologySpreadConstraint", "Topology spread constraint.",
    [
      Field("labelSelector", \.labelSelector, .object(LabelSelector.self), "The label selector."),
      Field("matchLabelKeys", \.matchLabelKeys, listOf: .string, "The match label keys."),
      Field("maxSkew", \.maxSkew, .int32, required: true, "The max skew."),
      Field("minDomains", \.minDomains, .int32, "The min domains."),
      Field("nodeAffinityPolicy", \.nodeAffinityPolicy, .string, "The node affinity policy."),
      Field("nodeTaintsPolicy", \.nodeTaintsPolicy, .string, "The node taints policy."),
      Field("topologyKey", \.topologyKey, .string, required: true, "The topology key."),
      Field("whenUnsatisfiable", \.whenUnsatisfiable, .string, required: true, "The when unsatisfiable."),
    ])
}
