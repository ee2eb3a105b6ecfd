public import ObjectSchema

/// How many pods there are to be, of which kind, and how they are replaced.
public struct DeploymentSpec: Described {
  public var minReadySeconds: Int32?
  public var paused: Bool?
  public var progressDeadlineSeconds: Int32?
  public var replicas: Int32?
  public var revisionHistoryLimit: Int32?
  public var selector: LabelSelector?
  public var strategy = DeploymentStrategy()
  public var template = PodTemplateSpec()

  public init() {}

  public static let schema = Schema<DeploymentSpec>(
    "DeploymentSpec", "How many pods there are to be, what they are to be and how they are replaced.",
    [
      Field(
        "replicas", \.replicas, .int32, default: 1, format: .notNegative, "The number of pods; 1 unless said otherwise."
      ),
      Field(
        "selector", \.selector, .object(LabelSelector.self), required: true,
        "The labels by which it knows its pods; they cannot be changed."),
      Field(
        "template", \.template, .object(PodTemplateSpec.self), required: true,
        "What its pods are to be; a change replaces them."),
      Field(
        "strategy", \.strategy, .object(DeploymentStrategy.self), retainsKeys: true,
        "How old pods are replaced by new ones."),
      Field(
        "minReadySeconds", \.minReadySeconds, .int32, written: .unlessZero, format: .notNegative,
        "Seconds that a pod must have been ready to count as available."),
      Field(
        "revisionHistoryLimit", \.revisionHistoryLimit, .int32, default: 10, format: .notNegative,
        "How many old replica sets are kept, to be able to go back."),
      Field("paused", \.paused, .bool, written: .unlessZero, "Whether changes of the template wait."),
      Field(
        "progressDeadlineSeconds", \.progressDeadlineSeconds, .int32, default: 600, format: .notNegative,
        "Seconds without progress after which a replacement counts as stuck."),
    ])
}

/// How old pods are replaced by new ones.
public struct DeploymentStrategy: Described {
  public var rollingUpdate: RollingUpdateDeployment?
  public var type: String?

  public init() {}

  public static let schema = Schema<DeploymentStrategy>(
    "DeploymentStrategy", "How old pods are replaced by new ones.",
    [
      Field("type", \.type, .string, "RollingUpdate: step by step; Recreate: all old ones go first."),
      Field(
        "rollingUpdate", \.rollingUpdate, .object(RollingUpdateDeployment.self),
        "How large the steps are; only with RollingUpdate."),
    ])
}

/// How large the steps of a replacement are.
public struct RollingUpdateDeployment: Described {
  public var maxSurge: IntOrString?
  public var maxUnavailable: IntOrString?

  public init() {}

  public static let schema = Schema<RollingUpdateDeployment>(
    "RollingUpdateDeployment", "How large the steps of a replacement are.",
    [
      Field(
        "maxUnavailable", \.maxUnavailable, .intOrString, default: .string("25%"),
        "How many pods may be missing meanwhile, as a number or a share."),
      Field(
        "maxSurge", \.maxSurge, .intOrString, default: .string("25%"),
        "How many pods there may be too many meanwhile, as a number or a share."),
    ])
}
