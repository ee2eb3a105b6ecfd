import TestSupport
import Testing

@testable import KubernetesAPI

@Suite(.timeLimit(.minutes(1))) struct WebSocketTests {
  // MARK: Frames

  struct FrameRow: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var frame: WebSocketFrame
    var mask: [UInt8]?
    var testDescription: String { name }
  }

  /// The examples of RFC 6455, section 5.7, and the borders between the three forms of a length.
  static let frames: [FrameRow] = [
    FrameRow(
      name: "unmasked text", bytes: [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f],
      frame: WebSocketFrame(opcode: .text, payload: Array("Hello".utf8))),
    FrameRow(
      name: "masked text", bytes: [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58],
      frame: WebSocketFrame(opcode: .text, payload: Array("Hello".utf8)), mask: [0x37, 0xfa, 0x21, 0x3d]),
    FrameRow(
      name: "first fragment", bytes: [0x01, 0x03, 0x48, 0x65, 0x6c],
      frame: WebSocketFrame(opcode: .text, payload: Array("Hel".utf8), isFinal: false)),
    FrameRow(
      name: "ping", bytes: [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f],
      frame: WebSocketFrame(opcode: .ping, payload: Array("Hello".utf8))),
    FrameRow(
      name: "masked pong", bytes: [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58],
      frame: WebSocketFrame(opcode: .pong, payload: Array("Hello".utf8)), mask: [0x37, 0xfa, 0x21, 0x3d]),
    FrameRow(
      name: "125 bytes", bytes: [0x82, 125] + [UInt8](repeating: 7, count: 125),
      frame: WebSocketFrame(opcode: .binary, payload: [UInt8](repeating: 7, count: 125))),
    FrameRow(
      name: "126 bytes", bytes: [0x82, 126, 0, 126] + [UInt8](repeating: 7, count: 126),
      frame: WebSocketFrame(opcode: .binary, payload: [UInt8](repeating: 7, count: 126))),
    FrameRow(
      name: "256 bytes", bytes: [0x82, 0x7E, 0x01, 0x00] + [UInt8](repeating: 7, count: 256),
      frame: WebSocketFrame(opcode: .binary, payload: [UInt8](repeating: 7, count: 256))),
    FrameRow(
      name: "65535 bytes", bytes: [0x82, 126, 0xFF, 0xFF] + [UInt8](repeating: 7, count: 65_535),
      frame: WebSocketFrame(opcode: .binary, payload: [UInt8](repeating: 7, count: 65_535))),
    FrameRow(
      name: "64 KiB", bytes: [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + [UInt8](repeating: 7, count: 65_536),
      frame: WebSocketFrame(opcode: .binary, payload: [UInt8](repeating: 7, count: 65_536))),
    FrameRow(
      name: "close with a code", bytes: [0x88, 0x02, 0x03, 0xE8],
      frame: WebSocketFrame(opcode: .close, payload: [0x03, 0xE8])),
  ]

  @Test(arguments: frames) func aFrameIsWrittenAndReadAsTheStandardShows(row: FrameRow) throws {
    #expect(row.frame.encoded(mask: row.mask) == row.bytes)
    var parser = WebSocketFrameParser(expectsMask: row.mask != nil, payloadLimit: 1 << 20)
    parser.append(row.bytes.dropLast())
    #expect(try parser.next() == nil)
    parser.append([row.bytes.last!] + row.bytes)
    #expect(try parser.next() == row.frame)
    #expect(try parser.next() == row.frame)
    #expect(try parser.next() == nil)
  }

  @Test(
    arguments: [
      ([0xC1, 0x00], "a reserved bit is set"),
      ([0xA1, 0x00], "a reserved bit is set"),
      ([0x83, 0x00], "the operation code 3 is not defined"),
      ([0x8F, 0x00], "the operation code 15 is not defined"),
      ([0x81, 0x81, 0, 0, 0, 0, 1], "a server's frame is masked"),
      ([0x09, 0x00], "a control frame is cut in pieces"),
      ([0x89, 0x7E, 0x00, 0x7E], "a control frame is longer than 125 bytes"),
      ([0x82, 0x7E, 0x00, 0x7D], "a length is not written in its shortest form"),
      ([0x82, 0x7F, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], "a length is not written in its shortest form"),
      ([0x82, 0x7F, 0x80, 0, 0, 0, 0, 0, 0, 0], "a length has its highest bit set"),
    ] as [([UInt8], String)])
  func aForbiddenFrameIsRefused(bytes: [UInt8], why: String) {
    var parser = WebSocketFrameParser(expectsMask: false, payloadLimit: 1 << 20)
    parser.append(bytes)
    #expect(throws: WebSocketError.violation(why)) { try parser.next() }
  }

  @Test func aHugeLengthIsRefusedBeforeItsBytesCome() {
    var parser = WebSocketFrameParser(expectsMask: true, payloadLimit: 1000)
    parser.append([0x82, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0])
    #expect(throws: WebSocketError.tooLarge(limit: 1000)) { try parser.next() }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>) func anyCutOfTheBytesGivesTheSameFrames(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var frames: [WebSocketFrame] = []
    var bytes: [UInt8] = []
    for _ in 0..<20 {
      let size = [0, 1, 5, 125, 126, 300, 66_000].randomElement(using: &random)!
      let frame = WebSocketFrame(
        opcode: [.binary, .text, .continuation].randomElement(using: &random)!,
        payload: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }, isFinal: Bool.random(using: &random))
      frames.append(frame)
      bytes += frame.encoded(mask: (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
    var parser = WebSocketFrameParser(expectsMask: true, payloadLimit: 1 << 20)
    var found: [WebSocketFrame] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...9000, using: &random))
      rest = rest.dropFirst(piece.count)
      parser.append(Array(piece))
      while let frame = try parser.next() { found.append(frame) }
    }
    #expect(found == frames, "seed \(seed)")
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>) func garbageEndsInAnErrorOrWaitsButNeverTraps(seed: UInt64) async {
    var random = SeededRandom(seed: seed)
    let (near, far) = PipeChannel.pair(capacity: 1 << 20)
    let socket = WebSocket(over: near, role: .server, messageLimit: 4096)
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      // Half of it begins like a frame, so that the garbage gets beyond the first byte.
      if Bool.random(using: &random) {
        bytes += WebSocketFrame(
          opcode: [.binary, .text, .ping, .continuation, .close].randomElement(using: &random)!,
          payload: (0..<Int.random(in: 0...130, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) },
          isFinal: Bool.random(using: &random)
        ).encoded(mask: [1, 2, 3, 4])
      } else {
        bytes += (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
    }
    try? await far.write(bytes)
    far.closeWriting()
    do {
      while try await socket.receive() != nil {}
      #expect(socket.closeReason != nil, "seed \(seed)")
    } catch {
      #expect(error is WebSocketError, "seed \(seed): \(error)")
    }
  }

  // MARK: Messages

  private func sockets() -> (client: WebSocket, server: WebSocket) {
    let (near, far) = PipeChannel.pair()
    return (WebSocket(over: near, role: .client), WebSocket(over: far, role: .server))
  }

  /// A server and the raw bytes towards it.
  private func rawServer(_ frames: [WebSocketFrame], limit: Int = 1 << 20) async throws -> (WebSocket, PipeChannel) {
    let (near, far) = PipeChannel.pair(capacity: 1 << 22)
    for frame in frames { try await near.write(frame.encoded(mask: [9, 8, 7, 6])) }
    return (WebSocket(over: far, role: .server, messageLimit: limit), near)
  }

  @Test func messagesGoBothWays() async throws {
    let (client, server) = sockets()
    try await client.send(.text("grüß dich"))
    try await client.send(.binary([]))
    #expect(try await server.receive() == .text("grüß dich"))
    #expect(try await server.receive() == .binary([]))
    try await server.send(.binary([1, 2]))
    #expect(try await client.receive() == .binary([1, 2]))
  }

  @Test func fragmentsAreJoinedAroundAPing() async throws {
    let (server, client) = try await rawServer([
      WebSocketFrame(opcode: .text, payload: Array("Hel".utf8), isFinal: false),
      WebSocketFrame(opcode: .ping, payload: [42]),
      WebSocketFrame(opcode: .continuation, payload: [], isFinal: false),
      WebSocketFrame(opcode: .continuation, payload: Array("lo".utf8)),
    ])
    #expect(try await server.receive() == .text("Hello"))
    #expect(try await client.read() == WebSocketFrame(opcode: .pong, payload: [42]).encoded(mask: nil))
  }

  struct Refusal: Sendable {
    var frames: [WebSocketFrame]
    var error: WebSocketError
    var code: UInt16
  }

  @Test(arguments: [
    Refusal(
      frames: [WebSocketFrame(opcode: .continuation, payload: [1])],
      error: .violation("a continuation without a beginning"), code: 1002),
    Refusal(
      frames: [
        WebSocketFrame(opcode: .text, payload: [1], isFinal: false), WebSocketFrame(opcode: .binary, payload: [1]),
      ], error: .violation("a new message inside another one"), code: 1002),
    Refusal(frames: [WebSocketFrame(opcode: .text, payload: [0xFF])], error: .notText, code: 1007),
    Refusal(
      frames: [
        WebSocketFrame(opcode: .binary, payload: [UInt8](repeating: 0, count: 60), isFinal: false),
        WebSocketFrame(opcode: .continuation, payload: [UInt8](repeating: 0, count: 60)),
      ], error: .tooLarge(limit: 100), code: 1009),
    Refusal(
      frames: [WebSocketFrame(opcode: .close, payload: [3])], error: .violation("a closing frame of one byte"),
      code: 1002),
    Refusal(
      frames: [WebSocketFrame(opcode: .close, payload: [0x03, 0xED])],
      error: .violation("the closing code 1005 may not be sent"), code: 1002),
    Refusal(frames: [WebSocketFrame(opcode: .close, payload: [0x03, 0xE8, 0xFF])], error: .notText, code: 1007),
  ])
  func aViolationIsThrownAndTold(row: Refusal) async throws {
    let (server, client) = try await rawServer(row.frames, limit: 100)
    await #expect(throws: row.error) { try await server.receive() }
    #expect(
      try await client.read()
        == WebSocketFrame(opcode: .close, payload: [UInt8(row.code >> 8), UInt8(row.code & 0xFF)]).encoded(mask: nil))
    #expect(try await client.read() == nil)
    #expect(try await server.receive() == nil)
  }

  @Test func aCloseIsAnsweredWithItsCode() async throws {
    let (client, server) = sockets()
    async let end = server.receive()
    await client.close(WebSocket.CloseReason(code: 3001, text: "enough"), patience: .seconds(30))
    #expect(try await end == nil)
    #expect(server.closeReason == WebSocket.CloseReason(code: 3001, text: "enough"))
    #expect(client.closeReason == server.closeReason)
    await #expect(throws: WebSocketError.closed) { try await client.send(.text("more")) }
    #expect(try await server.receive() == nil)
  }

  @Test func aCloseWithoutACodeIsAnsweredWithoutOne() async throws {
    let (server, client) = try await rawServer([WebSocketFrame(opcode: .close, payload: [])])
    #expect(try await server.receive() == nil)
    #expect(server.closeReason == WebSocket.CloseReason.none)
    #expect(try await client.read() == [0x88, 0x00])
  }

  @Test func aSilentPeerIsNotWaitedForLong() async throws {
    let (near, far) = PipeChannel.pair()
    let socket = WebSocket(over: near, role: .client)
    let start = ContinuousClock.now
    await socket.close(patience: .milliseconds(50))
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(try await far.read() != nil)
    #expect(try await far.read() == nil)
  }

  @Test func anEndWithoutACloseIsNoticed() async throws {
    let (server, client) = try await rawServer([WebSocketFrame(opcode: .binary, payload: [1])])
    client.close()
    #expect(try await server.receive() == .binary([1]))
    await #expect(throws: WebSocketError.cutOff) { try await server.receive() }
    #expect(try await server.receive() == nil)
  }

  @Test func framesOfManySendersAreNotMixed() async throws {
    let (near, far) = PipeChannel.pair(capacity: 100)
    let client = WebSocket(over: near, role: .client)
    let server = WebSocket(over: far, role: .server)
    let counts = try await withThrowingTaskGroup(of: Void.self) { group in
      for sender in 0..<8 as Range<UInt8> {
        group.addTask {
          for index in 0..<50 {
            try await client.send(.binary([UInt8](repeating: sender, count: index + 1)))
            if index % 10 == 0 { try await client.ping([sender]) }
          }
        }
      }
      // Whoever sends pings has to read the answers.
      group.addTask { while try await client.receive() != nil {} }
      var counts = [Int](repeating: 0, count: 8)
      for _ in 0..<400 {
        guard case .binary(let bytes)? = try await server.receive() else { break }
        #expect(Set(bytes).count == 1)
        #expect(bytes.count == counts[Int(bytes[0])] + 1)
        counts[Int(bytes[0])] += 1
      }
      group.cancelAll()
      return counts
    }
    #expect(counts == [Int](repeating: 50, count: 8))
  }

  @Test func aPingIsAnsweredAlthoughASenderIsStuck() async throws {
    let (near, far) = PipeChannel.pair(capacity: 10)
    let server = WebSocket(over: far, role: .server)
    let stuck = Task { for _ in 0..<3 { try await server.send(.binary([UInt8](repeating: 0, count: 20))) } }
    for _ in 0..<50 { await Task.yield() }
    try await near.write(WebSocketFrame(opcode: .ping, payload: [7]).encoded(mask: [0, 0, 0, 0]))
    try await near.write(WebSocketFrame(opcode: .binary, payload: [8]).encoded(mask: [0, 0, 0, 0]))
    // Receiving is not held up by the sender, whom nobody reads.
    #expect(try await server.receive() == .binary([8]))
    var bytes: [UInt8] = []
    while bytes.count < 3 * 22 + 3, let more = try await near.read() { bytes += more }
    try await stuck.value
    var parser = WebSocketFrameParser(expectsMask: false, payloadLimit: 100)
    parser.append(bytes)
    var opcodes: [WebSocketFrame.Opcode] = []
    while let frame = try parser.next() { opcodes.append(frame.opcode) }
    #expect(opcodes.filter { $0 == .binary }.count == 3)
    #expect(opcodes.filter { $0 == .pong }.count == 1)
  }

  // MARK: Handshake

  @Test func theKeyIsAnsweredAsTheStandardShows() {
    #expect(WebSocketHandshake.acceptance(of: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  @Test func bothSidesAgreeOnTheFirstCommonProtocol() async throws {
    let handshake = WebSocketHandshake(protocols: ["v9", "v5", "v4"])
    var request = APIRequest("GET", "/x")
    handshake.addRequestHeaders(to: &request.headers)
    var (response, chosen) = try WebSocketHandshake.accept(request, protocols: ["v4", "v5"])
    #expect(chosen == "v5")
    let (near, far) = PipeChannel.pair()
    response.body = .upgraded(far)
    let (socket, agreed) = try await handshake.open(response)
    #expect(agreed == "v5")
    try await socket.send(.binary([1]))
    #expect(try await near.read() != nil)
  }

  @Test(
    arguments: [
      ("Upgrade", nil, "Upgrade request required"),
      ("Connection", "keep-alive", "Upgrade request required"),
      (
        "Sec-WebSocket-Version", "8", "unable to upgrade: only version 13 of the WebSocket protocol is spoken here"
      ),
      ("Sec-WebSocket-Key", "short", "unable to upgrade: Sec-WebSocket-Key is not 16 bytes in base64"),
      (
        "Sec-WebSocket-Protocol", "a, b",
        "unable to upgrade: unable to negotiate protocol: client supports [a b], server accepts [v5]"
      ),
    ] as [(String, String?, String)])
  func aWrongRequestIsRefusedWithTheReason(header: String, value: String?, message: String) {
    var request = APIRequest("GET", "/x")
    WebSocketHandshake(protocols: ["v5"]).addRequestHeaders(to: &request.headers)
    request.headers[header] = value
    #expect(throws: StatusError.badRequest(message)) { try WebSocketHandshake.accept(request, protocols: ["v5"]) }
  }

  @Test func tokensAreFoundInListsOfAnyCase() {
    let request = APIRequest(
      "GET", "/x", headers: ["connection": "keep-alive,\tUPGRADE", "upgrade": "h2c, WebSocket"])
    #expect(WebSocketHandshake.isRequested(by: request))
  }

  @Test func aRefusalIsReadFromTheAnswer() async {
    let handshake = WebSocketHandshake(protocols: ["v5"])
    let refusal = StatusError.notFound("pods", "web")
    await #expect(throws: refusal) { try await handshake.open(refusal.response) }
  }
}
