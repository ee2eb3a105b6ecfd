internal import Documents

/// The HTTP exchange by which a connection becomes a WebSocket.
public struct WebSocketHandshake: Sendable {
  /// What a client sends: a fresh key, and what must come back for it.
  public let key: String
  /// The sub-protocols on offer, the favourite first.
  public let protocols: [String]

  /// The client's side.
  public init(protocols: [String]) {
    self.init(key: Base64.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) }), protocols: protocols)
  }

  init(key: String, protocols: [String]) {
    self.key = key
    self.protocols = protocols
  }

  /// The header fields that ask for a WebSocket.
  public func addRequestHeaders(to headers: inout HTTPHeaders) {
    headers["Connection"] = "Upgrade"
    headers["Upgrade"] = "websocket"
    headers["Sec-WebSocket-Version"] = "13"
    headers["Sec-WebSocket-Key"] = key
    if !protocols.isEmpty { headers["Sec-WebSocket-Protocol"] = protocols.joined(separator: ", ") }
  }

  /// Checks the server's answer and takes over its channel; also tells the sub-protocol that the server chose.
  public func open(_ response: APIResponse) async throws(StatusError) -> (socket: WebSocket, subprotocol: String?) {
    guard case .upgraded(let channel) = response.body, response.status == 101 else {
      throw await Self.refusal(response)
    }
    let subprotocol = response.headers["Sec-WebSocket-Protocol"]
    guard response.headers["Sec-WebSocket-Accept"] == Self.acceptance(of: key) else {
      channel.close()
      throw .internalError("the server's answer to the WebSocket handshake belongs to another request")
    }
    if let subprotocol, !protocols.contains(subprotocol) {
      channel.close()
      throw .internalError("the server chose the WebSocket protocol \"\(subprotocol)\", which was not on offer")
    }
    return (WebSocket(over: channel, role: .client), subprotocol)
  }

  private static func refusal(_ response: APIResponse) async -> StatusError {
    switch response.body {
    case .bytes(let body): return StatusError(response: response.status, body: body)
    case .stream(let stream):
      defer { stream.cancel() }
      return StatusError(response: response.status, body: (try? await stream.next()) ?? [])
    case .upgraded(let channel):
      channel.close()
      return StatusError(response: response.status, body: [])
    }
  }

  /// Whether a request asks for a WebSocket.
  public static func isRequested(by request: APIRequest) -> Bool {
    hasToken("websocket", request.headers.all("Upgrade")) && hasToken("upgrade", request.headers.all("Connection"))
  }

  /// The server's side: checks the request, chooses the first protocol on offer that it speaks, and answers.
  ///
  /// The answer is complete but for its body: the `.upgraded` channel over which a `WebSocket` is then served.
  public static func accept(
    _ request: APIRequest, protocols: [String]
  ) throws(StatusError) -> (response: APIResponse, subprotocol: String?) {
    guard isRequested(by: request) else { throw .badRequest("Upgrade request required") }
    guard request.method == "GET" else { throw .methodNotAllowed() }
    guard request.headers["Sec-WebSocket-Version"] == "13" else {
      throw .badRequest("unable to upgrade: only version 13 of the WebSocket protocol is spoken here")
    }
    guard let key = request.headers["Sec-WebSocket-Key"], Base64.decode(key)?.count == 16 else {
      throw .badRequest("unable to upgrade: Sec-WebSocket-Key is not 16 bytes in base64")
    }
    let offered = tokens(request.headers.all("Sec-WebSocket-Protocol"))
    let chosen = offered.first(where: protocols.contains)
    if chosen == nil, !protocols.isEmpty {
      throw .badRequest(
        "unable to upgrade: unable to negotiate protocol: client supports [\(offered.joined(separator: " "))], "
          + "server accepts [\(protocols.joined(separator: " "))]")
    }
    var headers: HTTPHeaders = ["Upgrade": "websocket", "Connection": "Upgrade"]
    headers.add("Sec-WebSocket-Accept", acceptance(of: key))
    if let chosen { headers.add("Sec-WebSocket-Protocol", chosen) }
    return (APIResponse(status: 101, headers: headers), chosen)
  }

  /// What a server answers to a client's key.
  static func acceptance(of key: String) -> String {
    Base64.encode(SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
  }

  private static func hasToken(_ token: String, _ fields: [String]) -> Bool {
    tokens(fields).contains { $0.lowercased() == token }
  }

  /// The members of comma-separated header fields.
  private static func tokens(_ fields: [String]) -> [String] {
    fields.flatMap { $0.split(separator: ",") }.map { member in
      let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
      var member = member.drop(while: isSpace)
      while member.last.map(isSpace) ?? false { member.removeLast() }
      return String(member)
    }.filter { !$0.isEmpty }
  }
}
