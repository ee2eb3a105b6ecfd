/// One short conversation with a database, blocking for at most two seconds a step.
struct MongoClient {
  private let connection: TCPConnection

  /// Connects to `host` or `host:port`; nil when nobody answers as a database does.
  static func connect(_ server: String) -> MongoClient? {
    var host = server
    var port = "27017"
    if let colon = server.lastIndex(of: ":") {
      host = String(server[..<colon])
      port = String(server[server.index(after: colon)...])
    }
    guard case .success(let connection) = TCPConnection.open(host, port, seconds: 2) else { return nil }
    let client = MongoClient(connection: connection)
    if client.answers { return client }
    connection.close()
    return nil
  }

  func disconnect() { connection.close() }

  private var answers: Bool {
    ask(MongoMessage.query("admin.$cmd", BSONDocument([("ismaster", .int32(1))]), id: 1)) != nil
  }

  /// The documents of the reply; nil when the connection is broken.
  func ask(_ message: MongoMessage) -> [ArraySlice<UInt8>]? {
    guard tell(message) else { return nil }
    var input: [UInt8] = []
    while true {
      switch MongoMessage.cut(&input) {
      case .malformed: return nil
      case .message(let reply): return MongoMessage.documents(reply.body.dropFirst(20))
      case .incomplete:
        guard let more = connection.receive(), !more.isEmpty else { return nil }
        input += more
      }
    }
  }

  func tell(_ message: MongoMessage) -> Bool { connection.send(message.bytes) }
}
