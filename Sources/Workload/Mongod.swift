import Glibc

/// `mongod`: a database that keeps whole documents in collections, enough for the lessons' applications.
enum Mongod {
  static func main(_ arguments: [String]) -> Int32 {
    var options = Options()
    if let complaint = options.read(arguments.dropFirst()) {
      write("Error parsing command line: \(complaint)\ntry 'mongod --help' for more information\n", to: STDERR_FILENO)
      return 2
    }
    if options.wantsVersion {
      write("db version v3.3.15 (Podium's stand-in)\n", to: STDOUT_FILENO)
      return 0
    }
    log(
      "CONTROL", "initandlisten",
      "MongoDB starting : pid=\(getpid()) port=\(options.port) dbpath=\(options.folder) 64-bit host=\(hostName())")
    log("CONTROL", "initandlisten", "db version v3.3.15 (Podium's stand-in)")
    guard let collections = Collections(folder: options.folder) else {
      log(
        "STORAGE", "initandlisten",
        "exception in initAndListen: NonExistentPath: Data directory \(options.folder) not found., terminating")
      log("CONTROL", "initandlisten", "now exiting with code 100")
      return 100
    }

    var listeners: [Int32] = []
    var ports = [options.port]
    if options.servesHTTP { ports.append(options.port &+ 1000) }
    for port in ports {
      var address = ListenAddress(port: port)
      address.host = options.bindAddress
      switch address.listen() {
      case .success(let listener): listeners.append(listener)
      case .failure(let failure):
        let reason = String(cString: strerror(failure.reason))
        log(
          "NETWORK", "initandlisten",
          "listen(): \(failure.call) failed \(reason) for socket: \(options.bindAddress ?? "0.0.0.0"):\(port)")
        log("CONTROL", "initandlisten", "now exiting with code 48")
        return 48
      }
    }
    log("NETWORK", "thread1", "waiting for connections on port \(options.port)")

    let census = Census()
    let code = ServerLoop(listeners: listeners) { peer, _ in
      MongoConversation(peer, collections, census)
    } onSignal: { signal in
      if signal == SIGCHLD {
        _ = Signals.reapChildren()
        return .carryOn
      }
      log(
        "CONTROL", "signalProcessingThread",
        "got signal \(signal) (\(String(cString: strsignal(signal)))), will terminate after current cmd ends")
      return .stop(0)
    }.run()
    log("CONTROL", "signalProcessingThread", "shutting down with code:\(code)")
    return code
  }

  fileprivate static func log(_ component: String, _ thread: String, _ message: String) {
    let padded = component + String(repeating: " ", count: max(0, 8 - component.count))
    write("\(CalendarTime.now().withMilliseconds) I \(padded) [\(thread)] \(message)\n", to: STDOUT_FILENO)
  }

  private struct Options {
    var port: UInt16 = 27017
    var folder = "/data/db"
    var bindAddress: String?
    var servesHTTP = false
    var wantsVersion = false

    /// Returns what is wrong with the command line, if anything is.
    mutating func read(_ arguments: ArraySlice<String>) -> String? {
      var rest = arguments
      while let argument = rest.popFirst() {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        let name = parts[0]
        func value() -> String? { parts.count > 1 ? parts[1] : rest.popFirst() }
        switch name {
        case "--httpinterface", "--rest": servesHTTP = true
        case "--version": wantsVersion = true
        // Settings of a storage engine that this stand-in does not have; its data is small and always flushed.
        case "--smallfiles", "--nojournal", "--journal", "--noprealloc", "--quiet", "-v": break
        case "--storageEngine", "--oplogSize", "--wiredTigerCacheSizeGB": _ = value()
        case "--port":
          guard let port = value().flatMap({ UInt16($0) }) else { return "the argument for option '--port' is invalid" }
          self.port = port
        case "--dbpath":
          guard let path = value() else { return "required argument is missing in option '--dbpath'" }
          folder = path
        case "--bind_ip", "--bind_ip_all":
          guard name == "--bind_ip" else { continue }
          guard let address = value() else { return "required argument is missing in option '--bind_ip'" }
          bindAddress = address == "localhost" ? "127.0.0.1" : address
        default: return "unrecognised option '\(argument)'"
        }
      }
      return nil
    }
  }
}

/// Who is connected, for the log.
private final class Census {
  var total = 0
  var open = 0
}

/// Documents by collection, kept in one file of the data directory.
private final class Collections {
  private static let sizeLimit = 4 << 20
  private let file: String
  private var content: [String: [[UInt8]]] = [:]
  private var size = 0

  init?(folder: String) {
    guard listDirectory(folder) != nil else { return nil }
    file = folder + "/collections.bson"
    var rest = (readFile(file, limit: Self.sizeLimit * 2) ?? [])[...]
    while let end = rest.firstIndex(of: 0), let length = BSONDocument.length(rest[(end + 1)...]) {
      let name = String(decoding: rest[..<end], as: UTF8.self)
      let document = Array(rest[(end + 1)..<(end + 1 + length)])
      content[name, default: []].append(document)
      size += document.count
      rest = rest[(end + 1 + length)...]
    }
  }

