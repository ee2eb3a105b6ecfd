internal import CCurl
internal import CGnuTLS
internal import Glibc
internal import KubernetesAPI
internal import Synchronization
internal import SystemIO

/// A request that asks for another protocol: libcurl connects, the rest is said by hand.
enum UpgradeCall {
  static func perform(_ request: APIRequest, _ target: ClientTarget) async throws(StatusError) -> APIResponse {
    let connection = try await connect(target)
    do {
      try await connection.write(head(request, target))
      return try await answer(connection)
    } catch let error as StatusError {
      connection.close()
      throw error
    } catch {
      connection.close()
      throw StatusError.unreachable("\(target.unixSocket ?? target.base): \(error)")
    }
  }

  /// Connecting blocks, for TLS during several round trips, so it has a thread of its own.
  static func connect(_ target: ClientTarget) async throws(StatusError) -> RawConnection {
    let result = await withCheckedContinuation { continuation in
      let work = Unmanaged.passRetained(ConnectWork(target: target, continuation: continuation)).toOpaque()
      var thread = pthread_t()
      let failure = pthread_create(&thread, nil, runConnect, work)
      if failure == 0 {
        pthread_detach(thread)
      } else {
        Unmanaged<ConnectWork>.fromOpaque(work).release()
        continuation.resume(returning: .failure(.unreachable("no thread for a connection: error \(failure)")))
      }
    }
    return try result.get()
  }

  private static func head(_ request: APIRequest, _ target: ClientTarget) -> [UInt8] {
    var lines = ["\(request.method) \(target.path(request)) HTTP/1.1"]
    // The form by which libcurl is told that a field is empty is not that of the wire.
    lines += target.headers(request).map { $0.hasSuffix(";") && !$0.contains(":") ? $0.dropLast() + ":" : $0 }
    if request.headers["Connection"] == nil { lines.append("Connection: Upgrade") }
    return Array((lines + ["", ""]).joined(separator: "\r\n").utf8)
  }

  private static func answer(_ connection: RawConnection) async throws -> APIResponse {
    var received: [UInt8] = []
    var headEnd: Int?
    while headEnd == nil {
      guard let chunk = try await connection.read() else {
        throw StatusError.unreachable("the server closed the connection instead of answering")
      }
      let start = max(0, received.count - 3)
      received += chunk
      headEnd = Self.endOfHead(received, from: start)
      if headEnd == nil && received.count > 65_536 { throw StatusError.unreachable("the server's answer has no end") }
    }
    let end = headEnd ?? 0
    var lines = String(decoding: received[..<end], as: UTF8.self).split(separator: "\r\n")[...]
    let status = Int(lines.popFirst()?.split(separator: " ").dropFirst().first ?? "") ?? 0
    var headers = HTTPHeaders()
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers.add(String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    var rest = Array(received[end...])
    if status == 101 {
      connection.prepend(rest)
      return APIResponse(status: status, headers: headers, body: .upgraded(connection))
    }
    // A refusal: an ordinary answer, as long as it says it is.
    let length = headers["Content-Length"].flatMap { Int($0) } ?? Int.max
    while rest.count < min(length, 1 << 20), let chunk = try await connection.read() { rest += chunk }
    connection.close()
    return APIResponse(status: status, headers: headers, body: .bytes(rest))
  }

  private static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in start...(bytes.count - 4)
    where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10 {
      return index + 4
    }
    return nil
  }
}

private final class ConnectWork: Sendable {
  let target: ClientTarget
  let continuation: CheckedContinuation<Result<RawConnection, StatusError>, Never>

  init(target: ClientTarget, continuation: CheckedContinuation<Result<RawConnection, StatusError>, Never>) {
    self.target = target
    self.continuation = continuation
  }

  func run() {
    do throws(StatusError) {
      continuation.resume(returning: .success(RawConnection(easy: try target.connect())))
    } catch {
      continuation.resume(returning: .failure(error))
    }
  }
}

private func runConnect(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  Unmanaged<ConnectWork>.fromOpaque(context!).takeRetainedValue().run()
  return nil
}

/// A connection that libcurl has made and that is now read and written directly, through its TLS if it has one.
final class RawConnection: ByteChannel {
  // @unchecked: the handle is only touched while the mutex around it is held.
  private struct State: @unchecked Sendable {
    var easy: UnsafeMutableRawPointer?
    var early: [UInt8] = []
  }

  private let state: Mutex<State>
  /// A second number for the socket: waiting for it must not depend on libcurl's own.
  private let socket: Descriptor

  fileprivate init(easy: UnsafeMutableRawPointer) {
    socket = Descriptor(adopting: dup(ccurl_get_socket(easy)), name: "upgraded connection")
    state = Mutex(State(easy: easy))
  }

  deinit { close() }

  /// Bytes that came together with the answer's head.
  func prepend(_ bytes: [UInt8]) { state.withLock { $0.early = bytes } }

  func read() async throws -> [UInt8]? {
    while true {
      try Task.checkCancellation()
      let (chunk, code) = state.withLock { state -> ([UInt8], CURLcode) in
        if !state.early.isEmpty {
          defer { state.early = [] }
          return (state.early, CURLE_OK)
        }
        guard let easy = state.easy else { return ([], CURLE_OK) }
        var code = CURLE_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: 32_768) { buffer, count in
          code = curl_easy_recv(easy, buffer.baseAddress, 32_768, &count)
        }
        return (bytes, code)
      }
      switch code {
      case CURLE_OK: return chunk.isEmpty ? nil : chunk
      case CURLE_AGAIN: try await socket.waitUntilReadable()
      default: throw StatusError.unreachable("the connection broke: \(String(cString: curl_easy_strerror(code)))")
      }
    }
  }

  func write(_ bytes: [UInt8]) async throws {
    var written = 0
    while written < bytes.count {
      try Task.checkCancellation()
      let offset = written
      let (count, code) = state.withLock { state -> (Int, CURLcode) in
        guard let easy = state.easy else { return (0, CURLE_SEND_ERROR) }
        var count = 0
        let code = bytes.withUnsafeBytes {
          curl_easy_send(easy, $0.baseAddress! + offset, bytes.count - offset, &count)
        }
        return (count, code)
      }
      written += count
      if code == CURLE_AGAIN {
        try await socket.waitUntilWritable()
      } else if code != CURLE_OK {
        throw StatusError.unreachable("the connection broke: \(String(cString: curl_easy_strerror(code)))")
      }
    }
  }

  func closeWriting() {
    state.withLock { state in
      // libcurl has no word for it. Without the goodbye of TLS the other side would take the connection for broken.
      if let easy = state.easy, let session = ccurl_get_tls_session(easy) {
        gnutls_bye(OpaquePointer(session), GNUTLS_SHUT_WR)
      }
    }
    socket.closeWriting()
  }

  func close() {
    let easy = state.withLock { state in
      defer { state.easy = nil }
      return state.easy
    }
    // Whoever waits for the other side is woken by the end of the stream.
    socket.shutDown()
    if let easy { curl_easy_cleanup(easy) }
    socket.close()
  }
}
