public import ObjectSchema

/// Lifecycle.
public struct Lifecycle: Described {
  public var postStart: LifecycleHandler?
  public var preStop: LifecycleHandler?
  public var stopSignal: String?

  public init() {}

  public static let schema = Schema<Lifecycle>(
    "Lifecycle", "Lifecycle.",
    [
      Field("postStart", \.postStart, .object(LifecycleHandler.self), "The post start."),
      Field("preStop", \.preStop, .object(LifecycleHandler.self), "The pre stop."),
      Field("stopSignal", \.stopSignal, .string, "The stop signal."),
    ])
}

/// Lifecycle handler.
public struct LifecycleHandler: Described {
  public var exec: ExecAction?
  public var httpGet: HTTPGetAction?
  public var sleep: SleepAction?
  public var tcpSocket: TCPSocketAction?

  public init() {}

  public static let schema = Schema<LifecycleHandler>(
    "LifecycleHandler", "Lifecycle handler.",
    [
      Field("exec", \.exec, .object(ExecAction.self), "The exec."),
      Field("httpGet", \.httpGet, .object(HTTPGetAction.self), "The http get."),
      Field("sleep", \.sleep, .object(SleepAction.self), "The sleep."),
      Field("tcpSocket", \.tcpSocket, .object(TCPSocketAction.self), "The tcp socket."),
    ])
}

/// Sleep action.
public struct SleepAction: Described {
  public var seconds: Int64?

  public init() {}

  public static let schema = Schema<SleepAction>(
    "SleepAction", "Sleep action.",
    [
      Field("seconds", \.seconds, .int64, required: true, "The seconds.")
    ])
}
