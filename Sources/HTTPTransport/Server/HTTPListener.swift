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
    var daemon: OpaquePointer
    var socket: ListeningSocket?
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

  /// Starts the thread; without a socket it serves the connections that it is given.
  func start(on socket: ListeningSocket?) throws(SystemCallError) {
    var settings = cmicrohttpd_settings()
    settings.listening_socket = socket?.descriptor ?? -1
    settings.connection_limit = UInt32(connectionLimit)
    settings.connection_timeout = UInt32(limits.idleTime.components.seconds)
    settings.connection_memory = limits.headerBytes
    // Lives longer than the daemon: `stop` is a method of it.
    settings.context = Unmanaged.passUnretained(self).toOpaque()
    settings.begin = beginExchange
    settings.handle = handleRequest
    settings.completed = completeExchange
    settings.connection_changed = changeConnection
    guard let daemon = cmicrohttpd_start(&settings) else {
      throw SystemCallError("MHD_start_daemon", on: socket?.name ?? "", errno: errno)
    }
    let running = Running(daemon: daemon, socket: socket)
    state.withLock { $0 = running }
  }

  /// Leaves descriptors for everything else that the program does.
  var connectionLimit: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
    return min(limits.connections, max(16, Int(clamping: limit.rlim_cur) - 128))
  }

  /// Serves a connection that somebody else has accepted, and closes it in the end in any case.
  func add(connection descriptor: Int32) -> Bool {
    state.withLock { running in
      guard let running else {
        close(descriptor)
        return false
      }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      return withSocketAddress(&address) { MHD_add_connection(running.daemon, descriptor, $0, $1) } == .YES
    }
  }

  func stopAccepting() {
    state.withLock { running in
      guard let running, let socket = running.socket else { return }
      socket.removeFile()
      let descriptor = MHD_quiesce_daemon(running.daemon)
      if descriptor >= 0 { close(descriptor) }
    }
  }

  /// Closes what is left of the connections and ends the thread.
  func stop() {
    let running = state.withLock { running in
      defer { running = nil }
      return running
    }
    if let running { MHD_stop_daemon(running.daemon) }
  }

  // MARK: What libmicrohttpd calls, on its thread

  fileprivate func connectionStarted(_ connection: OpaquePointer) -> HTTPConnection {
    let connection = HTTPConnection(descriptor: cmicrohttpd_descriptor(connection), limits: limits, watch: watch)
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
