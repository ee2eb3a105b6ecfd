import Glibc

/// One short conversation with a database, blocking for at most two seconds a step.
struct MongoClient {
  private let socket: Int32

  /// Connects to `host` or `host:port`; nil when nobody answers as a database does.
  static func connect(_ server: String) -> MongoClient? {
    var host = server
    var port = "27017"
    if let colon = server.lastIndex(of: ":") {
      host = String(server[..<colon])
      port = String(server[server.index(after: colon)...])
    }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, port, &hints, &list) == 0 else { return nil }
    defer { freeaddrinfo(list) }
    var entry = list
    while let address = entry?.pointee {
      entry = address.ai_next
      let number = Glibc.socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
      if number < 0 { continue }
      var patience = timeval(tv_sec: 2, tv_usec: 0)
      let size = socklen_t(MemoryLayout<timeval>.size)
      setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
      setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
      let client = MongoClient(socket: number)
      if Glibc.connect(number, address.ai_addr, address.ai_addrlen) == 0, client.answers { return client }
      close(number)
    }
    return nil
  }

  func disconnect() { close(socket) }

  private var answers: Bool {
    ask(MongoMessage.query("admin.$cmd", BSONDocument([("ismaster", .int32(1))]), id: 1)) != nil
  }

  /// The documents of the reply; nil when the connection is broken.
  func ask(_ message: MongoMessage) -> [ArraySlice<UInt8>]? {
    guard tell(message) else { return nil }
    var input: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      switch MongoMessage.cut(&input) {
      case .malformed: return nil
      case .message(let reply): return MongoMessage.documents(reply.body.dropFirst(20))
      case .incomplete:
        let count = recv(socket, &chunk, chunk.count, 0)
        if count <= 0 { return nil }
        input += chunk[..<count]
      }
    }
  }

  func tell(_ message: MongoMessage) -> Bool {
    let bytes = message.bytes
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(socket, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }
}
