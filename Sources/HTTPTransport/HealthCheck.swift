internal import CCurl
internal import Glibc
internal import KubernetesAPI

/// The one call of gRPC that probes make: `grpc.health.v1.Health/Check`, without TLS.
public struct HealthCheck: Sendable {
  public enum Answer: Sendable, Equatable {
    /// By the number of the service's state: 1 is serving.
    case state(UInt64)
    /// A status of gRPC other than OK.
    case refused(code: Int, message: String)
    case noConnection
    /// What the server said is not gRPC, or it said nothing.
    case broken(String)
  }

  public var host: String
  public var port: UInt16
  public var service: String
  public var userAgent: String
  public var limit: Duration

  public init(host: String, port: UInt16, service: String, userAgent: String, limit: Duration) {
    self.host = host
    self.port = port
    self.service = service
    self.userAgent = userAgent
    self.limit = limit
  }

  /// Takes no longer than the limit.
  public func run() async -> Answer {
    await withCheckedContinuation { continuation in
      let work = Unmanaged.passRetained(HealthCheckWork(check: self, continuation: continuation)).toOpaque()
      var thread = pthread_t()
      let failure = pthread_create(&thread, nil, runHealthCheck, work)
      if failure == 0 {
        pthread_detach(thread)
      } else {
        Unmanaged<HealthCheckWork>.fromOpaque(work).release()
        continuation.resume(returning: .broken("no thread for a call: error \(failure)"))
      }
    }
  }

  /// Blocks.
  fileprivate func perform() -> Answer {
    guard let easy = curl_easy_init() else { return .broken("libcurl has no memory") }
    defer { curl_easy_cleanup(easy) }
    let url = "http://\(ServerAddress(host: host, port: "\(port)"))/grpc.health.v1.Health/Check"
    ccurl_set_text(easy, CURLOPT_URL, url)
    ccurl_set_text(easy, CURLOPT_PROXY, "")
    ccurl_set_number(easy, CURLOPT_NOSIGNAL, 1)
    ccurl_set_number(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE))
    ccurl_set_number(easy, CURLOPT_TIMEOUT_MS, max(1, Int(limit / .milliseconds(1))))
    ccurl_set_text(easy, CURLOPT_USERAGENT, userAgent)
    var headers: UnsafeMutablePointer<curl_slist>?
    for line in ["Content-Type: application/grpc", "TE: trailers", "Expect:"] {
      headers = curl_slist_append(headers, line)
    }
    defer { curl_slist_free_all(headers) }
    ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
    let answer = GRPCAnswer()
    let context = Unmanaged.passUnretained(answer).toOpaque()
    ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    ccurl_set_receiver(easy, CURLOPT_HEADERFUNCTION, receiveGRPCHeader)
    ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    ccurl_set_receiver(easy, CURLOPT_WRITEFUNCTION, receiveGRPCBody)
    var message = Self.message(Array(service.utf8))
    let count = message.count
    let code = message.withUnsafeMutableBytes { bytes in
      ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(count))
      ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, bytes.baseAddress)
      return curl_easy_perform(easy)
    }
    return withExtendedLifetime(answer) { answer.verdict(code) }
  }

  /// A request with the name of the service, in gRPC's frame: not packed, then the length.
  private static func message(_ service: [UInt8]) -> [UInt8] {
    let name = Array(service.prefix(120))
    let body = name.isEmpty ? [] : [0x0A, UInt8(name.count)] + name
    return [0, 0, 0, 0, UInt8(body.count)] + body
  }
}

/// What comes in; used on the thread of its call alone.
private final class GRPCAnswer {
  var headers: [String: String] = [:]
  var body: [UInt8] = []

  func verdict(_ code: CURLcode) -> HealthCheck.Answer {
    if let status = headers["grpc-status"].flatMap({ Int($0) }), status != 0 {
      return .refused(code: status, message: headers["grpc-message"]?.unescaped ?? "")
    }
    switch code {
    case CURLE_OK:
      guard headers["content-type"]?.hasPrefix("application/grpc") == true else {
        return .broken("the server does not speak gRPC")
      }
      return .state(serviceState)
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST: return .noConnection
    case CURLE_OPERATION_TIMEDOUT: return .refused(code: 4, message: "context deadline exceeded")
    default: return .broken(String(cString: curl_easy_strerror(code)))
    }
  }

  /// The first field of the message, a number; without it the state is 0, which is unknown.
  private var serviceState: UInt64 {
    let message = body.dropFirst(5)
    guard message.first == 0x08 else { return 0 }
    var (value, shift): (UInt64, UInt64) = (0, 0)
    for byte in message.dropFirst().prefix(9) {
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return 0
  }
}

extension String {
  /// gRPC writes what is not plain text as `%` and two digits.
  fileprivate var unescaped: String {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let number = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(number)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

private final class HealthCheckWork: Sendable {
  let check: HealthCheck
  let continuation: CheckedContinuation<HealthCheck.Answer, Never>

  init(check: HealthCheck, continuation: CheckedContinuation<HealthCheck.Answer, Never>) {
    self.check = check
    self.continuation = continuation
  }
}

private func runHealthCheck(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  let work = Unmanaged<HealthCheckWork>.fromOpaque(context!).takeRetainedValue()
  work.continuation.resume(returning: work.check.perform())
  return nil
}

private func receiveGRPCHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let context else { return 0 }
  let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self)
  if let colon = line.firstIndex(of: ":") {
    let value = line[line.index(after: colon)...].drop { $0 == " " }.prefix { !$0.isNewline }
    Unmanaged<GRPCAnswer>.fromOpaque(context).takeUnretainedValue().headers[line[..<colon].lowercased()] = String(value)
  }
  return size * count
}

private func receiveGRPCBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let context else { return 0 }
  let answer = Unmanaged<GRPCAnswer>.fromOpaque(context).takeUnretainedValue()
  if answer.body.count < 4_096 { answer.body += UnsafeRawBufferPointer(start: bytes, count: size * count) }
  return size * count
}
