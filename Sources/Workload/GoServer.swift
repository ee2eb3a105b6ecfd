import Glibc

/// A web server in the manner of Go's standard library, which several of the images are written with.
enum GoServer {
  /// Serves until a signal ends it; a port that is taken is reported as Go does, with exit code 1.
  static func run(
    _ address: ListenAddress, log: @escaping (LoggedExchange) -> Void = { _ in },
    answer: @escaping (HTTPRequest) -> HTTPResponse
  ) -> Int32 {
    switch address.listen() {
    case .failure(let failure):
      let shown = "\(address.host ?? ""):\(address.port)"
      let call = failure.call == "bind()" ? "bind" : "listen"
      let reason = String(cString: strerror(failure.reason)).lowercased()
      GoServer.log("listen tcp \(shown): \(call): \(reason)")
      return 1
    case .success(let listener):
      let application = WebApplication(
        answer: { request in
          var response = answer(request)
          response.headers.insert(("Date", CalendarTime.now(utc: true).httpDate), at: 0)
          return response
        },
        refuse: { bad in
          text("\(bad.status) \(HTTPResponse.reason(bad.status))", status: bad.status)
        },
        log: log)
      return ServerLoop(listeners: [listener]) { peer, _ in
        HTTPConversation(application, peer)
      } onSignal: { signal in
        if signal == SIGCHLD {
          _ = Signals.reapChildren()
          return .carryOn
        }
        return .stop(Signals.dieOf(signal))
      }.run()
    }
  }

  static func text(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(status, [("Content-Type", "text/plain; charset=utf-8")], text: text)
  }

  static func html(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(status, [("Content-Type", "text/html; charset=utf-8")], text: text)
  }

  static var notFound: HTTPResponse { text("404 page not found\n", status: 404) }

  /// A line as Go's logger writes it, to standard error.
  static func log(_ line: String) {
    write("\(CalendarTime.now().slashed) \(line)\n", to: STDERR_FILENO)
  }
}
