import Glibc

/// What a server says on one connection.
protocol Conversation: AnyObject {
  /// Takes complete messages off the front of `input` and answers the first of them.
  func next(_ input: inout [UInt8]) -> ConversationStep
  /// How many seconds the other side may be silent in the middle of a message, and between two.
  var patience: (within: Int, between: Int) { get }
}

enum ConversationStep {
  case waitForMore
  case reply(Reply)
  case hangUp
}

/// Bytes to send, then perhaps a part of a file, then perhaps the end of the connection.
struct Reply {
  var bytes: [UInt8]
  var file: FilePart?
  var hangsUp = false
}

/// An open file on its way out.
struct FilePart {
  var descriptor: Int32
  var offset: Int
  var remaining: Int
}

/// One thread that serves any number of connections with poll(2), and meets signals in the same place.
final class ServerLoop {
  /// What the program does about a signal.
  enum Reaction {
    case carryOn
    /// Accept nobody new, finish what is being answered, then return.
    case drain
    case stop(Int32)
  }

  private let listeners: [Int32]
  private let converse: (Peer, Int32) -> any Conversation
  private let onSignal: (Int32) -> Reaction
  private let signals: Int32
  /// Readable (that is, closed) when the process this one works for has died.
  private let lifeline: Int32?
  private var connections: [Connection] = []
  private var isDraining = false

  /// More than this many, and those who have been silent the longest are sent away.
  private static let maximumConnections = 512

  init(
    listeners: [Int32], catching: [Int32] = [SIGTERM, SIGINT, SIGQUIT, SIGCHLD], lifeline: Int32? = nil,
    converse: @escaping (Peer, _ listener: Int32) -> any Conversation, onSignal: @escaping (Int32) -> Reaction
  ) {
    self.listeners = listeners
    self.converse = converse
    self.onSignal = onSignal
    self.lifeline = lifeline
    signals = Signals.catching(catching)
  }

  /// Serves until a signal ends it; returns the exit code.
  func run() -> Int32 {
    while true {
      if isDraining && connections.isEmpty { return 0 }
      let now = monotonicSeconds()
      closeAll { $0.deadline <= now }

      var entries = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
      entries.append(pollfd(fd: lifeline ?? -1, events: Int16(POLLIN), revents: 0))
      for listener in listeners {
        entries.append(pollfd(fd: isDraining ? -1 : listener, events: Int16(POLLIN), revents: 0))
      }
      let firstConnection = entries.count
      for connection in connections {
        let events = connection.isSending ? POLLOUT : POLLIN
        entries.append(pollfd(fd: connection.socket, events: Int16(events), revents: 0))
      }
      let nearest = connections.map(\.deadline).min()
      let timeout = nearest.map { Int32(clamping: max(0, $0 - now) * 1000 + 1) } ?? -1
      if poll(&entries, nfds_t(entries.count), timeout) < 0 { continue }

      if entries[0].revents != 0 {
        for signal in Signals.pending() {
          switch onSignal(signal) {
          case .carryOn: break
          case .stop(let code): return code
          case .drain:
            isDraining = true
            for listener in listeners { close(listener) }
            for connection in connections { connection.hurry() }
          }
        }
      }
      if entries[1].revents != 0 { return 1 }

      for (connection, entry) in zip(connections, entries[firstConnection...]) {
        if entry.revents != 0 { connection.advance() }
        if isDraining && connection.isIdle { connection.isOver = true }
      }
      closeAll { $0.isOver }
      // Listeners last: a connection's place in the list matches its poll entry until here.
      for entry in entries[2..<firstConnection] where entry.revents & Int16(POLLIN) != 0 && !isDraining {
        acceptAll(entry.fd)
      }
    }
  }

