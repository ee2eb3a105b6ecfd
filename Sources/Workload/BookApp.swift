import Glibc

/// `nigelpoulton/k8sbook`: `node ./app.js`, one page on 8080 that tells where it runs.
enum BookApp {
  static func main(_ arguments: [String]) -> Int32 {
    guard arguments.count > 1 else {
      write("node: this stand-in runs its image's ./app.js only: node ./app.js\n", to: STDERR_FILENO)
      return 9
    }
    guard baseName(arguments[1]) == "app.js", let page = readText(arguments[1]) else {
      write("node: cannot run \(arguments[1]): this stand-in runs its image's ./app.js only\n", to: STDERR_FILENO)
      return 1
    }
    let port = environmentVariable("PORT") ?? "8080"
    guard let address = ListenAddress(port) else {
      write(
        "RangeError [ERR_SOCKET_BAD_PORT]: options.port should be >= 0 and < 65536. Received \(port).\n",
        to: STDERR_FILENO)
      return 1
    }
    switch address.listen() {
    case .failure(let failure):
      let name =
        failure.reason == EADDRINUSE ? "EADDRINUSE: address already in use" : String(cString: strerror(failure.reason))
      write("Error: listen \(name) :::\(address.port)\n", to: STDERR_FILENO)
      return 1
    case .success(let listener):
      let application = WebApplication(
        answer: { request in
          guard request.method == "GET" || request.method == "HEAD" else {
            return html("<pre>Cannot \(request.method) \(escapedForHTML(request.path))</pre>\n", status: 404)
          }
          guard request.path == "/" else {
            return html("<pre>Cannot GET \(escapedForHTML(request.path))</pre>\n", status: 404)
          }
          return html(filled(page, hostName: hostName()))
        },
        refuse: { html("\($0.status) \(HTTPResponse.reason($0.status))\n", status: $0.status) })
      return ServerLoop(listeners: [listener]) { peer, _ in
        HTTPConversation(application, peer)
      } onSignal: { signal in
        if signal == SIGCHLD {
          _ = Signals.reapChildren()
          return .carryOn
        }
        return .stop(128 + signal)
      }.run()
    }
  }

  /// The page with the pod's name in place of its one hole.
  private static func filled(_ page: String, hostName: String) -> String {
    let hole = "{{hostname}}"
    var result = ""
    var rest = page[...]
    while let character = rest.first {
      if rest.hasPrefix(hole) {
        result += escapedForHTML(hostName)
        rest = rest.dropFirst(hole.count)
      } else {
        result.append(character)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  private static func html(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status,
      [
        ("X-Powered-By", "Podium"), ("Content-Type", "text/html; charset=utf-8"),
        ("Date", CalendarTime.now(utc: true).httpDate),
      ],
      text: text)
  }
}

/// Text that a browser shows as it is.
func escapedForHTML(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.append(character)
    }
  }
  return result
}
