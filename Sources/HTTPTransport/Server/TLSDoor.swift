internal import Glibc
internal import KubernetesAPI
internal import Synchronization
internal import SystemIO

/// Accepts clients that speak TLS and hands their decrypted connections to a listener.
///
/// libmicrohttpd could speak TLS itself, but once a connection is upgraded it tells neither side when the other has ended,
/// and carries a few bytes at a time.
final class TLSDoor: Sendable {
  private let socket: ListeningSocket
  private let listener: HTTPListener
  private let credentials: TLSServerCredentials
  private let limits: HTTPServerLimits
  /// Connections whose clients may still be told something.
  private let speaking = ExchangeTally()
  private let openConnections = Mutex(0)
  private let tasks = Mutex<(accepting: Task<Void, Never>, serving: Task<Void, Never>)?>(nil)

  init(
    socket: ListeningSocket, listener: HTTPListener, identity: ServerIdentity, limits: HTTPServerLimits
  ) throws(GnuTLSError) {
    self.socket = socket
    self.listener = listener
    self.limits = limits
    credentials = try TLSServerCredentials(identity)
  }

  func open() {
    let (connections, arrivals) = AsyncStream<Descriptor>.makeStream()
    let accepting = Task {
      await accept(into: arrivals)
      arrivals.finish()
    }
    let serving = Task {
      await withDiscardingTaskGroup { group in
        for await connection in connections {
          group.addTask {
            await self.serve(connection)
            self.openConnections.withLock { $0 -= 1 }
          }
        }
      }
    }
    tasks.withLock { $0 = (accepting, serving) }
  }

  func stopAccepting() { tasks.withLock { $0?.accepting.cancel() } }

  /// Ends all connections; called when the listener has ended its own.
  func stop(patience: Duration) async {
    guard let (accepting, serving) = tasks.withLock({ $0 }) else { return }
    accepting.cancel()
    await speaking.waitUntilEmpty(patience: patience)
    serving.cancel()
    await accepting.value
    await serving.value
  }

  private func accept(into arrivals: AsyncStream<Descriptor>.Continuation) async {
    let socket = Descriptor(adopting: socket.descriptor, name: socket.name)
    defer { socket.close() }
    while !Task.isCancelled {
      let number = Glibc.accept(socket.number, nil, nil)
      if number >= 0 {
        let connection = Descriptor(adopting: number, name: "connection to \(socket.name)")
        sendWithoutDelay(number)
        let isAffordable = openConnections.withLock { count in
          // Each one takes three descriptors.
          if count >= listener.connectionLimit / 3 { return false }
          count += 1
          return true
        }
        if isAffordable { arrivals.yield(connection) } else { connection.close() }
      } else if errno == EAGAIN {
        guard (try? await socket.waitUntilReadable()) != nil else { return }
      } else if errno != EINTR && errno != ECONNABORTED {
        // Out of descriptors, most likely: some will be free again.
        try? await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// An event of a watch is small: held back until the client has confirmed the one before, it would come 40 ms late.
  private func sendWithoutDelay(_ connection: Int32) {
    var on: Int32 = 1
    setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  private func serve(_ connection: Descriptor) async {
    guard let session = try? TLSServerSession(socket: connection, credentials: credentials),
      await shakeHands(session)
    else { return connection.close() }
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      return session.close()
    }
    let plain = SocketChannel(Descriptor(adopting: ends[0], name: "decrypted connection"))
    guard listener.add(connection: ends[1]) else {
      plain.close()
      return session.close()
    }
    speaking.enter()
    // The door keeps the connection open until the session has said its last.
    await Splice.run(
      client: session, server: plain, outwardHasEnded: { self.speaking.leave() },
      clientIsGone: { await connection.waitUntilBroken() })
  }

  /// False when the client does not speak TLS, does not trust us, or takes too long.
  private func shakeHands(_ session: TLSServerSession) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { (try? await session.handshake()) != nil }
      group.addTask { [limits] in
        try? await Task.sleep(for: limits.requestTime)
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }
}
