public import ObjectSchema

/// A taint that does not keep a pod off a node.
public struct Toleration: Described {
  public var effect: String?
  public var key: String?
  public var `operator`: String?
  public var tolerationSeconds: Int64?
  public var value: String?

  public init() {}

  public static let schema = Schema<Toleration>(
    "Toleration", "A taint that does not keep a pod off a node.",
    [
      Field("key", \.key, .string, "The taint's key; none, with Exists, means any."),
      Field("operator", \.`operator`, .string, "Equal compares the value, Exists does not."),
      Field("value", \.value, .string, "The taint's value."),
      Field(
        "effect", \.effect, .string, allowed: ["NoSchedule", "PreferNoSchedule", "NoExecute"],
        "The effect of the taint; none means any."),
      Field(
        "tolerationSeconds", \.tolerationSeconds, .int64,
        "How long the pod may stay once such a taint appears; none means for ever."),
    ])
}
