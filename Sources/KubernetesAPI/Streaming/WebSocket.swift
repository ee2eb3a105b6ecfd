internal import Synchronization

/// Messages over a two-way stream of bytes (RFC 6455), for both sides of a connection.
///
/// One task receives; any number of tasks may send.
public final class WebSocket: Sendable {
  public enum Role: Sendable { case client, server }

  public enum Message: Sendable, Equatable {
    case binary([UInt8])
    case text(String)
  }

  public struct CloseReason: Sendable, Equatable {
    public var code: UInt16
    public var text: String

    public init(code: UInt16 = 1000, text: String = "") {
      self.code = code
      self.text = text
    }

    public static let normal = CloseReason()
    /// The other side's closing frame named no code.
    public static let none = CloseReason(code: 1005)
  }

  private struct Reading {
    var parser: WebSocketFrameParser
    /// The message whose last frame has not come yet.
    var fragments: (opcode: WebSocketFrame.Opcode, bytes: [UInt8])?
    var isAtEnd = false
  }

  private struct Writing {
    var isBusy = false
    var queue: [CheckedContinuation<Void, Never>] = []
    /// The newest ping that is not answered: whoever writes answers it, so that receiving never waits for a slow reader.
    var unansweredPing: [UInt8]?
    var hasSentClose = false
    var isBroken = false

    enum Duty {
      case none
      case answer([UInt8])
      case resume(CheckedContinuation<Void, Never>)
    }

    /// What the one whose turn ends has still to do; with `none` the turn is over.
    mutating func nextDuty() -> Duty {
      if let payload = unansweredPing, !hasSentClose {
        unansweredPing = nil
        return .answer(payload)
      }
      if !queue.isEmpty { return .resume(queue.removeFirst()) }
      isBusy = false
      return .none
    }
  }

  private let channel: any ByteChannel
  private let role: Role
  private let messageLimit: Int
  private let reading: Mutex<Reading>
  private let writing = Mutex(Writing())
  private let received = Mutex<CloseReason?>(nil)

  public init(over channel: any ByteChannel, role: Role, messageLimit: Int = 4 << 20) {
    self.channel = channel
    self.role = role
    self.messageLimit = messageLimit
    reading = Mutex(Reading(parser: WebSocketFrameParser(expectsMask: role == .server, payloadLimit: messageLimit)))
  }

  /// What the other side said when it closed.
  public var closeReason: CloseReason? { received.withLock { $0 } }

  // MARK: Receiving

  /// The next message; nil once the other side has closed. Pings are answered on the way.
  ///
  /// A violation of the protocol is told to the other side, closes the connection, and is thrown.
  public func receive() async throws -> Message? {
    do {
      while true {
        if reading.withLock({ $0.isAtEnd }) { return nil }
        while let frame = try reading.withLock({ reading throws(WebSocketError) in try reading.parser.next() }) {
          if let message = try await take(frame) { return message }
          if reading.withLock({ $0.isAtEnd }) { return nil }
        }
        guard let bytes = try await channel.read() else {
          reading.withLock { $0.isAtEnd = true }
          channel.close()
          throw WebSocketError.cutOff
        }
        reading.withLock { $0.parser.append(bytes) }
      }
    } catch let error as WebSocketError {
      let wasAtEnd = reading.withLock { reading in
        defer { reading.isAtEnd = true }
        return reading.isAtEnd
      }
      if !wasAtEnd {
        try? await sendClose(CloseReason(code: error.closeCode))
        channel.close()
      }
      throw error
    }
  }

  private func take(_ frame: WebSocketFrame) async throws -> Message? {
    switch frame.opcode {
    case .ping:
      try await answer(ping: frame.payload)
      return nil
    case .pong:
      return nil
    case .close:
      let reason = try Self.closeReason(frame.payload)
      received.withLock { $0 = reason }
      reading.withLock { $0.isAtEnd = true }
      // The same code goes back; the connection is then over in both directions.
      try? await sendClose(reason)
      channel.close()
      return nil
    case .text, .binary, .continuation:
      return try reading.withLock { reading throws(WebSocketError) in try Self.assemble(frame, messageLimit, &reading) }
    }
  }

  private static func assemble(
    _ frame: WebSocketFrame, _ limit: Int, _ reading: inout Reading
  ) throws(WebSocketError) -> Message? {
    var message: (opcode: WebSocketFrame.Opcode, bytes: [UInt8])
    switch (frame.opcode, reading.fragments) {
    case (.continuation, let begun?):
      guard begun.bytes.count + frame.payload.count <= limit else { throw .tooLarge(limit: limit) }
      reading.fragments = nil
      message = begun
      message.bytes += frame.payload
    case (.continuation, nil): throw .violation("a continuation without a beginning")
    case (_, nil): message = (frame.opcode, frame.payload)
    case (_, _?): throw .violation("a new message inside another one")
    }
    guard frame.isFinal else {
      reading.fragments = message
      return nil
    }
    if message.opcode == .binary { return .binary(message.bytes) }
    guard let text = String(validating: message.bytes, as: UTF8.self) else { throw .notText }
    return .text(text)
  }

