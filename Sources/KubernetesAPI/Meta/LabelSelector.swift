public import ObjectSchema

/// Which objects are meant, by their labels; all conditions must hold.
public struct LabelSelector: Described {
  public var matchExpressions: [LabelSelectorRequirement] = []
  public var matchLabels: [String: String] = [:]

  public init() {}

  public static let schema = Schema<LabelSelector>(
    "LabelSelector", "Which objects are meant, by their labels; all conditions must hold.",
    [
      Field(
        "matchExpressions", \.matchExpressions, listOf: .object(LabelSelectorRequirement.self),
        "Conditions on single labels."
      ),
      Field("matchLabels", \.matchLabels, mapOf: .string, "Labels that must have exactly these values."),
    ])
}

/// One condition on a label.
public struct LabelSelectorRequirement: Described {
  public var key: String?
  public var `operator`: String?
  public var values: [String] = []

  public init() {}

  public static let schema = Schema<LabelSelectorRequirement>(
    "LabelSelectorRequirement", "One condition on a label.",
    [
      Field("key", \.key, .string, required: true, "The label."),
      Field("operator", \.`operator`, .string, required: true, "In, NotIn, Exists or DoesNotExist."),
      Field("values", \.values, listOf: .string, "The values for In and NotIn."),
    ])
}
