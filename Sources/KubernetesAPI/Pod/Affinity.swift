public import ObjectSchema

/// Wishes and demands about which nodes, and whose company, a pod gets.
public struct Affinity: Described {
  public var nodeAffinity: NodeAffinity?
  public var podAffinity: PodAffinity?
  public var podAntiAffinity: PodAntiAffinity?

  public init() {}

  public static let schema = Schema<Affinity>(
    "Affinity", "Wishes and demands about which nodes, and whose company, a pod gets.",
    [
      Field("nodeAffinity", \.nodeAffinity, .object(NodeAffinity.self), "Which nodes suit the pod, by their labels."),
      Field("podAffinity", \.podAffinity, .object(PodAffinity.self), "Pods that it should run close to."),
      Field("podAntiAffinity", \.podAntiAffinity, .object(PodAntiAffinity.self), "Pods that it should run away from."),
    ])
}

/// Which nodes suit a pod, by their labels.
public struct NodeAffinity: Described {
  public var preferredDuringSchedulingIgnoredDuringExecution: [PreferredSchedulingTerm] = []
  public var requiredDuringSchedulingIgnoredDuringExecution: NodeSelector?

  public init() {}

  public static let schema = Schema<NodeAffinity>(
    "NodeAffinity", "Which nodes suit a pod, by their labels.",
    [
      Field(
        "requiredDuringSchedulingIgnoredDuringExecution", \.requiredDuringSchedulingIgnoredDuringExecution,
        .object(NodeSelector.self), "What a node must have to get the pod; a pod that runs already stays."),
      Field(
        "preferredDuringSchedulingIgnoredDuringExecution", \.preferredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(PreferredSchedulingTerm.self),
        "Nodes that are liked better, each wish with a weight; none is a must."),
    ])
}

/// Other pods that a pod wants to be near.
public struct PodAffinity: Described {
  public var preferredDuringSchedulingIgnoredDuringExecution: [WeightedPodAffinityTerm] = []
  public var requiredDuringSchedulingIgnoredDuringExecution: [PodAffinityTerm] = []

  public init() {}

  public static let schema = Schema<PodAffinity>(
    "PodAffinity", "Other pods that a pod wants to be near.",
    [
      Field(
        "requiredDuringSchedulingIgnoredDuringExecution", \.requiredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(PodAffinityTerm.self), "Company that must be there before the pod is placed."),
      Field(
        "preferredDuringSchedulingIgnoredDuringExecution", \.preferredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(WeightedPodAffinityTerm.self), "Company that is liked, each wish with a weight; none is a must."
      ),
    ])
}

/// Other pods that a pod wants to keep away from.
public struct PodAntiAffinity: Described {
  public var preferredDuringSchedulingIgnoredDuringExecution: [WeightedPodAffinityTerm] = []
  public var requiredDuringSchedulingIgnoredDuringExecution: [PodAffinityTerm] = []

  public init() {}

  public static let schema = Schema<PodAntiAffinity>(
    "PodAntiAffinity", "Other pods that a pod wants to keep away from.",
    [
      Field(
        "requiredDuringSchedulingIgnoredDuringExecution", \.requiredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(PodAffinityTerm.self), "Company that must not be there when the pod is placed."),
      Field(
        "preferredDuringSchedulingIgnoredDuringExecution", \.preferredDuringSchedulingIgnoredDuringExecution,
        listOf: .object(WeightedPodAffinityTerm.self),
        "Company that is avoided where possible, each wish with a weight."),
    ])
}

/// A kind of node that is liked, and how much.
public struct PreferredSchedulingTerm: Described {
  public var preference: NodeSelectorTerm?
  public var weight: Int32?

  public init() {}

  public static let schema = Schema<PreferredSchedulingTerm>(
    "PreferredSchedulingTerm", "A kind of node that is liked, and how much.",
    [
      Field("weight", \.weight, .int32, required: true, checked: false, "How much the wish counts, from 1 to 100."),
      Field("preference", \.preference, .object(NodeSelectorTerm.self), required: true, "What the node should have."),
    ])
}

/// Descriptions of nodes, one of which must fit.
public struct NodeSelector: Described {
  public var nodeSelectorTerms: [NodeSelectorTerm] = []

  public init() {}

  public static let schema = Schema<NodeSelector>(
    "NodeSelector", "Descriptions of nodes, one of which must fit.",
    [
      Field(
        "nodeSelectorTerms", \.nodeSelectorTerms, listOf: .object(NodeSelectorTerm.self), required: true,
        checked: false, written: .always, "The descriptions; a node needs to fit only one.")
    ])
}

