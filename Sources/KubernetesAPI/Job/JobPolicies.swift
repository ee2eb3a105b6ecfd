public import ObjectSchema

/// What failures of pods mean for the job; the first rule that fits decides.
public struct PodFailurePolicy: Described {
  public var rules: [PodFailurePolicyRule] = []

  public init() {}

  public static let schema = Schema<PodFailurePolicy>(
    "PodFailurePolicy", "What failures of pods mean for the job; the first rule that fits decides.",
    [
      Field(
        "rules", \.rules, listOf: .object(PodFailurePolicyRule.self), required: true, checked: false,
        written: .always, "The rules, asked in order.")
    ])
}

/// What one kind of failure means.
public struct PodFailurePolicyRule: Described {
  public var action: String?
  public var onExitCodes: PodFailurePolicyOnExitCodesRequirement?
  public var onPodConditions: [PodFailurePolicyOnPodConditionsPattern] = []

  public init() {}

  public static let schema = Schema<PodFailurePolicyRule>(
    "PodFailurePolicyRule", "What one kind of failure means.",
    [
      Field(
        "action", \.action, .string, required: true, checked: false,
        "FailJob, FailIndex, Ignore or Count."),
      Field(
        "onExitCodes", \.onExitCodes, .object(PodFailurePolicyOnExitCodesRequirement.self),
        "Failures that are known by how the containers ended."),
      Field(
        "onPodConditions", \.onPodConditions, listOf: .object(PodFailurePolicyOnPodConditionsPattern.self),
        "Failures that are known by the pod's conditions."),
    ])
}

/// Which exit codes are meant.
public struct PodFailurePolicyOnExitCodesRequirement: Described {
  public var containerName: String?
  public var `operator`: String?
  public var values: [Int32] = []

  public init() {}

  public static let schema = Schema<PodFailurePolicyOnExitCodesRequirement>(
    "PodFailurePolicyOnExitCodesRequirement", "Which exit codes are meant.",
    [
      Field("containerName", \.containerName, .string, "The container that is looked at; without it, all are."),
      Field(
        "operator", \.`operator`, .string, required: true, checked: false,
        "Whether the codes are those that are meant or those that are not: In or NotIn."),
      Field(
        "values", \.values, listOf: .int32, required: true, checked: false, written: .always,
        "The codes, in rising order."),
    ])
}

/// Which condition of a pod is meant.
public struct PodFailurePolicyOnPodConditionsPattern: Described {
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<PodFailurePolicyOnPodConditionsPattern>(
    "PodFailurePolicyOnPodConditionsPattern", "Which condition of a pod is meant.",
    [
      Field("type", \.type, .string, required: true, checked: false, "The condition's type."),
      Field(
        "status", \.status, .string, allowed: ["False", "True", "Unknown"], default: "True",
        "The status that it must have."),
    ])
}

/// When a job counts as done before all of its pods have ended well.
public struct SuccessPolicy: Described {
  public var rules: [SuccessPolicyRule] = []

  public init() {}

  public static let schema = Schema<SuccessPolicy>(
    "SuccessPolicy", "When a job counts as done before all of its pods have ended well.",
    [
      Field(
        "rules", \.rules, listOf: .object(SuccessPolicyRule.self), required: true, checked: false, written: .always,
        "The rules, one of which must fit.")
    ])
}

/// Which successes are enough.
public struct SuccessPolicyRule: Described {
  public var succeededCount: Int32?
  public var succeededIndexes: String?

  public init() {}

  public static let schema = Schema<SuccessPolicyRule>(
    "SuccessPolicyRule", "Which successes are enough.",
    [
      Field("succeededIndexes", \.succeededIndexes, .string, "The indexes that count, such as 1,3-5."),
      Field("succeededCount", \.succeededCount, .int32, "How many of them must end well; without it, all."),
    ])
}
