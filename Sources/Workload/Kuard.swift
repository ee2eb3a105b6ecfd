import Glibc

/// `kuard`: the demo server of "Kubernetes Up & Running", with probes that fail on demand.
enum Kuard {
  static func main(_ arguments: [String]) -> Int32 {
    var address = ":8080"
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1)
      guard argument.hasPrefix("-"), let name = parts.first, ["address", "debug"].contains(name) else {
        write(
          "unknown flag: \(argument)\nUsage of kuard:\n      --address string   The address to serve on (default \":8080\")\n",
          to: STDERR_FILENO)
        return 2
      }
      if name == "address", let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() { address = value }
    }
    guard let listenAddress = ListenAddress(address) else {
      GoServer.log("listen tcp \(address): unknown port")
      return 1
    }
    let server = Server()
    GoServer.log("Starting kuard version: \(version)")
    GoServer.log("Serving on HTTP on \(address)")
    return GoServer.run(listenAddress) { exchange in
      guard let request = exchange.request else { return }
      GoServer.log("\(exchange.peer.hostAndPort) \(request.method) \(request.target)")
    } answer: {
      server.answer($0)
    }
  }

  fileprivate static var version: String { environmentVariable("KUARD_VERSION") ?? "stand-in of Podium" }
}

/// A probe's answers: how many of the next fail, and the last ones given.
private struct SwitchableProbe {
  /// Negative means all of them, until told otherwise.
  var failNext = 0
  private(set) var history: [(id: Int, when: String, code: Int)] = []
  private var count = 0

  mutating func answer() -> HTTPResponse {
    let fails = failNext != 0
    if failNext > 0 { failNext -= 1 }
    count += 1
    history.append((count, CalendarTime.now().iso8601, fails ? 500 : 200))
    if history.count > 20 { history.removeFirst() }
    return fails ? GoServer.text("fail", status: 500) : GoServer.text("ok")
  }

  var json: String {
    let entries = history.reversed().map { "{\"id\":\($0.id),\"when\":\"\($0.when)\",\"code\":\($0.code)}" }
    return "{\"failNext\":\(failNext),\"history\":[\(entries.joined(separator: ","))]}\n"
  }
}

private final class Server {
  private var probes = ["healthy": SwitchableProbe(), "ready": SwitchableProbe()]
  /// Memory taken on request, for lessons about limits.
  private var ballast: [[UInt8]] = []

  func answer(_ request: HTTPRequest) -> HTTPResponse {
    let parts = request.path.split(separator: "/").map(String.init)
    switch (parts.first ?? "", parts.dropFirst().first) {
    case ("", _): return page(request)
    case ("healthy", nil), ("ready", nil): return probes[parts[0]]!.answer()
    case ("healthy", "api"), ("ready", "api"): return switchProbe(parts[0], request)
    case ("env", "api"): return json(environmentAsJSON())
    case ("env", nil): return GoServer.text(variables().map { "\($0.0)=\($0.1)\n" }.joined())
    case ("mem", "api"): return memory(parts.dropFirst(2).first, request)
    case ("fs", _): return browse("/" + parts.dropFirst().joined(separator: "/"))
    default: return GoServer.notFound
    }
  }

  private func switchProbe(_ name: String, _ request: HTTPRequest) -> HTTPResponse {
    switch request.method {
    case "GET", "HEAD": return json(probes[name]!.json)
    case "PUT", "POST":
      let body = String(decoding: request.body, as: UTF8.self)
      guard let number = number(named: "failNext", in: body) else {
        return GoServer.text("expected {\"failNext\": N}\n", status: 400)
      }
      probes[name]!.failNext = number
      // A browser that came by the form goes back to the page.
      let isForm = request.header("content-type")?.hasPrefix("application/x-www-form-urlencoded") ?? false
      if isForm && !body.hasPrefix("{") { return HTTPResponse(303, [("Location", "/")], text: "") }
      return json(probes[name]!.json)
    default: return GoServer.text("Method Not Allowed\n", status: 405)
    }
  }