/// One description of a node; all of it must fit.
public struct NodeSelectorTerm: Described {
  public var matchExpressions: [NodeSelectorRequirement] = []
  public var matchFields: [NodeSelectorRequirement] = []

  public init() {}

  public static let schema = Schema<NodeSelectorTerm>(
    "NodeSelectorTerm", "One description of a node; all of it must fit.",
    [
      Field(
        "matchExpressions", \.matchExpressions, listOf: .object(NodeSelectorRequirement.self),
        "Conditions on the node's labels."),
      Field(
        "matchFields", \.matchFields, listOf: .object(NodeSelectorRequirement.self),
        "Conditions on the node's fields, of which only metadata.name can be asked."),
    ])
}

/// One condition on a label or field of a node.
public struct NodeSelectorRequirement: Described {
  public var key: String?
  public var `operator`: String?
  public var values: [String] = []

  public init() {}

  public static let schema = Schema<NodeSelectorRequirement>(
    "NodeSelectorRequirement", "One condition on a label or field of a node.",
    [
      Field("key", \.key, .string, required: true, checked: false, "The label or field that is looked at."),
      Field(
        "operator", \.`operator`, .string, required: true, checked: false,
        "How it is compared: In, NotIn, Exists, DoesNotExist, Gt or Lt."),
      Field("values", \.values, listOf: .string, "What it is compared with; empty for Exists and DoesNotExist."),
    ])
}

/// Company that is liked or avoided, and how much.
public struct WeightedPodAffinityTerm: Described {
  public var podAffinityTerm: PodAffinityTerm?
  public var weight: Int32?

  public init() {}

  public static let schema = Schema<WeightedPodAffinityTerm>(
    "WeightedPodAffinityTerm", "Company that is liked or avoided, and how much.",
    [
      Field("weight", \.weight, .int32, required: true, checked: false, "How much the wish counts, from 1 to 100."),
      Field(
        "podAffinityTerm", \.podAffinityTerm, .object(PodAffinityTerm.self), required: true,
        "Which pods, and how near counts as near."),
    ])
}

/// Which pods are meant, and how near counts as near.
public struct PodAffinityTerm: Described {
  public var labelSelector: LabelSelector?
  public var matchLabelKeys: [String] = []
  public var mismatchLabelKeys: [String] = []
  public var namespaceSelector: LabelSelector?
  public var namespaces: [String] = []
  public var topologyKey: String?

  public init() {}

  public static let schema = Schema<PodAffinityTerm>(
    "PodAffinityTerm", "Which pods are meant, and how near counts as near.",
    [
      Field("labelSelector", \.labelSelector, .object(LabelSelector.self), "The labels by which the pods are known."),
      Field("namespaces", \.namespaces, listOf: .string, "The namespaces to look in; none means the pod's own."),
      Field(
        "topologyKey", \.topologyKey, .string, required: true, checked: false,
        "The node label that makes a place: nodes with the same value count as one."),
      Field(
        "namespaceSelector", \.namespaceSelector, .object(LabelSelector.self),
        "The labels of the namespaces to look in."),
      Field(
        "matchLabelKeys", \.matchLabelKeys, listOf: .string,
        "Labels whose values must be the same as those of the pod itself."),
      Field(
        "mismatchLabelKeys", \.mismatchLabelKeys, listOf: .string,
        "Labels whose values must differ from those of the pod itself."),
    ])
}

/// How evenly pods of a kind are spread over places.
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
    "TopologySpreadConstraint", "How evenly pods of a kind are spread over places.",
    [
      Field(
        "maxSkew", \.maxSkew, .int32, required: true, checked: false,
        "How many more pods one place may have than another."),
      Field(
        "topologyKey", \.topologyKey, .string, required: true, checked: false,
        "The node label that makes a place: nodes with the same value count as one."),
      Field(
        "whenUnsatisfiable", \.whenUnsatisfiable, .string, required: true, checked: false,
        "What to do when it cannot be even: DoNotSchedule waits, ScheduleAnyway goes on."),
      Field("labelSelector", \.labelSelector, .object(LabelSelector.self), "The pods that are counted."),
      Field("minDomains", \.minDomains, .int32, "With fewer places than this, the emptiest counts as having none."),
      Field(
        "nodeAffinityPolicy", \.nodeAffinityPolicy, .string,
        "Whether nodes that the pod cannot use for its own wishes count as places: Honor or Ignore."),
      Field(
        "nodeTaintsPolicy", \.nodeTaintsPolicy, .string,
        "Whether nodes with taints that the pod does not tolerate count as places: Honor or Ignore."),
      Field(
        "matchLabelKeys", \.matchLabelKeys, listOf: .string,
        "Labels whose values must be the same as those of the pod itself to be counted."),
    ])
}
