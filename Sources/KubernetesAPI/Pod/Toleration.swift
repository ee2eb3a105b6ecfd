public import ObjectSchema

/// Toleration.
public struct Toleration: Described {
  public var effect: String?
  public var key: String?
  public var `operator`: String?
  public var tolerationSeconds: Int64?
  public var value: String?

  public init() {}

  public static let schema = Schema<Toleration>(
    "Toleration", "Toleration.",
    [
      Field("effect", \.effect, .string, allowed: ["NoSchedule", "PreferNoSchedule", "NoExecute"], "The effect."),
      Field("key", \.key, .string, "The key."),
      Field("operator", \.`operator`, .string, "The operator."),
      Field("tolerationSeconds", \.tolerationSeconds, .int64, "The toleration seconds."),
      Field("value", \.value, .string, "The value."),
    ])
}
