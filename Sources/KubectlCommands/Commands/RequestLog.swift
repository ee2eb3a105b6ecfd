internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Tells each request on the error stream, as `-v=6` and above ask for.
struct LoggingEndpoint: APIEndpoint {
  let base: any APIEndpoint
  let server: String
  /// A token is put in behind this one, and masked in any case.
  private let bearsToken: Bool
  let level: Int
  let io: any CommandIO
  let now: @Sendable () -> Timestamp

  init(
    _ base: any APIEndpoint, cluster: ClusterConnection, level: Int, io: any CommandIO,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.base = base
    server = cluster.server
    bearsToken = cluster.bearsToken
    self.level = level
    self.io = io
    self.now = now
  }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let start = ContinuousClock.now
    let url = server + request.path + Self.queryText(request.query)
    await tell(request, url)
    do throws(StatusError) {
      let response = try await base.send(request)
      let end = "\(Self.statusText(response.status)) in \(Self.milliseconds(since: start)) milliseconds"
      // Who is told of the request before it is sent need not hear of it again.
      switch level {
      case 7, 8: await log(581, "Response Status: \(end)")
      default: await log(560, "\(request.method) \(url) \(end)")
      }
      if level >= 9 { await log(577, "HTTP Statistics: Duration \(Self.milliseconds(since: start)) ms") }
      await tell(response)
      return response
    } catch {
      await log(560, "\(request.method) \(url)  in \(Self.milliseconds(since: start)) milliseconds")
      throw error
    }
  }

  private func tell(_ request: APIRequest, _ url: String) async {
    if level >= 8 { await tell("Request Body", request.body) }
    if level >= 9 {
      let headers = shownHeaders(of: request).map { " -H \"\($0.name): \($0.value)\"" }
      await log(473, "curl -v -X\(request.method) \(headers.joined()) '\(url)'")
    } else if level >= 7 {
      await log(470, "\(request.method) \(url)")
      await log(476, "Request Headers:")
      for field in shownHeaders(of: request) { await log(480, "    \(field.name): \(field.value)") }
    }
  }

  private func shownHeaders(of request: APIRequest) -> [QueryItem] {
    let masked = QueryItem("Authorization", "Bearer <masked>")
    let fields = request.headers.fields.map { $0.name.lowercased() == "authorization" ? masked : $0 }
    return fields + (bearsToken && !fields.contains(masked) ? [masked] : [])
  }

  private func tell(_ response: APIResponse) async {
    if level < 8 { return }
    await log(584, "Response Headers:")
    for field in response.headers.fields { await log(587, "    \(field.name): \(field.value)") }
    if case .bytes(let bytes) = response.body { await tell("Response Body", bytes) }
  }

  private func tell(_ what: String, _ bytes: [UInt8]) async {
    let limit = level >= 10 ? Int.max : level == 9 ? 10_240 : 1_024
    var text = String(decoding: bytes.prefix(limit), as: UTF8.self)
    if bytes.count > limit { text += " [truncated \(bytes.count - limit) chars]" }
    let line = "\"\(what)\" body=\(Document.string(text).jsonText())"
    await io.printError(LogLine.text("I", "helper.go:105", line, now()))
  }

  /// The places are those of the stock program, for whoever looks for them.
  private func log(_ line: Int, _ message: String) async {
    await io.printError(LogLine.text("I", "round_trippers.go:\(line)", message, now()))
  }

  private static func queryText(_ query: [QueryItem]) -> String {
    query.isEmpty ? "" : "?" + query.map { "\($0.name)=\(percentEncoded($0.value))" }.joined(separator: "&")
  }

  private static func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
      let character = Character(Unicode.Scalar(byte))
      let isPlain = byte < 0x80 && (character.isLetter || character.isNumber || "-_.~".contains(character))
      if isPlain { return String(character) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }

  static func statusText(_ status: Int) -> String {
    let words = [
      101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 400: "Bad Request", 401: "Unauthorized",
      403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 410: "Gone",
      422: "Unprocessable Entity", 500: "Internal Server Error", 503: "Service Unavailable",
    ]
    return words[status].map { "\(status) \($0)" } ?? String(status)
  }

  private static func milliseconds(since start: ContinuousClock.Instant) -> Int64 {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }
}