  /// The number in `{"failNext": 3}` or `failNext=3`.
  private func number(named name: String, in body: String) -> Int? {
    if let field = HTTPRequest.field(name, in: body) { return Int(field) }
    let bytes = Array(body.utf8)
    let key = Array("\"\(name)\"".utf8)
    guard bytes.count > key.count else { return nil }
    for start in 0..<(bytes.count - key.count) where bytes[start...].starts(with: key) {
      let value = bytes[(start + key.count)...].drop { $0 == 32 || $0 == 58 }
      return Int(String(decoding: value.prefix { $0 == 45 || ($0 >= 48 && $0 <= 57) }, as: UTF8.self))
    }
    return nil
  }

  private func memory(_ action: String?, _ request: HTTPRequest) -> HTTPResponse {
    switch action {
    case nil: break
    case "alloc":
      guard let size = HTTPRequest.field("size", in: request.query).flatMap({ Int($0) }), size > 0, size <= 1 << 32
      else {
        return GoServer.text("expected ?size=BYTES, at most 4294967296\n", status: 400)
      }
      // Written, not only reserved: untouched memory costs nothing.
      ballast.append([UInt8](repeating: 1, count: size))
    case "clear": ballast = []
    default: return GoServer.notFound
    }
    return json("{\"allocated\":\(ballast.reduce(0) { $0 + $1.count })}\n")
  }

  private func browse(_ path: String) -> HTTPResponse {
    if let names = listDirectory(path) {
      let links = names.map { name in
        let shown = escapedForHTML(name)
        return "<li><a href=\"/fs\(escapedForHTML(path == "/" ? "" : path))/\(shown)\">\(shown)</a></li>"
      }
      return GoServer.html("<h1>\(escapedForHTML(path))</h1>\n<ul>\n\(links.joined(separator: "\n"))\n</ul>\n")
    }
    guard let content = readFile(path) else { return GoServer.notFound }
    return HTTPResponse(200, [("Content-Type", "text/plain; charset=utf-8")], body: .bytes(content))
  }

  private func page(_ request: HTTPRequest) -> HTTPResponse {
    var text = """
      <!DOCTYPE html>
      <html><head><title>KUAR Demo</title></head><body>
      <h1>Demo application of "Kubernetes Up &amp; Running"</h1>
      <p>Version: \(escapedForHTML(Kuard.version)), a stand-in made by Podium</p>
      <p>Host name: \(escapedForHTML(hostName()))<br>Your address: \(escapedForHTML(request.peer.hostAndPort))</p>

      """
    for name in ["healthy", "ready"] {
      let failNext = probes[name]!.failNext
      let state = failNext == 0 ? "succeeds" : failNext < 0 ? "fails" : "fails \(failNext) more times"
      let buttons = [("Succeed", 0), ("Fail", -1), ("Fail for the next 3 calls", 3)].map { label, value in
        "<button name=\"failNext\" value=\"\(value)\">\(label)</button>"
      }
      text += "<form method=\"post\" action=\"/\(name)/api\"><b>/\(name)</b> \(state). \(buttons.joined())</form>\n"
    }
    text += """
      <p><a href="/env">environment</a>, <a href="/fs/">file system</a>,
      <a href="/healthy/api">liveness calls</a>, <a href="/ready/api">readiness calls</a></p>
      </body></html>

      """
    return GoServer.html(text)
  }

  private func variables() -> [(String, String)] {
    var result: [(String, String)] = []
    var entry = environ
    while let pointer = entry.pointee {
      let parts = String(cString: pointer).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { result.append((String(parts[0]), String(parts[1]))) }
      entry += 1
    }
    return result.sorted { $0.0 < $1.0 }
  }

  private func environmentAsJSON() -> String {
    let members = variables().map { "\(quotedForJSON($0.0)):\(quotedForJSON($0.1))" }
    return
      "{\"commandLine\":[\(CommandLine.arguments.map(quotedForJSON).joined(separator: ","))],\"env\":{\(members.joined(separator: ","))}}\n"
  }

  private func json(_ text: String) -> HTTPResponse {
    HTTPResponse(200, [("Content-Type", "application/json")], text: text)
  }
}

/// A JSON string.
func quotedForJSON(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    case _ where scalar.value < 0x20:
      result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
