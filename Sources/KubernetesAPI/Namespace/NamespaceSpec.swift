public import ObjectSchema

/// Namespace spec.
public struct NamespaceSpec: Described {
  public var finalizers: [String] = []

  public init() {}

  public static let schema = Schema<NamespaceSpec>(
    "NamespaceSpec", "Namespace spec.",
    [
      Field("finalizers", \.finalizers, listOf: .string, "The finalizers.")
    ])
}

/// Namespace status.
public struct NamespaceStatus: Described {
  public var conditions: [NamespaceCondition] = []
  public var phase: String?

  public init() {}

  public static let schema = Schema<NamespaceStatus>(
    "NamespaceStatus", "Namespace status.",
    [
      Field("conditions", \.conditions, listOf: .object(NamespaceCondition.self), mergeKey: "type", "The conditions."),
      Field("phase", \.phase, .string, "The phase."),
    ])
}

/// Namespace condition.
public struct NamespaceCondition: Described {
  public var lastTransitionTime: Timestamp?
  public var message: String?
  public var reason: String?
  public var status: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<NamespaceCondition>(
    "NamespaceCondition", "Namespace condition.",
    [
      Field("lastTransitionTime", \.lastTransitionTime, .time, "The last transition time."),
      Field("message", \.message, .string, "The message."),
      Field("reason", \.reason, .string, "The reason."),
      Field("status", \.status, .string, required: true, "The status."),
      Field("type", \.type, .string, required: true, "The type."),
    ])
}
