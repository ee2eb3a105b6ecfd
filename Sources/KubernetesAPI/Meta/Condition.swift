public import ObjectSchema

/// One statement about the state of an object.
public struct Condition: Described {
  public var type: String?
  public var status: String?
  public var observedGeneration: Int64?
  public var lastTransitionTime: Timestamp?
  public var reason: String?
  public var message: String?

  public init() {}

  public static let schema = Schema<Condition>(
    "Condition", "One statement about the state of an object.",
    [
      Field("type", \.type, .string, required: true, "What it is about."),
      Field("status", \.status, .string, required: true, "True, False or Unknown."),
      Field("observedGeneration", \.observedGeneration, .int64, "The generation of the object that it was made for."),
      Field("lastTransitionTime", \.lastTransitionTime, .time, required: true, "When it last changed."),
      Field("reason", \.reason, .string, required: true, "Why, in one word."),
      Field("message", \.message, .string, required: true, "Why, in words."),
    ])
}
