public import ObjectSchema

/// Event source.
public struct EventSource: Described {
  public var component: String?
  public var host: String?

  public init() {}

  public static let schema = Schema<EventSource>(
    "EventSource", "Event source.",
    [
      Field("component", \.component, .string, "The component."),
      Field("host", \.host, .string, "The host."),
    ])
}

/// Event series.
public struct EventSeries: Described {
  public var count: Int32?
  public var lastObservedTime: Timestamp?

  public init() {}

  public static let schema = Schema<EventSeries>(
    "EventSeries", "Event series.",
    [
      Field("count", \.count, .int32, "The count."),
      Field("lastObservedTime", \.lastObservedTime, .microTime, "The last observed time."),
    ])
}
