public import ObjectSchema

/// Who tells of an event.
public struct EventSource: Described {
  public var component: String?
  public var host: String?

  public init() {}

  public static let schema = Schema<EventSource>(
    "EventSource", "Who tells of an event.",
    [
      Field("component", \.component, .string, "The program, such as kubelet."),
      Field("host", \.host, .string, "The node that it runs on."),
    ])
}

/// An event that goes on happening.
public struct EventSeries: Described {
  public var count: Int32?
  public var lastObservedTime: Timestamp?

  public init() {}

  public static let schema = Schema<EventSeries>(
    "EventSeries", "An event that goes on happening.",
    [
      Field("count", \.count, .int32, "How often it happened."),
      Field("lastObservedTime", \.lastObservedTime, .microTime, "When it happened last."),
    ])
}
