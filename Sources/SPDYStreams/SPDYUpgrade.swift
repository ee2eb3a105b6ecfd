public import KubernetesAPI

/// How a request becomes a connection of many streams: by SPDY itself, or by SPDY inside of a WebSocket.
public enum SPDYUpgrade {
  private static let tunnelPrefix = "SPDY/3.1+"
  private static let versionHeader = "X-Stream-Protocol-Version"

  /// Whether a request wants that, and not a WebSocket with channels of its own.
  public static func isRequested(by request: APIRequest) -> Bool {
    if !WebSocketHandshake.isRequested(by: request) {
      return request.headers.all("Upgrade").contains { $0.lowercased() == "spdy/3.1" }
    }
    return request.headers.all("Sec-WebSocket-Protocol").contains { $0.contains(tunnelPrefix) }
  }

  /// Agrees on one of the protocols that may be spoken over the streams; the response's channel is the client's end.
  public static func accept(
    _ request: APIRequest, protocols: [String]
  ) throws(StatusError) -> (connection: SPDYConnection, version: String?, response: APIResponse) {
    let (near, far) = PipeChannel.pair()
    if WebSocketHandshake.isRequested(by: request) {
      var (response, chosen) = try WebSocketHandshake.accept(request, protocols: protocols.map { tunnelPrefix + $0 })
      response.body = .upgraded(far)
      let bytes = WebSocketBytes(WebSocket(over: near, role: .server))
      return (SPDYConnection(over: bytes), chosen.map { String($0.dropFirst(tunnelPrefix.count)) }, response)
    }
    let offered = request.headers.all(versionHeader).flatMap { $0.split(separator: ",") }
      .map { String($0.drop { $0 == " " }) }
    guard let chosen = offered.first(where: protocols.contains) else {
      throw StatusError(
        403, "Forbidden",
        "unable to upgrade: unable to negotiate protocol: client supports [\(offered.joined(separator: " "))], "
          + "server accepts [\(protocols.joined(separator: " "))]")
    }
    let headers: HTTPHeaders = ["Connection": "Upgrade", "Upgrade": "SPDY/3.1", versionHeader: chosen]
    return (SPDYConnection(over: near), chosen, APIResponse(status: 101, headers: headers, body: .upgraded(far)))
  }
}

/// A stream of bytes in the binary messages of a WebSocket, whose borders mean nothing.
final class WebSocketBytes: ByteChannel {
  private let socket: WebSocket

  init(_ socket: WebSocket) { self.socket = socket }

  func read() async throws -> [UInt8]? {
    while let message = try await socket.receive() {
      if case .binary(let bytes) = message, !bytes.isEmpty { return bytes }
    }
    return nil
  }

  func write(_ bytes: [UInt8]) async throws { try await socket.send(.binary(bytes)) }

  func closeWriting() {}

  func close() { socket.abort() }
}
