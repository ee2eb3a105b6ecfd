public import ObjectSchema

/// Probe.
public struct Probe: Described {
  public var exec: ExecAction?
  public var failureThreshold: Int32?
  public var grpc: GRPCAction?
  public var httpGet: HTTPGetAction?
  public var initialDelaySeconds: Int32?
  public var periodSeconds: Int32?
  public var successThreshold: Int32?
  public var tcpSocket: TCPSocketAction?
  public var terminationGracePeriodSeconds: Int64?
  public var timeoutSeconds: Int32?

  public init() {}

  public static let schema = Schema<Probe>(
    "Probe", "Probe.",
    [
      Field("exec", \.exec, .object(ExecAction.self), "The exec."),
      Field("failureThreshold", \.failureThreshold, .int32, default: 3, "The failure threshold."),
      Field("grpc", \.grpc, .object(GRPCAction.self), "The grpc."),
      Field("httpGet", \.httpGet, .object(HTTPGetAction.self), "The http get."),
      Field("initialDelaySeconds", \.initialDelaySeconds, .int32, "The initial delay seconds."),
      Field("periodSeconds", \.periodSeconds, .int32, default: 10, "The period seconds."),
      Field("successThreshold", \.successThreshold, .int32, default: 1, "The success threshold."),
      Field("tcpSocket", \.tcpSocket, .object(TCPSocketAction.self), "The tcp socket."),
      Field(
        "terminationGracePeriodSeconds", \.terminationGracePeriodSeconds, .int64,
        "The termination grace period seconds."),
      Field("timeoutSeconds", \.timeoutSeconds, .int32, default: 1, "The timeout seconds."),
    ])
}

/// Exec action.
public struct ExecAction: Described {
  public var command: [String] = []

  public init() {}

  public static let schema = Schema<ExecAction>(
    "ExecAction", "Exec action.",
    [
      Field("command", \.command, listOf: .string, "The command.")
    ])
}

/// Grpcaction.
public struct GRPCAction: Described {
  public var mode: String?
  public var port: Int32?
  public var service: String?

  public init() {}

  public static let schema = Schema<GRPCAction>(
    "GRPCAction", "Grpcaction.",
    [
      Field("mode", \.mode, .string, "The mode."),
      Field("port", \.port, .int32, required: true, "The port."),
      Field("service", \.service, .string, "The service."),
    ])
}

/// Httpget action.
public struct HTTPGetAction: Described {
  public var host: String?
  public var httpHeaders: [HTTPHeader] = []
  public var path: String?
  public var port: IntOrString?
  public var `protocol`: String?
  public var scheme: String?

  public init() {}

  public static let schema = Schema<HTTPGetAction>(
    "HTTPGetAction", "Httpget action.",
    [
      Field("host", \.host, .string, "The host."),
      Field("httpHeaders", \.httpHeaders, listOf: .object(HTTPHeader.self), "The http headers."),
      Field("path", \.path, .string, default: "/", "The path."),
      Field("port", \.port, .intOrString, required: true, "The port."),
      Field("protocol", \.`protocol`, .string, "The protocol."),
      Field("scheme", \.scheme, .string, allowed: ["HTTP", "HTTPS"], default: "HTTP", "The scheme."),
    ])
}

/// Httpheader.
public struct HTTPHeader: Described {
  public var name: String?
  public var value: String?

  public init() {}

  public static let schema = Schema<HTTPHeader>(
    "HTTPHeader", "Httpheader.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("value", \.value, .string, required: true, "The value."),
    ])
}

/// Tcpsocket action.
public struct TCPSocketAction: Described {
  public var host: String?
  public var port: IntOrString?

  public init() {}

  public static let schema = Schema<TCPSocketAction>(
    "TCPSocketAction", "Tcpsocket action.",
    [
      Field("host", \.host, .string, "The host."),
      Field("port", \.port, .intOrString, required: true, "The port."),
    ])
}
