public import ObjectSchema

/// How far a job has come.
public struct JobStatus: Described {
  public var active: Int32?
  public var completedIndexes: String?
  public var completionTime: Timestamp?
  public var conditions: [JobCondition] = []
  public var failed: Int32?
  public var failedIndexes: String?
  public var ready: Int32?
  public var startTime: Timestamp?
  public var succeeded: Int32?
  public var terminating: Int32?
  public var uncountedTerminatedPods: UncountedTerminatedPods?

  public init() {}

  public static let schema = Schema<JobStatus>(
    "JobStatus", "How far a job has come.",
    [
      Field(
        "conditions", \.conditions, listOf: .object(JobCondition.self), mergeKey: "type",
        "Whether it has ended, and how; whether it is suspended."),
      Field("startTime", \.startTime, .time, "When it began or went on."),
      Field("completionTime", \.completionTime, .time, "When enough of its pods had ended well."),
      Field("active", \.active, .int32, written: .unlessZero, "The number of pods that are at work."),
      Field("succeeded", \.succeeded, .int32, written: .unlessZero, "The number of pods that ended well."),
      Field("failed", \.failed, .int32, written: .unlessZero, "The number of pods that failed."),
      Field("terminating", \.terminating, .int32, "The number of pods that are being deleted."),
      Field("completedIndexes", \.completedIndexes, .string, "The indexes whose pods ended well, such as 0,2-4."),
      Field("failedIndexes", \.failedIndexes, .string, "The indexes that have failed for good."),
      Field(
        "uncountedTerminatedPods", \.uncountedTerminatedPods, .object(UncountedTerminatedPods.self),
        "Pods that have ended and are not in the counts yet."),
      Field("ready", \.ready, .int32, "The number of pods that are ready."),
    ])
}

/// One side of how a job is.
public struct JobCondition: Described {
  public var lastProbeTime: Timestamp?
  public var lastTransitionTime: Timestamp?
  public var message: String?
  public var reason: String?
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<JobCondition>(
    "JobCondition", "One side of how a job is.",
    [
      Field("type", \.type, .string, required: true, "What it is about: Complete, Failed, Suspended and others."),
      Field("status", \.status, .string, required: true, "True, False or Unknown."),
      Field("lastProbeTime", \.lastProbeTime, .time, "When it was last looked at."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, "When it last turned."),
      Field("reason", \.reason, .string, "Why, in one word."),
      Field("message", \.message, .string, "Why, in words."),
    ])
}

/// Pods that have ended and are not counted yet, by their identities.
public struct UncountedTerminatedPods: Described {
  public var failed: [String] = []
  public var succeeded: [String] = []

  public init() {}

  public static let schema = Schema<UncountedTerminatedPods>(
    "UncountedTerminatedPods", "Pods that have ended and are not counted yet, by their identities.",
    [
      Field("succeeded", \.succeeded, listOf: .string, "Those that ended well."),
      Field("failed", \.failed, listOf: .string, "Those that failed."),
    ])
}
