public import ObjectSchema

/// How far a deployment has come.
public struct DeploymentStatus: Described {
  public var availableReplicas: Int32?
  public var collisionCount: Int32?
  public var conditions: [DeploymentCondition] = []
  public var observedGeneration: Int64?
  public var readyReplicas: Int32?
  public var replicas: Int32?
  public var terminatingReplicas: Int32?
  public var unavailableReplicas: Int32?
  public var updatedReplicas: Int32?

  public init() {}

  public static let schema = Schema<DeploymentStatus>(
    "DeploymentStatus", "How far a deployment has come.",
    [
      Field(
        "observedGeneration", \.observedGeneration, .int64, written: .unlessZero,
        "The generation that its controller has seen last."),
      Field("replicas", \.replicas, .int32, written: .unlessZero, "The number of pods, old and new."),
      Field(
        "updatedReplicas", \.updatedReplicas, .int32, written: .unlessZero,
        "The number of pods that are as the template says now."),
      Field("readyReplicas", \.readyReplicas, .int32, written: .unlessZero, "The number of pods that are ready."),
      Field(
        "availableReplicas", \.availableReplicas, .int32, written: .unlessZero,
        "The number of pods that have been ready for long enough."),
      Field(
        "unavailableReplicas", \.unavailableReplicas, .int32, written: .unlessZero,
        "The number of pods that are still missing."),
      Field("terminatingReplicas", \.terminatingReplicas, .int32, "The number of pods that are being deleted."),
      Field(
        "conditions", \.conditions, listOf: .object(DeploymentCondition.self), mergeKey: "type",
        "Whether it is available, and whether it gets on."),
      Field(
        "collisionCount", \.collisionCount, .int32, "How often the name of a new replica set was taken."),
    ])
}

/// One side of how a deployment is.
public struct DeploymentCondition: Described {
  public var lastTransitionTime: Timestamp?
  public var lastUpdateTime: Timestamp?
  public var message: String?
  public var reason: String?
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<DeploymentCondition>(
    "DeploymentCondition", "One side of how a deployment is.",
    [
      Field("type", \.type, .string, "What it is about: Available, Progressing or ReplicaFailure."),
      Field("status", \.status, .string, "True, False or Unknown."),
      Field("lastUpdateTime", \.lastUpdateTime, .time, "When it was last written."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, "When it last turned."),
      Field("reason", \.reason, .string, "Why, in one word."),
      Field("message", \.message, .string, "Why, in words."),
    ])
}
