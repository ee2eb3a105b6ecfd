import Glibc

/// Answers requests as a configuration says.
final class NginxSite {
  static let version = "1.27.0"

  private let configuration: NginxConfiguration
  private let logs: NginxLogs

  init(_ configuration: NginxConfiguration, _ logs: NginxLogs) {
    self.configuration = configuration
    self.logs = logs
  }

  /// The application behind one listening address.
  func application(for address: ListenAddress) -> WebApplication {
    WebApplication(
      answer: { self.answer($0, on: address) },
      refuse: { self.errorPage($0.status, showsVersion: true) },
      log: { self.log($0, on: address) })
  }

  private func server(for request: HTTPRequest?, on address: ListenAddress) -> NginxServer? {
    let candidates = configuration.servers.filter { $0.listens.contains { $0.address == address } }
    let host = (request?.header("host") ?? "").lowercased().prefix { $0 != ":" }
    return candidates.first { $0.isNamed(String(host)) }
      ?? candidates.first { $0.listens.contains { $0.address == address && $0.isDefault } } ?? candidates.first
  }

  private func log(_ exchange: LoggedExchange, on address: ListenAddress) {
    let server = server(for: exchange.request, on: address)
    let location = exchange.request.flatMap { server?.location(for: $0.path) } ?? server?.defaults
    guard let location, let (path, name) = location.accessLog, let format = configuration.formats[name] else { return }
    let variables = NginxVariables(
      request: exchange.request, requestLine: exchange.requestLine, peer: exchange.peer, status: exchange.status,
      bodyBytesSent: exchange.bodyBytesSent, address: address, root: location.root)
    logs.write(variables.expanded(format, escaping: true) + "\n", to: path)
  }

  private func answer(_ request: HTTPRequest, on address: ListenAddress) -> HTTPResponse {
    guard let server = server(for: request, on: address) else { return errorPage(404, showsVersion: true) }
    var response = answer(request, request.path, server, address, depth: 0)
    let location = server.location(for: request.path)
    if let page = location.errorPages[response.status], response.status >= 400, page.uri.hasPrefix("/") {
      var replacement = answer(request, page.uri, server, address, depth: 1)
      if replacement.status == 200 {
        replacement.status = page.status ?? response.status
        response = replacement
      } else if case .file(let part) = replacement.body {
        close(part.descriptor)
      }
    }
    let variables = NginxVariables(
      request: request, requestLine: request.requestLine, peer: request.peer, status: response.status, bodyBytesSent: 0,
      address: address, root: location.root)
    for header in location.addedHeaders where header.always || response.status < 400 {
      response.headers.append((header.name, variables.expanded(header.value, escaping: false)))
    }
    return response
  }

  private func answer(
    _ request: HTTPRequest, _ path: String, _ server: NginxServer, _ address: ListenAddress, depth: Int
  ) -> HTTPResponse {
    let location = server.location(for: path)
    let variables = NginxVariables(
      request: request, requestLine: request.requestLine, peer: request.peer, status: 0, bodyBytesSent: 0,
      address: address, root: location.root)
    func failure(_ status: Int) -> HTTPResponse { errorPage(status, showsVersion: location.showsVersion) }

    if location.deniesAll { return failure(403) }
    if let (status, text) = location.fixedAnswer {
      let shown = variables.expanded(text, escaping: false)
      let headers = identity(location)
      if [301, 302, 303, 307, 308].contains(status) {
        var page = failure(status)
        page.headers.append(("Location", shown))
        return page
      }
      if shown.isEmpty && status >= 300 { return failure(status) }
      return HTTPResponse(status, headers + [("Content-Type", location.defaultType)], text: shown)
    }
    guard request.method == "GET" || request.method == "HEAD" else { return failure(405) }

    if !location.attempts.isEmpty {
      for attempt in location.attempts.dropLast() {
        let wanted = variables.expanded(attempt, escaping: false)
        let file = self.file(for: wanted, in: location)
        if wanted.hasSuffix("/") ? listDirectory(file) != nil : isOrdinaryFile(file) {
          return send(wanted, request, location, variables)
        }
      }
      let last = variables.expanded(location.attempts[location.attempts.count - 1], escaping: false)
      if last.hasPrefix("="), let status = Int(last.dropFirst()) { return failure(status) }
      // Each hop is a new search for a location; a circle of them ends here.
      if depth > 9 { return failure(500) }
      if let named = server.locations.first(where: { $0.match == .named && $0.pattern == last }) {
        if let (status, text) = named.fixedAnswer {
          let shown = variables.expanded(text, escaping: false)
          return HTTPResponse(status, identity(named) + [("Content-Type", named.defaultType)], text: shown)
        }
        return send(path, request, named, variables)
      }
      if server.location(for: last).attempts == location.attempts { return send(last, request, location, variables) }
      return answer(request, last, server, address, depth: depth + 1)
    }
    return send(path, request, location, variables)
  }

