public import ObjectSchema

/// What to do at the edges of a container's life.
public struct Lifecycle: Described {
  public var postStart: LifecycleHandler?
  public var preStop: LifecycleHandler?
  public var stopSignal: String?

  public init() {}

  public static let schema = Schema<Lifecycle>(
    "Lifecycle", "What to do at the edges of a container's life.",
    [
      Field(
        "postStart", \.postStart, .object(LifecycleHandler.self),
        "Done right after the start; the container counts as running when it is over, and is killed when it fails."),
      Field(
        "preStop", \.preStop, .object(LifecycleHandler.self),
        "Done before the stop signal is sent; it takes its time from the grace period."),
      Field("stopSignal", \.stopSignal, .string, "The signal that asks the program to stop, instead of the image's."),
    ])
}

/// One deed: exactly one of the fields is set.
public struct LifecycleHandler: Described {
  public var exec: ExecAction?
  public var httpGet: HTTPGetAction?
  public var sleep: SleepAction?
  public var tcpSocket: TCPSocketAction?

  public init() {}

  public static let schema = Schema<LifecycleHandler>(
    "LifecycleHandler", "One deed: exactly one of the fields is set.",
    [
      Field("exec", \.exec, .object(ExecAction.self), "Run a command in the container."),
      Field("httpGet", \.httpGet, .object(HTTPGetAction.self), "Send an HTTP request."),
      Field("tcpSocket", \.tcpSocket, .object(TCPSocketAction.self), "No longer used."),
      Field("sleep", \.sleep, .object(SleepAction.self), "Just wait."),
    ])
}

/// A wait.
public struct SleepAction: Described {
  public var seconds: Int64?

  public init() {}

  public static let schema = Schema<SleepAction>(
    "SleepAction", "A wait.",
    [
      Field("seconds", \.seconds, .int64, required: true, "How long.")
    ])
}
