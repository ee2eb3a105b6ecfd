internal import CCurl
internal import KubernetesAPI
internal import SystemIO

/// Where requests go and what every connection to it needs.
struct ClientTarget: Sendable {
  /// Scheme, host and port, and a path that stands in front of all others; no slash at its end.
  let base: String
  let unixSocket: String?
  private let token: String?
  private let skipsVerification: Bool
  private let authority: MemoryFile?
  private let certificate: MemoryFile?
  private let key: MemoryFile?

  init(base: String, unixSocket: String) {
    self.base = base
    self.unixSocket = unixSocket
    token = nil
    skipsVerification = false
    (authority, certificate, key) = (nil, nil, nil)
  }

  init(server: String, credentials: ClientCredentials) throws {
    var base = server.contains("://") ? server : "https://" + server
    while base.hasSuffix("/") { base.removeLast() }
    self.base = base
    unixSocket = nil
    token = credentials.token
    skipsVerification = credentials.skipsVerification
    authority = try credentials.certificateAuthority.map { try MemoryFile($0, name: "certificate-authority") }
    certificate = try credentials.clientCertificate.map { try MemoryFile($0, name: "client-certificate") }
    key = try credentials.clientKey.map { try MemoryFile($0, name: "client-key") }
  }

  func url(_ request: APIRequest) -> String {
    var url = base + PercentEncoding.path(request.path)
    for (index, item) in request.query.enumerated() {
      url +=
        (index == 0 ? "?" : "&") + PercentEncoding.component(item.name) + "="
        + PercentEncoding.component(item.value)
    }
    return url
  }

  /// Headers of the request, with what proves who asks.
  func headers(_ request: APIRequest) -> [String] {
    var lines = request.headers.fields.map { "\($0.name): \($0.value)" }
    if let token, request.headers["Authorization"] == nil { lines.append("Authorization: Bearer \(token)") }
    return lines
  }

  /// Tells a transfer where to connect and whom to trust.
  func configure(_ handle: UnsafeMutableRawPointer) {
    if let unixSocket { ccurl_set_text(handle, CURLOPT_UNIX_SOCKET_PATH, unixSocket) }
    ccurl_set_text(handle, CURLOPT_PROXY, "")
    ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1)
    ccurl_set_number(handle, CURLOPT_CONNECTTIMEOUT, 10)
    // TLS libraries read files; these have no name that anybody else could open.
    if let authority { ccurl_set_text(handle, CURLOPT_CAINFO, authority.path) }
    if let certificate { ccurl_set_text(handle, CURLOPT_SSLCERT, certificate.path) }
    if let key { ccurl_set_text(handle, CURLOPT_SSLKEY, key.path) }
    if skipsVerification {
      ccurl_set_number(handle, CURLOPT_SSL_VERIFYPEER, 0)
      ccurl_set_number(handle, CURLOPT_SSL_VERIFYHOST, 0)
    }
  }

  /// The words for a server that did not answer.
  func unreachable(_ code: CURLcode) -> StatusError {
    let place = unixSocket ?? base
    if code == CURLE_COULDNT_CONNECT {
      let host = unixSocket ?? String(base.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" })
      return .unreachable(
        "The connection to the server \(host) was refused - did you specify the right host or port?")
    }
    return .unreachable("Unable to connect to the server: \(place): \(String(cString: curl_easy_strerror(code)))")
  }
}

/// Text as it may stand in a URL.
enum PercentEncoding {
  static func path(_ text: String) -> String { encode(text, alsoPlain: "/:@!$&'()*+,;=") }
  static func component(_ text: String) -> String { encode(text, alsoPlain: "") }

  private static func encode(_ text: String, alsoPlain: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.append(byte)
      default:
        if alsoPlain.utf8.contains(byte) {
          encoded.append(byte)
        } else {
          encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }
}
