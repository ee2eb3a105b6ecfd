public import ObjectSchema

/// What the pods are to be, and how they are replaced.
public struct DaemonSetSpec: Described {
  public var minReadySeconds: Int32?
  public var revisionHistoryLimit: Int32?
  public var selector: LabelSelector?
  public var template = PodTemplateSpec()
  public var updateStrategy = DaemonSetUpdateStrategy()

  public init() {}

  public static let schema = Schema<DaemonSetSpec>(
    "DaemonSetSpec", "What the pods are to be, and how they are replaced.",
    [
      Field(
        "selector", \.selector, .object(LabelSelector.self), required: true, checked: false,
        "The labels by which it knows its pods; they cannot be changed."),
      Field(
        "template", \.template, .object(PodTemplateSpec.self), required: true,
        "What the pods are to be; its node selector and affinity say which nodes fit."),
      Field(
        "updateStrategy", \.updateStrategy, .object(DaemonSetUpdateStrategy.self),
        "How old pods are replaced by new ones."),
      Field(
        "minReadySeconds", \.minReadySeconds, .int32, written: .unlessZero, format: .notNegative,
        "Seconds that a pod must have been ready to count as available."),
      Field(
        "revisionHistoryLimit", \.revisionHistoryLimit, .int32, default: 10, format: .notNegative,
        "How many old states are kept, to be able to go back."),
    ])
}

/// How old pods are replaced by new ones.
public struct DaemonSetUpdateStrategy: Described {
  public var rollingUpdate: RollingUpdateDaemonSet?
  public var type: String?

  public init() {}

  public static let schema = Schema<DaemonSetUpdateStrategy>(
    "DaemonSetUpdateStrategy", "How old pods are replaced by new ones.",
    [
      Field("type", \.type, .string, "RollingUpdate: node by node; OnDelete: only when somebody deletes them."),
      Field(
        "rollingUpdate", \.rollingUpdate, .object(RollingUpdateDaemonSet.self),
        "How large the steps are; only with RollingUpdate."),
    ])
}

/// How large the steps of a replacement are.
public struct RollingUpdateDaemonSet: Described {
  public var maxSurge: IntOrString?
  public var maxUnavailable: IntOrString?

  public init() {}

  public static let schema = Schema<RollingUpdateDaemonSet>(
    "RollingUpdateDaemonSet", "How large the steps of a replacement are.",
    [
      Field(
        "maxUnavailable", \.maxUnavailable, .intOrString, default: .int(1),
        "On how many nodes the pod may be missing meanwhile, as a number or a share."),
      Field(
        "maxSurge", \.maxSurge, .intOrString, default: .int(0),
        "On how many nodes there may be two pods meanwhile, as a number or a share."),
    ])
}

/// On how many nodes the pods run.
public struct DaemonSetStatus: Described {
  public var collisionCount: Int32?
  public var conditions: [DaemonSetCondition] = []
  public var currentNumberScheduled: Int32? = 0
  public var desiredNumberScheduled: Int32? = 0
  public var numberAvailable: Int32?
  public var numberMisscheduled: Int32? = 0
  public var numberReady: Int32? = 0
  public var numberUnavailable: Int32?
  public var observedGeneration: Int64?
  public var updatedNumberScheduled: Int32?

  public init() {}

  public static let schema = Schema<DaemonSetStatus>(
    "DaemonSetStatus", "On how many nodes the pods run.",
    [
      Field(
        "currentNumberScheduled", \.currentNumberScheduled, .int32, required: true,
        "The number of nodes that run a pod and are to."),
      Field(
        "numberMisscheduled", \.numberMisscheduled, .int32, required: true,
        "The number of nodes that run a pod and are not to."),
      Field(
        "desiredNumberScheduled", \.desiredNumberScheduled, .int32, required: true,
        "The number of nodes that are to run a pod."),
      Field("numberReady", \.numberReady, .int32, required: true, "The number of nodes on which a pod is ready."),
      Field(
        "observedGeneration", \.observedGeneration, .int64, written: .unlessZero,
        "The generation that its controller has seen last."),
      Field(
        "updatedNumberScheduled", \.updatedNumberScheduled, .int32, written: .unlessZero,
        "The number of nodes on which the pod is as the template says now."),
      Field(
        "numberAvailable", \.numberAvailable, .int32, written: .unlessZero,
        "The number of nodes on which a pod has been ready for long enough."),
      Field(
        "numberUnavailable", \.numberUnavailable, .int32, written: .unlessZero,
        "The number of nodes on which it is still missing."),
      Field("collisionCount", \.collisionCount, .int32, "How often the name of a new state was taken."),
      Field(
        "conditions", \.conditions, listOf: .object(DaemonSetCondition.self), mergeKey: "type",
        "What is to be said of it besides."),
    ])
}

/// One side of how a daemon set is.
public struct DaemonSetCondition: Described {
  public var lastTransitionTime: Timestamp?
  public var message: String?
  public var reason: String?
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<DaemonSetCondition>(
    "DaemonSetCondition", "One side of how a daemon set is.",
    [
      Field("type", \.type, .string, "What it is about."),
      Field("status", \.status, .string, "True, False or Unknown."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, "When it last turned."),
      Field("reason", \.reason, .string, "Why, in one word."),
      Field("message", \.message, .string, "Why, in words."),
    ])
}
