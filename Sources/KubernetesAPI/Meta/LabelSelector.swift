public import ObjectSchema

/// Label selector.
public struct LabelSelector: Described {
  public var matchExpressions: [LabelSelectorRequirement] = []
  public var matchLabels: [String: String] = [:]

  public init() {}

  public static let schema = Schema<LabelSelector>(
    "LabelSelector", "Label selector.",
    [
      Field(
        "matchExpressions", \.matchExpressions, listOf: .object(LabelSelectorRequirement.self), "The match expressions."
      ),
      Field("matchLabels", \.matchLabels, mapOf: .string, "The match labels."),
    ])
}

/// Label selector requirement.
public struct LabelSelectorRequirement: Described {
  public var key: String?
  public var `operator`: String?
  public var values: [String] = []

  public init() {}

  public static let schema = Schema<LabelSelectorRequirement>(
    "LabelSelectorRequirement", "Label selector requirement.",
    [
      Field("key", \.key, .string, required: true, "The key."),
      Field("operator", \.`operator`, .string, required: true, "The operator."),
      Field("values", \.values, listOf: .string, "The values."),
    ])
}
