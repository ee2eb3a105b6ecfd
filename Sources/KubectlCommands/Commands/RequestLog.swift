internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Tells each request on the error stream, as `-v=6` and above ask for.
struct LoggingEndpoint: APIEndpoint {
  let base: any APIEndpoint
  let server: String
  let level: Int
  let io: any CommandIO
  let now: @Sendable () -> Timestamp

  init(
    _ base: any APIEndpoint, server: String, level: Int, io: any CommandIO, now: @escaping @Sendable () -> Timestamp
  ) {
    self.base = base
    self.server = server
    self.level = level
    self.io = io
    self.now = now
  }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let start = ContinuousClock.now
    let url = server + request.path + Self.queryText(request.query)
    if level >= 8 { await tell(request, url) }
    do throws(StatusError) {
      let response = try await base.send(request)
      await log(
        "\(request.method) \(url) \(Self.statusText(response.status)) in \(Self.milliseconds(since: start)) milliseconds"
      )
      if level >= 8 { await tell(response) }
      return response
    } catch {
      await log("\(request.method) \(url)  in \(Self.milliseconds(since: start)) milliseconds")
      throw error
    }
  }

  private func tell(_ request: APIRequest, _ url: String) async {
    if !request.body.isEmpty { await log("Request Body: \(shortened(request.body))") }
    await log("\(request.method) \(url)")
    await log("Request Headers:")
    for field in request.headers.fields { await log("    \(field.name): \(field.value)") }
  }

  private func tell(_ response: APIResponse) async {
    await log("Response Headers:")
    for field in response.headers.fields { await log("    \(field.name): \(field.value)") }
    if case .bytes(let bytes) = response.body { await log("Response Body: \(shortened(bytes))") }
  }

  private func shortened(_ bytes: [UInt8]) -> String {
    let limit = level >= 10 ? Int.max : level == 9 ? 10_240 : 1_024
    let text = String(decoding: bytes.prefix(limit), as: UTF8.self)
    return bytes.count > limit ? "\(text) [truncated \(bytes.count - limit) chars]" : text
  }

  private func log(_ message: String) async {
    await io.printError(LogLine.text("I", "round_trippers.go:632", message, now()))
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

  private static func statusText(_ status: Int) -> String {
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
