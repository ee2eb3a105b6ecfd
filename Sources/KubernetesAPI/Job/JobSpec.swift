public import Documents
public import ObjectSchema

/// What the pods are to be, and how many must end well.
public struct JobSpec: Described {
  public var activeDeadlineSeconds: Int64?
  public var backoffLimit: Int32?
  public var backoffLimitPerIndex: Int32?
  public var completionMode: String?
  public var completions: Int32?
  public var managedBy: String?
  public var manualSelector: Bool?
  public var maxFailedIndexes: Int32?
  public var parallelism: Int32?
  public var podFailurePolicy: PodFailurePolicy?
  public var podReplacementPolicy: String?
  public var scheduling: JobSchedulingConfiguration?
  public var selector: LabelSelector?
  public var successPolicy: SuccessPolicy?
  public var suspend: Bool?
  public var template = PodTemplateSpec()
  public var ttlSecondsAfterFinished: Int32?

  public init() {}

  public static let schema = Schema<JobSpec>(
    "JobSpec", "What the pods are to be, and how many must end well.",
    [
      Field(
        "parallelism", \.parallelism, .int32, format: .notNegative,
        "How many pods may run at the same time; 1 unless said otherwise."),
      Field(
        "completions", \.completions, .int32, format: .notNegative,
        "How many pods must end well; without it, one success is enough and the others are let end."),
      Field(
        "activeDeadlineSeconds", \.activeDeadlineSeconds, .int64, format: .notNegative,
        "Seconds after which the job is given up and its pods are stopped."),
      Field(
        "podFailurePolicy", \.podFailurePolicy, .object(PodFailurePolicy.self),
        "What failures of pods mean for the job."),
      Field(
        "successPolicy", \.successPolicy, .object(SuccessPolicy.self),
        "When the job counts as done before all of its pods have ended well."),
      Field(
        "backoffLimit", \.backoffLimit, .int32, format: .notNegative,
        "How many failures are borne before the job has failed; 6 unless said otherwise."),
      Field(
        "backoffLimitPerIndex", \.backoffLimitPerIndex, .int32, format: .notNegative,
        "How many failures are borne for each index; only with Indexed."),
      Field(
        "maxFailedIndexes", \.maxFailedIndexes, .int32, format: .notNegative,
        "How many indexes may fail before the job has failed."),
      Field(
        "selector", \.selector, .object(LabelSelector.self),
        "The labels by which it knows its pods; the server chooses them."),
      Field(
        "manualSelector", \.manualSelector, .bool, default: false,
        "Whether the labels and the selector are chosen by hand."),
      Field(
        "template", \.template, .object(PodTemplateSpec.self), required: true,
        "What the pods are to be; they must be allowed to end."),
      Field(
        "ttlSecondsAfterFinished", \.ttlSecondsAfterFinished, .int32, format: .notNegative,
        "Seconds after its end at which the job is deleted; without it, it stays."),
      Field(
        "completionMode", \.completionMode, .string, allowed: ["NonIndexed", "Indexed"], default: "NonIndexed",
        "Whether its pods are all alike, or each has a number: NonIndexed or Indexed."),
      Field("suspend", \.suspend, .bool, default: false, "Whether it runs no pods for the time being."),
      Field(
        "podReplacementPolicy", \.podReplacementPolicy, .string,
        "When a new pod takes the place of one that goes: TerminatingOrFailed or Failed."),
      Field("managedBy", \.managedBy, .string, "The controller that takes care of it, when it is not the usual one."),
      Field(
        "scheduling", \.scheduling, .object(JobSchedulingConfiguration.self), "How its pods are placed together."),
    ])
}

/// How the pods of a job are placed together.
public struct JobSchedulingConfiguration: Described {
  public var disruptionMode: Document?
  public var resourceClaims: [Document] = []
  public var schedulingConstraints: Document?
  public var schedulingPolicy: Document?

  public init() {}

  public static let schema = Schema<JobSchedulingConfiguration>(
    "JobSchedulingConfiguration", "How the pods of a job are placed together; kept, but not acted on.",
    [
      Field("disruptionMode", \.disruptionMode, .any, "Whether they are disturbed one by one or all at once."),
      Field("resourceClaims", \.resourceClaims, listOf: .any, "Devices that they share."),
      Field("schedulingConstraints", \.schedulingConstraints, .any, "Where they may be."),
      Field("schedulingPolicy", \.schedulingPolicy, .any, "Whether they are placed one by one or all at once."),
    ])
}
