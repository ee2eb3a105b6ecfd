import Glibc

/// `vfarcic/go-demo-2`: an API on 8080 that will not start without its database.
enum GoDemo {
  private static let people = "test.people"

  static func main(_ arguments: [String]) -> Int32 {
    GoServer.log("Starting the application")
    let database = environmentVariable("DB").flatMap { $0.isEmpty ? nil : $0 } ?? "localhost"
    GoServer.log("Configuring DB \(database)")
    // A stop must be heard while the database is still being looked for.
    signal(SIGTERM) { exit(Signals.dieOf($0)) }
    signal(SIGINT) { exit(Signals.dieOf($0)) }
    guard isReachable(database, within: 10) else {
      write("panic: no reachable servers\n\ngoroutine 1 [running]:\nmain.setupDb()\n", to: STDERR_FILENO)
      return 2
    }
    guard let address = ListenAddress(environmentVariable("PORT") ?? "8080") else {
      GoServer.log("listen tcp: unknown port")
      return 1
    }
    return GoServer.run(address) { request in
      GoServer.log("\(request.method) request to \(request.target)")
      return answer(request, database)
    }
  }

  private static func isReachable(_ database: String, within seconds: Int) -> Bool {
    let end = monotonicSeconds() + seconds
    while true {
      if let client = MongoClient.connect(database) {
        client.disconnect()
        return true
      }
      if monotonicSeconds() >= end { return false }
      usleep(250_000)
    }
  }

  private static func answer(_ request: HTTPRequest, _ database: String) -> HTTPResponse {
    switch (request.method, request.path) {
    case (_, "/demo/hello"): return GoServer.text("hello, world!\n")
    case (_, "/demo/random-error"):
      if Int.random(in: 0..<10) == 0 { return GoServer.text("Something, somewhere, went wrong!\n", status: 500) }
      return GoServer.text("Everything is still OK\n")
    case ("PUT", "/demo/person"):
      guard let name = HTTPRequest.field("name", in: request.query), !name.isEmpty else {
        return GoServer.text("Name must be specified\n", status: 400)
      }
      return withDatabase(database) { client in
        let upsert = MongoMessage.upsert(
          people, BSONDocument([("_id", .text(name))]), BSONDocument([("_id", .text(name)), ("name", .text(name))]),
          id: 2)
        // The question after it makes sure that the update, which has no answer, has been taken.
        let ping = MongoMessage.query("test.$cmd", BSONDocument([("getLastError", .int32(1))]), id: 3)
        guard client.tell(upsert), client.ask(ping) != nil else { return nil }
        return GoServer.text("")
      }
    case (_, "/demo/person"):
      return withDatabase(database) { client in
        client.ask(MongoMessage.query(people, BSONDocument([]), id: 2)).map { documents in
          let names = documents.compactMap { BSONDocument.text("name", in: $0) }
          return GoServer.text(names.map { "{\"Name\":\(quotedForJSON($0))}" }.joined(separator: "\n"))
        }
      }
    default: return GoServer.notFound
    }
  }

  private static func withDatabase(_ database: String, _ body: (MongoClient) -> HTTPResponse?) -> HTTPResponse {
    let lost = GoServer.text("EOF: the database at \(database) does not answer\n", status: 500)
    guard let client = MongoClient.connect(database) else { return lost }
    defer { client.disconnect() }
    return body(client) ?? lost
  }
}