  private func file(for path: String, in location: NginxLocation) -> String {
    if let alias = location.alias { return alias + path.dropFirst(location.pattern.count) }
    return location.root + path
  }

  private func isOrdinaryFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private func send(
    _ path: String, _ request: HTTPRequest, _ location: NginxLocation, _ variables: NginxVariables
  ) -> HTTPResponse {
    func failure(_ status: Int, _ what: String? = nil, _ reason: Int32 = 0) -> HTTPResponse {
      if let what {
        let words = reason == 0 ? "" : " (\(reason): \(String(cString: strerror(reason))))"
        logs.error(
          "error",
          "\(what)\(reason == 0 ? "" : " failed")\(words), client: \(request.peer.address), server: , request: \"\(request.requestLine)\", host: \"\(request.header("host") ?? "")\""
        )
      }
      return errorPage(status, showsVersion: location.showsVersion)
    }
    let target = file(for: path, in: location)
    guard path.hasSuffix("/") else {
      switch StaticFile.open(target) {
      case .success(let file):
        return file.response(
          to: request, headers: identity(location) + [("Content-Type", contentType(target, location))])
      case .failure(.missing(let reason)): return failure(404, "open() \"\(target)\"", reason)
      case .failure(.forbidden(let reason)): return failure(403, "open() \"\(target)\"", reason)
      case .failure(.isDirectory):
        var page = failure(301)
        let scheme = request.header("host").map { "http://\($0)" } ?? ""
        page.headers.append(
          ("Location", scheme + percentEncoded(path) + "/" + (request.query.isEmpty ? "" : "?" + request.query)))
        return page
      }
    }
    for index in location.indexes {
      let name = variables.expanded(index, escaping: false)
      switch StaticFile.open(target + name) {
      case .success(let file):
        return file.response(to: request, headers: identity(location) + [("Content-Type", contentType(name, location))])
      case .failure(.forbidden(let reason)): return failure(403, "open() \"\(target + name)\"", reason)
      case .failure: continue
      }
    }
    guard let names = listDirectory(target) else {
      return failure(404, "\"\(target)\(location.indexes.last ?? "")\" is not found", ENOENT)
    }
    guard location.listsDirectories else { return failure(403, "directory index of \"\(target)\" is forbidden") }
    let rows = names.map { name in
      let shown = listDirectory(target + name) == nil ? name : name + "/"
      return "<a href=\"\(percentEncoded(shown))\">\(escapedForHTML(shown))</a>\r\n"
    }
    let title = "Index of \(escapedForHTML(path))"
    return HTTPResponse(
      200, identity(location) + [("Content-Type", "text/html")],
      text:
        "<html>\r\n<head><title>\(title)</title></head>\r\n<body>\r\n<h1>\(title)</h1><hr><pre><a href=\"../\">../</a>\r\n\(rows.joined())</pre><hr></body>\r\n</html>\r\n"
    )
  }

  private func contentType(_ file: String, _ location: NginxLocation) -> String {
    let name = baseName(file)
    guard let dot = name.lastIndex(of: ".") else { return location.defaultType }
    return configuration.types[name[name.index(after: dot)...].lowercased()] ?? location.defaultType
  }

  private func identity(_ location: NginxLocation) -> [(String, String)] {
    [
      ("Server", location.showsVersion ? "nginx/\(Self.version)" : "nginx"),
      ("Date", CalendarTime.now(utc: true).httpDate),
    ]
  }

  private func errorPage(_ status: Int, showsVersion: Bool) -> HTTPResponse {
    let title = "\(status) \(HTTPResponse.reason(status))"
    let product = showsVersion ? "nginx/\(Self.version)" : "nginx"
    return HTTPResponse(
      status,
      [("Server", product), ("Date", CalendarTime.now(utc: true).httpDate), ("Content-Type", "text/html")],
      text:
        "<html>\r\n<head><title>\(title)</title></head>\r\n<body>\r\n<center><h1>\(title)</h1></center>\r\n<hr><center>\(product)</center>\r\n</body>\r\n</html>\r\n"
    )
  }
}
