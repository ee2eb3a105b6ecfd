import Glibc

/// An answer, before it is known how the connection goes on.
struct HTTPResponse {
  enum Body {
    case bytes([UInt8])
    case file(FilePart)
  }

  var status: Int
  var headers: [(String, String)]
  var body: Body

  init(_ status: Int, _ headers: [(String, String)] = [], text: String) {
    self.status = status
    self.headers = headers
    body = .bytes(Array(text.utf8))
  }

  init(_ status: Int, _ headers: [(String, String)], body: Body) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  var contentLength: Int {
    switch body {
    case .bytes(let bytes): bytes.count
    case .file(let part): part.remaining
    }
  }

  static func reason(_ status: Int) -> String { reasons[status] ?? "Unknown" }

  private static let reasons: [Int: String] = [
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
    301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
    308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 410: "Gone", 413: "Request Entity Too Large",
    414: "Request-URI Too Large", 416: "Requested Range Not Satisfiable", 418: "I'm a teapot",
    429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Time-out", 505: "HTTP Version Not Supported",
  ]
}

/// What a web server does with requests; the rest of HTTP is the same for all.
struct WebApplication {
  var answer: (HTTPRequest) -> HTTPResponse
  /// The page for a request that could not be understood.
  var refuse: (BadRequest) -> HTTPResponse
  /// Called when the answer is about to go out.
  var log: (LoggedExchange) -> Void = { _ in }
  var patience = (within: 60, between: 65)
}

/// A line of an access log.
struct LoggedExchange {
  var peer: Peer
  var requestLine: String
  /// Nil when the request could not be understood.
  var request: HTTPRequest?
  var status: Int
  var bodyBytesSent: Int
}

/// HTTP/1.1 on one connection.
final class HTTPConversation: Conversation {
  private let application: WebApplication
  private let peer: Peer

  init(_ application: WebApplication, _ peer: Peer) {
    self.application = application
    self.peer = peer
  }

  var patience: (within: Int, between: Int) { application.patience }

  func next(_ input: inout [UInt8]) -> ConversationStep {
    do throws(BadRequest) {
      guard let request = try HTTPRequestParser.parse(&input, from: peer) else { return .waitForMore }
      return .reply(
        reply(application.answer(request), to: request, request.requestLine, hangsUp: !request.wantsToStayConnected))
    } catch {
      input = []
      return .reply(reply(application.refuse(error), to: nil, error.requestLine, hangsUp: true))
    }
  }

  private func reply(
    _ response: HTTPResponse, to request: HTTPRequest?, _ requestLine: String, hangsUp: Bool
  ) -> Reply {
    let isBodiless = response.status == 304 || response.status == 204
    let sendsBody = request?.method != "HEAD" && !isBodiless
    var head = "HTTP/1.1 \(response.status) \(HTTPResponse.reason(response.status))\r\n"
    for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
    if !isBodiless { head += "Content-Length: \(response.contentLength)\r\n" }
    head += "Connection: \(hangsUp ? "close" : "keep-alive")\r\n\r\n"
    application.log(
      LoggedExchange(
        peer: peer, requestLine: requestLine, request: request, status: response.status,
        bodyBytesSent: sendsBody ? response.contentLength : 0))
    var reply = Reply(bytes: Array(head.utf8), file: nil, hangsUp: hangsUp)
    switch response.body {
    case .bytes(let bytes): if sendsBody { reply.bytes += bytes }
    case .file(let part): if sendsBody { reply.file = part } else { close(part.descriptor) }
    }
    return reply
  }
}