  private static func closeReason(_ payload: [UInt8]) throws(WebSocketError) -> CloseReason {
    if payload.isEmpty { return .none }
    guard payload.count >= 2 else { throw .violation("a closing frame of one byte") }
    let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: break
    default: throw .violation("the closing code \(code) may not be sent")
    }
    guard let text = String(validating: payload[2...], as: UTF8.self) else { throw .notText }
    return CloseReason(code: code, text: text)
  }

  // MARK: Sending

  public func send(_ message: Message) async throws {
    switch message {
    case .binary(let bytes): try await send(WebSocketFrame(opcode: .binary, payload: bytes))
    case .text(let text): try await send(WebSocketFrame(opcode: .text, payload: Array(text.utf8)))
    }
  }

  /// Asks the other side for a sign of life; its answer is passed over by `receive`.
  public func ping(_ payload: [UInt8] = []) async throws {
    try await send(WebSocketFrame(opcode: .ping, payload: Array(payload.prefix(125))))
  }

  /// Says goodbye and waits, for a moment at most, until the other side has said it too.
  ///
  /// Nobody else may be receiving any more.
  public func close(_ reason: CloseReason = .normal, patience: Duration = .seconds(2)) async {
    do {
      try await sendClose(reason)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { while try await self.receive() != nil {} }
        group.addTask { try await Task.sleep(for: patience) }
        defer { group.cancelAll() }
        try await group.next()
      }
    } catch {
      // The other side has gone without a word: then there is nothing left to say either.
    }
    reading.withLock { $0.isAtEnd = true }
    channel.close()
  }

  /// Ends the connection at once, without a word.
  public func abort() { channel.close() }

  private func sendClose(_ reason: CloseReason) async throws {
    var payload: [UInt8] = []
    if reason != .none {
      payload = [UInt8(reason.code >> 8), UInt8(reason.code & 0xFF)] + Array(reason.text.utf8.prefix(123))
    }
    let isFirst = writing.withLock { writing in
      defer { writing.hasSentClose = true }
      return !writing.hasSentClose
    }
    if isFirst { try await write(WebSocketFrame(opcode: .close, payload: payload)) }
  }

  private func send(_ frame: WebSocketFrame) async throws {
    if writing.withLock({ $0.hasSentClose || $0.isBroken }) { throw WebSocketError.closed }
    try await write(frame)
  }

  private func answer(ping payload: [UInt8]) async throws {
    let mustWrite = writing.withLock { writing in
      writing.unansweredPing = payload
      if writing.isBusy { return false }
      writing.isBusy = true
      return true
    }
    if mustWrite { try await finishTurn() }
  }

  /// Writes one frame when its turn comes: frames of several senders must not be mixed.
  private func write(_ frame: WebSocketFrame) async throws {
    await withCheckedContinuation { continuation in
      let isFree = writing.withLock { writing in
        if writing.isBusy {
          writing.queue.append(continuation)
          return false
        }
        writing.isBusy = true
        return true
      }
      if isFree { continuation.resume() }
    }
    if writing.withLock({ $0.isBroken }) { throw WebSocketError.closed }
    do {
      try await channel.write(frame.encoded(mask: mask()))
    } catch {
      breakOff()
      throw error
    }
    try await finishTurn()
  }

  /// Answers the ping that came meanwhile, then lets the next sender write.
  private func finishTurn() async throws {
    while true {
      switch writing.withLock({ $0.nextDuty() }) {
      case .none: return
      case .resume(let next): return next.resume()
      case .answer(let payload):
        do {
          try await channel.write(WebSocketFrame(opcode: .pong, payload: payload).encoded(mask: mask()))
        } catch {
          breakOff()
          throw error
        }
      }
    }
  }

  /// A frame that stopped half-way leaves nothing that could follow it.
  private func breakOff() {
    channel.close()
    let queue = writing.withLock { writing in
      writing.isBroken = true
      writing.isBusy = false
      defer { writing.queue = [] }
      return writing.queue
    }
    for continuation in queue { continuation.resume() }
  }

  private func mask() -> [UInt8]? {
    guard role == .client else { return nil }
    let random = UInt32.random(in: .min ... .max)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: random >> UInt32($0)) }
  }
}
