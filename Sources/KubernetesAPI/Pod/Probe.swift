public import ObjectSchema

/// A check of a container that is made again and again.
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
    "Probe", "A check of a container that is made again and again.",
    [
      Field("exec", \.exec, .object(ExecAction.self), "Run a command; exit code 0 is a pass."),
      Field(
        "httpGet", \.httpGet, .object(HTTPGetAction.self), "Send an HTTP request; an answer from 200 to 399 is a pass."),
      Field("tcpSocket", \.tcpSocket, .object(TCPSocketAction.self), "Open a connection; being let in is a pass."),
      Field("grpc", \.grpc, .object(GRPCAction.self), "Ask a gRPC health service."),
      Field(
        "initialDelaySeconds", \.initialDelaySeconds, .int32, written: .unlessZero,
        "Seconds after the start before the first check."),
      Field(
        "timeoutSeconds", \.timeoutSeconds, .int32, default: 1, "Seconds after which a check without answer has failed."
      ),
      Field("periodSeconds", \.periodSeconds, .int32, default: 10, "Seconds from one check to the next."),
      Field(
        "successThreshold", \.successThreshold, .int32, default: 1, "Passes in a row until it counts as good again."),
      Field("failureThreshold", \.failureThreshold, .int32, default: 3, "Failures in a row until it counts as failed."),
      Field(
        "terminationGracePeriodSeconds", \.terminationGracePeriodSeconds, .int64,
        "Seconds that the container gets to end when the probe fails, instead of the pod's."),
    ])
}

/// A command that is run in a container.
public struct ExecAction: Described {
  public var command: [String] = []

  public init() {}

  public static let schema = Schema<ExecAction>(
    "ExecAction", "A command that is run in a container.",
    [
      Field(
        "command", \.command, listOf: .string, "The program and its arguments; no shell is involved unless it is named."
      )
    ])
}

/// A question to a gRPC health service.
public struct GRPCAction: Described {
  public var mode: String?
  public var port: Int32?
  public var service: String?

  public init() {}

  public static let schema = Schema<GRPCAction>(
    "GRPCAction", "A question to a gRPC health service.",
    [
      Field("mode", \.mode, .string, "How the connection is made."),
      Field("port", \.port, .int32, required: true, "The port that it listens on."),
      Field(
        "service", \.service, .string, default: "", "The service that is asked about; none means the server as a whole."
      ),
    ])
}

/// An HTTP request.
public struct HTTPGetAction: Described {
  public var host: String?
  public var httpHeaders: [HTTPHeader] = []
  public var path: String?
  public var port: IntOrString?
  public var `protocol`: String?
  public var scheme: String?

  public init() {}

  public static let schema = Schema<HTTPGetAction>(
    "HTTPGetAction", "An HTTP request.",
    [
      Field("path", \.path, .string, default: "/", "The path to ask for."),
      Field("port", \.port, .intOrString, required: true, "The port, by number or name."),
      Field(
        "scheme", \.scheme, .string, allowed: ["HTTP", "HTTPS"], default: "HTTP",
        "HTTP or HTTPS; certificates are not checked."),
      Field("host", \.host, .string, "Where to connect; the pod's own address when it is not set."),
      Field("httpHeaders", \.httpHeaders, listOf: .object(HTTPHeader.self), "Header fields to send."),
      Field("protocol", \.`protocol`, .string, "The version of HTTP that is spoken."),
    ])
}

/// A header field of a request.
public struct HTTPHeader: Described {
  public var name: String?
  public var value: String?

  public init() {}

  public static let schema = Schema<HTTPHeader>(
    "HTTPHeader", "A header field of a request.",
    [
      Field("name", \.name, .string, required: true, "The field's name."),
      Field("value", \.value, .string, required: true, "The field's value."),
    ])
}

/// A connection that is tried.
public struct TCPSocketAction: Described {
  public var host: String?
  public var port: IntOrString?

  public init() {}

  public static let schema = Schema<TCPSocketAction>(
    "TCPSocketAction", "A connection that is tried.",
    [
      Field("host", \.host, .string, "Where to connect; the pod's own address when it is not set."),
      Field("port", \.port, .intOrString, required: true, "The port, by number or name."),
    ])
}
