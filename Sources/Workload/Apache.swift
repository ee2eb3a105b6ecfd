import Glibc

/// `httpd`, the Apache web server: files of one directory, on port 80.
enum Apache {
  private static let version = "2.4.62"

  static func main(_ arguments: [String]) -> Int32 {
    var settings = Settings()
    if let complaint = settings.read(arguments.dropFirst()) {
      write("\(complaint)\n", to: STDERR_FILENO)
      return 1
    }
    switch settings.action {
    case .showVersion:
      write("Server version: Apache/\(version) (Podium's stand-in)\n", to: STDOUT_FILENO)
      return 0
    case .test:
      write("Syntax OK\n", to: STDERR_FILENO)
      return 0
    case .serve: break
    }
    guard let address = ListenAddress(settings.listen) else {
      write("AH00526: Port must be specified: \(settings.listen)\n", to: STDERR_FILENO)
      return 1
    }
    switch address.listen() {
    case .failure(let failure):
      let reason = String(cString: strerror(failure.reason))
      write(
        "(\(failure.reason))\(reason): AH00072: make_sock: could not bind to address \(address.host ?? "[::]"):\(address.port)\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n",
        to: STDERR_FILENO)
      return 1
    case .success(let listener):
      note("AH00489: Apache/\(version) (Podium's stand-in) configured -- resuming normal operations")
      note("AH00094: Command line: '\(arguments.joined(separator: " "))'")
      let root = settings.root
      let application = WebApplication(
        answer: { answer($0, root: root) },
        refuse: { page($0.status, "Your browser sent a request that this server could not understand.") },
        log: { exchange in
          let bytes = exchange.bodyBytesSent == 0 ? "-" : "\(exchange.bodyBytesSent)"
          let line = exchange.requestLine.unicodeScalars.map { $0.value < 32 || $0 == "\"" ? "?" : String($0) }.joined()
          write(
            "\(exchange.peer.address) - - [\(CalendarTime.now().commonLog)] \"\(line)\" \(exchange.status) \(bytes)\n",
            to: STDOUT_FILENO)
        })
      return ServerLoop(listeners: [listener], catching: [SIGTERM, SIGINT, SIGQUIT, SIGWINCH, SIGCHLD]) { peer, _ in
        HTTPConversation(application, peer)
      } onSignal: { signal in
        switch signal {
        case SIGCHLD:
          _ = Signals.reapChildren()
          return .carryOn
        case SIGWINCH:
          note("AH00492: caught SIGWINCH, shutting down gracefully")
          return .drain
        default:
          note("AH00491: caught SIGTERM, shutting down")
          return .stop(0)
        }
      }.run()
    }
  }

  private static func note(_ message: String) {
    write(
      "[\(CalendarTime.now().apacheLog)] [core:notice] [pid \(getpid()):tid \(getpid())] \(message)\n",
      to: STDERR_FILENO)
  }

  private static func answer(_ request: HTTPRequest, root: String) -> HTTPResponse {
    guard request.method == "GET" || request.method == "HEAD" else {
      return page(405, "The requested method \(escapedForHTML(request.method)) is not allowed for this URL.")
    }
    let target = root + request.path
    let file = request.path.hasSuffix("/") ? target + "index.html" : target
    switch StaticFile.open(file) {
    case .success(let found):
      let type = ContentTypes.forFile(file).map { [("Content-Type", $0)] } ?? []
      return found.response(to: request, headers: identity + type)
    case .failure(.isDirectory):
      var moved = page(301, "The document has moved.")
      let host = request.header("host").map { "http://\($0)" } ?? ""
      moved.headers.append(("Location", host + percentEncoded(request.path) + "/"))
      return moved
    case .failure(.forbidden): return page(403, "You don't have permission to access this resource.")
    case .failure(.missing):
      guard request.path.hasSuffix("/"), let names = listDirectory(target) else {
        return page(404, "The requested URL was not found on this server.")
      }
      let title = "Index of \(escapedForHTML(request.path))"
      let items = names.map { "<li><a href=\"\(percentEncoded($0))\"> \(escapedForHTML($0))</a></li>\n" }.joined()
      return html(
        200, "<html><head><title>\(title)</title></head>\n<body><h1>\(title)</h1>\n<ul>\(items)</ul>\n</body></html>\n")
    }
  }

  private static func page(_ status: Int, _ explanation: String) -> HTTPResponse {
    let reason = HTTPResponse.reason(status)
    return html(
      status,
      "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>\(status) \(reason)</title>\n</head><body>\n<h1>\(reason)</h1>\n<p>\(explanation)</p>\n</body></html>\n"
    )
  }

  private static func html(_ status: Int, _ text: String) -> HTTPResponse {
    HTTPResponse(status, identity + [("Content-Type", "text/html; charset=iso-8859-1")], text: text)
  }

  private static var identity: [(String, String)] {
    [("Date", CalendarTime.now(utc: true).httpDate), ("Server", "Apache/\(version) (Unix)")]
  }

  private struct Settings {
    enum Action {
      case serve, test, showVersion
    }

    var action = Action.serve
    var listen = "80"
    var root = "/usr/local/apache2/htdocs"

    /// Reads the command line and httpd.conf; returns what is wrong with them, if anything is.
    mutating func read(_ arguments: ArraySlice<String>) -> String? {
      var file = "/usr/local/apache2/conf/httpd.conf"
      var directives: [String] = []
      var rest = arguments
      while let word = rest.popFirst() {
        switch word {
        case "-v", "-V": action = .showVersion
        case "-t": action = .test
        case "-DFOREGROUND", "-X": break
        case "-D", "-e", "-E", "-d": _ = rest.popFirst()
        case "-f": file = rest.popFirst() ?? file
        case "-c", "-C": directives.append(rest.popFirst() ?? "")
        default:
          return "httpd: unknown option \(word)\nUsage: httpd [-D name] [-f file] [-c \"directive\"] [-v] [-t] [-X]"
        }
      }
      let lines = (readText(file) ?? "").split(separator: "\n").map(String.init)
      for line in lines + directives {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard words.count > 1 else { continue }
        let value = words[1].hasPrefix("\"") ? String(words[1].dropFirst().dropLast()) : words[1]
        switch words[0].lowercased() {
        case "listen": listen = value
        case "documentroot": root = value
        default: continue
        }
      }
      return nil
    }
  }
}
