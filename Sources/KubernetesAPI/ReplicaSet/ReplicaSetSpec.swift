public import ObjectSchema

/// How many pods there are to be, and of which kind.
public struct ReplicaSetSpec: Described {
  public var minReadySeconds: Int32?
  public var replicas: Int32?
  public var selector: LabelSelector?
  public var template = PodTemplateSpec()

  public init() {}

  public static let schema = Schema<ReplicaSetSpec>(
    "ReplicaSetSpec", "How many pods there are to be, and what they are to be.",
    [
      Field(
        "replicas", \.replicas, .int32, default: 1, format: .notNegative, "The number of pods; 1 unless said otherwise."
      ),
      Field(
        "minReadySeconds", \.minReadySeconds, .int32, written: .unlessZero, format: .notNegative,
        "Seconds that a pod must have been ready to count as available."),
      Field(
        "selector", \.selector, .object(LabelSelector.self), required: true,
        "The labels by which it knows its pods; they cannot be changed."),
      Field("template", \.template, .object(PodTemplateSpec.self), "What its pods are to be."),
    ])
}

/// How many pods there are.
public struct ReplicaSetStatus: Described {
  public var availableReplicas: Int32?
  public var conditions: [ReplicaSetCondition] = []
  public var fullyLabeledReplicas: Int32?
  public var observedGeneration: Int64?
  public var readyReplicas: Int32?
  public var replicas: Int32? = 0
  public var terminatingReplicas: Int32?

  public init() {}

  public static let schema = Schema<ReplicaSetStatus>(
    "ReplicaSetStatus", "How many pods there are.",
    [
      Field("replicas", \.replicas, .int32, required: true, "The number of pods, ready or not."),
      Field(
        "fullyLabeledReplicas", \.fullyLabeledReplicas, .int32, written: .unlessZero,
        "The number of pods that have all labels of the template."),
      Field("readyReplicas", \.readyReplicas, .int32, written: .unlessZero, "The number of pods that are ready."),
      Field(
        "availableReplicas", \.availableReplicas, .int32, written: .unlessZero,
        "The number of pods that have been ready for long enough."),
      Field(
        "terminatingReplicas", \.terminatingReplicas, .int32, "The number of pods that are being deleted."),
      Field(
        "observedGeneration", \.observedGeneration, .int64, written: .unlessZero,
        "The generation that its controller has seen last."),
      Field(
        "conditions", \.conditions, listOf: .object(ReplicaSetCondition.self), mergeKey: "type",
        "What hinders it."),
    ])
}

/// Something that hinders a replica set.
public struct ReplicaSetCondition: Described {
  public var lastTransitionTime: Timestamp?
  public var message: String?
  public var reason: String?
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<ReplicaSetCondition>(
    "ReplicaSetCondition", "Something that hinders a replica set.",
    [
      Field("type", \.type, .string, "What it is about, such as ReplicaFailure."),
      Field("status", \.status, .string, "True, False or Unknown."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, "When it last changed."),
      Field("reason", \.reason, .string, "Why, in one word."),
      Field("message", \.message, .string, "Why, in words."),
    ])
}