  subscript(name: String) -> [[UInt8]] { content[name] ?? [] }

  /// Adds a document in the place of the one with the same `_id`.
  func put(_ document: ArraySlice<UInt8>, in name: String) {
    guard size + document.count <= Self.sizeLimit else { return }
    let id = identity(document)
    var documents = self[name]
    if let id, let index = documents.firstIndex(where: { identity($0[...]) == id }) {
      size -= documents[index].count
      documents[index] = Array(document)
    } else {
      documents.append(Array(document))
    }
    size += document.count
    content[name] = documents
    save()
  }

  private func identity(_ document: ArraySlice<UInt8>) -> [UInt8]? {
    BSONDocument.leadingFields(document).first { $0.name == "_id" }.map { Array($0.raw) }
  }

  private func save() {
    var bytes: [UInt8] = []
    for name in content.keys.sorted() {
      for document in self[name] { bytes += Array(name.utf8) + [0] + document }
    }
    let draft = file + ".new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    if descriptor < 0 { return }
    write(bytes, to: descriptor)
    fsync(descriptor)
    close(descriptor)
    rename(draft, file)
  }
}

private final class MongoConversation: Conversation {
  private let peer: Peer
  private let collections: Collections
  private let census: Census
  private let number: Int
  /// A driver keeps its connection open as long as it likes, but finishes a message it has begun.
  let patience = (within: 60, between: 1 << 30)

  init(_ peer: Peer, _ collections: Collections, _ census: Census) {
    self.peer = peer
    self.collections = collections
    self.census = census
    census.total += 1
    census.open += 1
    number = census.total
    Mongod.log("NETWORK", "thread1", "connection accepted from \(peer.hostAndPort) #\(number) (\(shownOpen))")
  }

  deinit {
    census.open -= 1
    Mongod.log("-", "conn\(number)", "end connection \(peer.hostAndPort) (\(shownOpen))")
  }

  private var shownOpen: String { census.open == 1 ? "1 connection now open" : "\(census.open) connections now open" }

  func next(_ input: inout [UInt8]) -> ConversationStep {
    if input.starts(with: "GET ".utf8) || input.starts(with: "HEAD ".utf8) { return answerBrowser(&input) }
    while true {
      switch MongoMessage.cut(&input) {
      case .incomplete: return .waitForMore
      case .malformed: return .hangUp
      case .message(let message):
        if let reply = answer(message) { return .reply(Reply(bytes: reply.bytes)) }
      }
    }
  }

  /// Inserts and updates have no answer of their own.
  private func answer(_ message: MongoMessage) -> MongoMessage? {
    guard let operation = MongoMessage.Operation(rawValue: message.operation),
      let (name, rest) = message.collectionAndRest
    else { return nil }
    switch operation {
    case .reply: return nil
    case .insert:
      for document in MongoMessage.documents(rest) { collections.put(document, in: name) }
      return nil
    case .update:
      if let document = MongoMessage.documents(rest.dropFirst(4)).dropFirst().first {
        collections.put(document, in: name)
      }
      return nil
    case .query:
      guard name.hasSuffix(".$cmd") else { return MongoMessage.reply(collections[name], to: message.requestID) }
      let command = MongoMessage.documents(rest.dropFirst(8)).first.flatMap {
        BSONDocument.leadingFields($0).first?.name
      }
      return MongoMessage.reply([answer(command ?? "").bytes], to: message.requestID)
    }
  }

  private func answer(_ command: String) -> BSONDocument {
    switch command.lowercased() {
    case "ping", "getlasterror": BSONDocument([("ok", .double(1))])
    case "ismaster":
      BSONDocument([
        ("ismaster", .bool(true)), ("maxBsonObjectSize", .int32(Int32(MongoMessage.lengthLimit))),
        ("maxMessageSizeBytes", .int32(Int32(MongoMessage.lengthLimit))), ("maxWireVersion", .int32(2)),
        ("minWireVersion", .int32(0)), ("ok", .double(1)),
      ])
    case "buildinfo": BSONDocument([("version", .text("3.3.15")), ("modules", .array([])), ("ok", .double(1))])
    default:
      BSONDocument([
        ("ok", .double(0)), ("errmsg", .text("no such command: '\(command)'")), ("code", .int32(59)),
      ])
    }
  }

  private func answerBrowser(_ input: inout [UInt8]) -> ConversationStep {
    do throws(BadRequest) {
      guard try HTTPRequestParser.parse(&input, from: peer) != nil else { return .waitForMore }
    } catch {
      return .hangUp
    }
    let text = "It looks like you are trying to access MongoDB over HTTP on the native driver port.\n"
    let head =
      "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
    return .reply(Reply(bytes: Array((head + text).utf8), hangsUp: true))
  }
}