  private func acceptAll(_ listener: Int32) {
    while true {
      var storage = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let socket = withUnsafeMutablePointer(to: &storage) {
        accept(listener, UnsafeMutableRawPointer($0).assumingMemoryBound(to: sockaddr.self), &length)
      }
      if socket < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        // Out of descriptors: make room, else this loop would be woken forever.
        if errno == EMFILE || errno == ENFILE { dismissQuietest() }
        return
      }
      _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
      var on: Int32 = 1
      setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
      if connections.count >= Self.maximumConnections { dismissQuietest() }
      connections.append(Connection(socket, converse(Peer(storage), listener)))
    }
  }

  private func dismissQuietest() {
    guard let quietest = connections.min(by: { $0.lastHeard < $1.lastHeard }) else { return }
    closeAll { $0 === quietest }
  }

  private func closeAll(where condition: (Connection) -> Bool) {
    connections.removeAll { connection in
      guard condition(connection) else { return false }
      connection.end()
      return true
    }
  }
}

/// One accepted socket with what has come in and what is still to go out.
private final class Connection {
  let socket: Int32
  private let conversation: any Conversation
  private var input: [UInt8] = []
  private var output: Reply?
  private var sent = 0
  private var hasBeenAnswered = false
  var isOver = false
  /// After the last reply: the other side reads what was sent, and what it still sends is thrown away.
  private var isLingering = false
  private(set) var deadline: Int
  private(set) var lastHeard: Int

  init(_ socket: Int32, _ conversation: any Conversation) {
    self.socket = socket
    self.conversation = conversation
    lastHeard = monotonicSeconds()
    deadline = lastHeard + conversation.patience.within
  }

  var isSending: Bool { output != nil }
  /// Between two messages. Who has just come and not said anything yet is about to.
  var isIdle: Bool { output == nil && input.isEmpty && hasBeenAnswered }

  /// The program is about to end: a first request has to come soon.
  func hurry() {
    if output == nil { deadline = min(deadline, monotonicSeconds() + 10) }
  }

  /// Reads or writes as far as the socket goes without waiting.
  func advance() {
    if isSending { sendMore() } else { receive() }
  }

  func end() {
    if let file = output?.file { close(file.descriptor) }
    close(socket)
  }

  private func receive() {
    let count = withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { chunk in
      let count = recv(socket, chunk.baseAddress, chunk.count, Int32(MSG_DONTWAIT))
      if count > 0 && !isLingering { input.append(contentsOf: chunk[..<count]) }
      return count
    }
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
    if count <= 0 {
      isOver = true
      return
    }
    lastHeard = monotonicSeconds()
    if !isLingering { converse() }
  }

  /// Answers as many complete messages as there are, as long as the socket takes the answers.
  private func converse() {
    while !isOver && !isSending && !isLingering {
      switch conversation.next(&input) {
      case .hangUp: isOver = true
      case .waitForMore:
        let patience = conversation.patience
        deadline = monotonicSeconds() + (input.isEmpty ? patience.between : patience.within)
        return
      case .reply(let reply):
        output = reply
        sent = 0
        flush()
      }
    }
  }

  private func sendMore() {
    flush()
    if !isSending { converse() }
  }

  private func flush() {
    guard var reply = output else { return }
    while true {
      if sent == reply.bytes.count {
        guard let file = reply.file, file.remaining > 0 else { break }
        let want = min(file.remaining, 65_536)
        reply.bytes = [UInt8](unsafeUninitializedCapacity: want) { buffer, count in
          count = max(0, pread(file.descriptor, buffer.baseAddress, want, file.offset))
        }
        sent = 0
        // The file became shorter than was promised: only breaking off tells the other side.
        if reply.bytes.isEmpty {
          isOver = true
          break
        }
        reply.file?.offset += reply.bytes.count
        reply.file?.remaining -= reply.bytes.count
      }
      let count = reply.bytes.withUnsafeBytes {
        send(
          socket, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno != EAGAIN {
          isOver = true
          break
        }
        deadline = monotonicSeconds() + conversation.patience.within
        output = reply
        return
      }
      sent += count
    }
    if let file = reply.file { close(file.descriptor) }
    output = nil
    hasBeenAnswered = true
    if reply.hangsUp { linger() }
  }

  /// Closing with unread input would reset the connection and could take the reply with it.
  private func linger() {
    shutdown(socket, Int32(SHUT_WR))
    isLingering = true
    input = []
    deadline = monotonicSeconds() + 5
  }
}

/// Seconds of a clock that nobody sets.
func monotonicSeconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec
}
