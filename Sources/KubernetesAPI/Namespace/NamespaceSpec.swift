public import ObjectSchema

/// What must be done before a namespace may go.
public struct NamespaceSpec: Described {
  public var finalizers: [String] = []

  public init() {}

  public static let schema = Schema<NamespaceSpec>(
    "NamespaceSpec", "What must be done before a namespace may go.",
    [
      Field("finalizers", \.finalizers, listOf: .string, "Who must still clean up in it.")
    ])
}

/// Whether a namespace is in use or going.
public struct NamespaceStatus: Described {
  public var conditions: [NamespaceCondition] = []
  public var phase: String?

  public init() {}

  public static let schema = Schema<NamespaceStatus>(
    "NamespaceStatus", "Whether a namespace is in use or going.",
    [
      Field(
        "conditions", \.conditions, listOf: .object(NamespaceCondition.self), mergeKey: "type",
        "What keeps it from going."),
      Field("phase", \.phase, .string, "Active, or Terminating while it goes."),
    ])
}

/// Something that keeps a namespace from going.
public struct NamespaceCondition: Described {
  public var lastTransitionTime: Timestamp?
  public var message: String?
  public var reason: String?
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<NamespaceCondition>(
    "NamespaceCondition", "Something that keeps a namespace from going.",
    [
      Field("lastTransitionTime", \.lastTransitionTime, .time, "When it last changed."),
      Field("message", \.message, .string, "Why, in words."),
      Field("reason", \.reason, .string, "Why, in one word."),
      Field("status", \.status, .string, required: true, "True, False or Unknown."),
      Field("type", \.type, .string, required: true, "What it is about, such as NamespaceContentRemaining."),
    ])
}
