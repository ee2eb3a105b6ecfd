internal import CMicroHTTPD
internal import Glibc
internal import KubernetesAPI
internal import Synchronization
internal import SystemIO

/// One listening socket and the thread of libmicrohttpd that serves it.
final class HTTPListener: Sendable {
  let endpoint: any APIEndpoint
  let authentication: RequestAuthentication
  let limits: HTTPServerLimits
  let tally: ExchangeTally
  private let watch: ConnectionWatch
  private let state = Mutex<Running?>(nil)

  // @unchecked: the daemon may be stopped from any thread, and whoever takes it out of `state` is the only one to do so.
  private struct Running: @unchecked Sendable {
    var socket: ListeningSocket
    var daemon: OpaquePointer
    /// libmicrohttpd keeps pointers to the key and the certificate.
    var texts: [UnsafeMutablePointer<CChar>]
  }

  init(
    endpoint: any APIEndpoint, authentication: RequestAuthentication, limits: HTTPServerLimits, tally: ExchangeTally,
    watch: ConnectionWatch
  ) {
    self.endpoint = endpoint
    self.authentication = authentication
    self.limits = limits
    self.tally = tally
    self.watch = watch
  }

  func start(on socket: ListeningSocket, identity: ServerIdentity?) throws(SystemCallError) {
    let texts = [identity?.keyPEM, identity?.certificatePEM].compactMap { $0.map { strdup($0)! } }
    var settings = cmicrohttpd_settings()
    settings.listening_socket = socket.descriptor
    settings.connection_limit = UInt32(min(limits.connections, Self.affordableConnections))
    settings.connection_timeout = UInt32(limits.idleTime.components.seconds)
    settings.connection_memory = limits.headerBytes
    if texts.count == 2 {
      settings.key_pem = UnsafePointer(texts[0])
      settings.certificate_pem = UnsafePointer(texts[1])
    }
    // Lives longer than the daemon: `stop` is a method of it.
    settings.context = Unmanaged.passUnretained(self).toOpaque()
    settings.begin = beginExchange
    settings.handle = handleRequest
    settings.completed = completeExchange
    settings.connection_changed = changeConnection
    guard let daemon = cmicrohttpd_start(&settings) else {
      let reason = errno
      for text in texts { free(text) }
      socket.removeFile()
      close(socket.descriptor)
      throw SystemCallError("MHD_start_daemon", on: socket.name, errno: reason)
    }
    let running = Running(socket: socket, daemon: daemon, texts: texts)
    state.withLock { $0 = running }
  }

  /// Leaves descriptors for everything else that the program does.
  private static var affordableConnections: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
    return max(16, Int(clamping: limit.rlim_cur) - 128)
  }

  func stopAccepting() {
    state.withLock { running in
      guard let running else { return }
      running.socket.removeFile()
      let descriptor = MHD_quiesce_daemon(running.daemon)
      if descriptor >= 0 { close(descriptor) }
    }
  }

  /// Closes what is left of the connections and ends the thread.
  func stop() async {
    let running = state.withLock { running in
      defer { running = nil }
      return running
    }
    guard let running else { return }
    MHD_stop_daemon(running.daemon)
    for text in running.texts { free(text) }
  }

  // MARK: What libmicrohttpd calls, on its thread

  fileprivate func connectionStarted(_ connection: OpaquePointer) -> HTTPConnection {
    let connection = HTTPConnection(descriptor: cmicrohttpd_descriptor(connection), limits: limits)
    watch.add(connection)
    return connection
  }

  fileprivate func connectionClosed(_ connection: HTTPConnection) { watch.remove(connection) }
}

private func listener(_ context: UnsafeMutableRawPointer?) -> HTTPListener {
  Unmanaged<HTTPListener>.fromOpaque(context!).takeUnretainedValue()
}

private func changeConnection(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ change: MHD_ConnectionNotificationCode
) {
  switch change {
  case .CONNECTION_NOTIFY_STARTED:
    socketContext!.pointee = Unmanaged.passRetained(listener(context).connectionStarted(connection!)).toOpaque()
  case .CONNECTION_NOTIFY_CLOSED:
    guard let pointer = socketContext!.pointee else { return }
    listener(context).connectionClosed(Unmanaged<HTTPConnection>.fromOpaque(pointer).takeRetainedValue())
    socketContext!.pointee = nil
  }
}

/// The first line of a request has been read.
private func beginExchange(
  _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  let connectionContext = cmicrohttpd_socket_context(connection)!
  let exchange = HTTPExchange(
    target: String(cString: target!),
    connection: Unmanaged<HTTPConnection>.fromOpaque(connectionContext).takeUnretainedValue(),
    handle: ConnectionHandle(pointer: connection!), listener: listener(context))
  return Unmanaged.passRetained(exchange).toOpaque()
}

private func handleRequest(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ body: UnsafePointer<CChar>?,
  _ bodySize: UnsafeMutablePointer<Int>?, _ exchangeContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  let exchange = Unmanaged<HTTPExchange>.fromOpaque(exchangeContext!.pointee!).takeUnretainedValue()
  let piece = UnsafeRawBufferPointer(start: body, count: bodySize!.pointee)
  bodySize!.pointee = 0
  return exchange.proceed(method: String(cString: method!), piece: piece) ? .YES : .NO
}

private func completeExchange(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ exchangeContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ end: MHD_RequestTerminationCode
) {
  guard let pointer = exchangeContext!.pointee else { return }
  Unmanaged<HTTPExchange>.fromOpaque(pointer).takeRetainedValue().completed()
  exchangeContext!.pointee = nil
}
