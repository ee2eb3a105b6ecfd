public import KubernetesAPI

/// A server's API as an endpoint: requests over a Unix socket, or over TCP with TLS.
public final class HTTPClient: APIEndpoint {
  let target: ClientTarget

  /// The control plane of this machine.
  public init(unixSocket path: String) {
    target = ClientTarget(unixSocket: path)
  }

  /// Any server, as a kubeconfig describes it; `server` is a URL.
  public init(server: String, credentials: ClientCredentials) throws {
    target = try ClientTarget(server: server, credentials: credentials)
  }

  public func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    if request.headers["Upgrade"] != nil { return try await UpgradeCall.perform(request, target) }
    return try await Transfer(request, target).run()
  }
}

/// How a client proves who it is, and whom it trusts. Keys and certificates are PEM texts.
public struct ClientCredentials: Sendable {
  public var certificateAuthority: String?
  public var clientCertificate: String?
  public var clientKey: String?
  public var token: String?
  public var skipsVerification = false
  /// The name that the server's certificate must have, when it is not the URL's.
  public var serverName: String?

  public init() {}
}
