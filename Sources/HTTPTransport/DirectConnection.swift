internal import CCurl
public import KubernetesAPI

/// A connection for a program that does its own waiting and writes its own requests, such as one that measures a server.
///
/// Neither sending nor receiving waits: poll the descriptor.
public final class DirectConnection {
  public enum Received: Equatable {
    case bytes(Int)
    case nothingYet
    case end
  }

  public let descriptor: Int32
  private let easy: UnsafeMutableRawPointer

  fileprivate init(_ easy: UnsafeMutableRawPointer) {
    self.easy = easy
    descriptor = ccurl_get_socket(easy)
  }

  deinit { curl_easy_cleanup(easy) }

  /// How many bytes were taken; none when the other side is slow.
  public func send(_ bytes: UnsafeRawBufferPointer) throws(StatusError) -> Int {
    var count = 0
    let code = curl_easy_send(easy, bytes.baseAddress, bytes.count, &count)
    guard code == CURLE_OK || code == CURLE_AGAIN else { throw broken(code) }
    return count
  }

  /// With TLS, ask again until there is nothing yet: bytes may be here that the descriptor does not tell of.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(StatusError) -> Received {
    var count = 0
    let code = curl_easy_recv(easy, buffer.baseAddress, buffer.count, &count)
    if code == CURLE_AGAIN { return .nothingYet }
    guard code == CURLE_OK else { throw broken(code) }
    return count == 0 ? .end : .bytes(count)
  }

  private func broken(_ code: CURLcode) -> StatusError {
    .unreachable("the connection broke: \(String(cString: curl_easy_strerror(code)))")
  }
}

extension HTTPClient {
  /// Opens a connection; returns when it stands.
  public func connectDirectly() throws(StatusError) -> DirectConnection { DirectConnection(try target.connect()) }

  /// A request as it goes over the wire, with what proves who asks.
  public func wire(_ request: APIRequest) -> [UInt8] {
    var lines = ["\(request.method) \(target.path(request)) HTTP/1.1"] + target.headers(request)
    if !request.body.isEmpty { lines.append("Content-Length: \(request.body.count)") }
    return Array((lines + ["", ""]).joined(separator: "\r\n").utf8) + request.body
  }
}

extension ClientTarget {
  /// Connects, which blocks, for TLS during several round trips; the handle is the caller's.
  func connect() throws(StatusError) -> UnsafeMutableRawPointer {
    _ = TransferThread.shared
    guard let easy = curl_easy_init() else { throw .unreachable("libcurl has no memory") }
    configure(easy)
    ccurl_set_text(easy, CURLOPT_URL, base)
    ccurl_set_number(easy, CURLOPT_CONNECT_ONLY, 1)
    var report = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let code = report.withUnsafeMutableBufferPointer { report in
      ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, report.baseAddress)
      defer { ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, nil) }
      return curl_easy_perform(easy)
    }
    guard code == CURLE_OK else {
      curl_easy_cleanup(easy)
      let detail = String(decoding: report.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw unreachable(code, detail)
    }
    return easy
  }
}
