public import KubernetesAPI
internal import Synchronization
public import SystemIO

/// Serves an endpoint over HTTP/1.1, on any number of sockets.
public final class HTTPServer: Sendable {
  private let endpoint: any APIEndpoint
  private let limits: HTTPServerLimits
  private let tally = ExchangeTally()
  private let watch = ConnectionWatch()
  private let parts = Mutex<(listeners: [HTTPListener], doors: [TLSDoor])>(([], []))

  public init(endpoint: any APIEndpoint, limits: HTTPServerLimits = HTTPServerLimits()) {
    self.endpoint = endpoint
    self.limits = limits
    BrokenPipeSignal.ignore()
  }

  /// Serves a Unix socket that only its owner may open; whoever can open it is the administrator.
  ///
  /// The socket file of a server that is dead is replaced; a living server is left alone, and the error says so.
  public func listen(unixSocket path: String) throws(SystemCallError) {
    let socket = try ListeningSocket.unix(path)
    let listener = listener(.whoeverConnects)
    do throws(SystemCallError) {
      try listener.start(on: socket)
    } catch {
      socket.close()
      throw error
    }
    parts.withLock { $0.listeners.append(listener) }
  }

  /// Serves 127.0.0.1 with TLS; answers the port.
  ///
  /// A client is whom its bearer token names: one of these, or one that the authenticator knows; without any it is
  /// anonymous.
  @discardableResult
  public func listen(
    loopbackPort: UInt16 = 0, tls identity: ServerIdentity, tokens: [String: UserInfo],
    others: (any TokenAuthenticator)? = nil
  ) throws -> UInt16 {
    let socket = try ListeningSocket.tcp("127.0.0.1", port: loopbackPort)
    let listener = listener(.bearer(tokens, others: others))
    do {
      let port = try socket.port()
      let door = try TLSDoor(socket: socket, listener: listener, identity: identity, limits: limits)
      try listener.start(on: nil)
      door.open()
      parts.withLock { parts in
        parts.listeners.append(listener)
        parts.doors.append(door)
      }
      return port
    } catch {
      socket.close()
      throw error
    }
  }

  /// Serves an address of this machine without TLS; answers the port. Whoever can reach it is the administrator, so
  /// that the endpoint has to choose whom it listens to.
  public func listen(address: String, port: UInt16) throws(SystemCallError) -> UInt16 {
    let socket = try ListeningSocket.tcp(address, port: port)
    let listener = listener(.whoeverConnects)
    do throws(SystemCallError) {
      let port = try socket.port()
      try listener.start(on: socket)
      parts.withLock { $0.listeners.append(listener) }
      return port
    } catch {
      socket.close()
      throw error
    }
  }

  private func listener(_ authentication: RequestAuthentication) -> HTTPListener {
    HTTPListener(endpoint: endpoint, authentication: authentication, limits: limits, tally: tally, watch: watch)
  }

  /// Accepts nobody any more, ends watches and other streams, lets the last answers go out, and closes.
  public func stop(patience: Duration = .seconds(2)) async {
    let (listeners, doors) = parts.withLock { parts in
      defer { parts = ([], []) }
      return parts
    }
    for door in doors { door.stopAccepting() }
    for listener in listeners { listener.stopAccepting() }
    watch.cancelAll()
    await tally.waitUntilEmpty(patience: patience)
    // Whoever has not listened to the cancelling by now is cut off.
    watch.abortAll()
    await tally.waitUntilEmpty(patience: patience)
    for listener in listeners { listener.stop() }
    for door in doors { await door.stop(patience: patience) }
    watch.stop()
  }
}

/// What a server grants its clients.
public struct HTTPServerLimits: Sendable {
  /// The largest body of a request, as with Kubernetes.
  public var bodyBytes = 3 << 20
  /// All header fields of a request together with the buffer for its body.
  public var headerBytes = 64 << 10
  public var connections = 4096
  /// From connecting until the first request is there.
  public var requestTime: Duration = .seconds(30)
  /// Between two requests, and without progress inside one.
  public var idleTime: Duration = .seconds(120)

  public init() {}
}
