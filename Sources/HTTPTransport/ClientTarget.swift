internal import CCurl
internal import Glibc
internal import KubernetesAPI
internal import SystemIO

/// Where requests go and what every connection to it needs.
struct ClientTarget: Sendable {
  /// Scheme, host and port, and a path that stands in front of all others; no slash at its end.
  let base: String
  let unixSocket: String?
  let address: ServerAddress
  private let token: String?
  private let skipsVerification: Bool
  private let authority: MemoryFile?
  private let certificate: MemoryFile?
  private let key: MemoryFile?
  /// When the server's certificate has another name than its address.
  private let detour: ConnectionDetour?

  init(unixSocket: String) {
    base = "http://localhost"
    self.unixSocket = unixSocket
    address = ServerAddress(url: base)
    token = nil
    skipsVerification = false
    (authority, certificate, key, detour) = (nil, nil, nil, nil)
  }

  init(server: String, credentials: ClientCredentials) throws {
    var base = server.contains("://") ? server : "https://" + server
    while base.hasSuffix("/") { base.removeLast() }
    let address = ServerAddress(url: base)
    self.address = address
    if let name = credentials.serverName, name != address.host {
      // libcurl checks the certificate against the URL, so that has the name, and the connection goes to the address.
      let path = base.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
      let named = ServerAddress(host: name, port: address.port)
      self.base = "https://\(named)\(path)"
      detour = ConnectionDetour(from: named, to: address)
    } else {
      self.base = base
      detour = nil
    }
    unixSocket = nil
    token = credentials.token
    skipsVerification = credentials.skipsVerification
    authority = try credentials.certificateAuthority.map { try MemoryFile($0, name: "certificate-authority") }
    certificate = try credentials.clientCertificate.map { try MemoryFile($0, name: "client-certificate") }
    key = try credentials.clientKey.map { try MemoryFile($0, name: "client-key") }
  }

  /// The path of a request on the server, with its query.
  func path(_ request: APIRequest) -> String {
    let prefix = base.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
    return prefix + RequestTarget(path: request.path, query: request.query).text
  }

  func url(_ request: APIRequest) -> String {
    base + RequestTarget(path: request.path, query: request.query).text
  }

  /// What is written into the `Host` field.
  var host: String { unixSocket == nil ? "\(address)" : "localhost" }

  /// Header lines of the request, with what proves who asks.
  func headers(_ request: APIRequest) -> [String] {
    var lines = request.headers.lines
    if request.headers["Host"] == nil { lines.append("Host: \(host)") }
    if let token, request.headers["Authorization"] == nil { lines.append("Authorization: Bearer \(token)") }
    return lines
  }

  /// Tells a transfer where to connect and whom to trust.
  func configure(_ handle: UnsafeMutableRawPointer) {
    if let unixSocket { ccurl_set_text(handle, CURLOPT_UNIX_SOCKET_PATH, unixSocket) }
    // What is on this machine is reached without the detour that the environment may ask for.
    if isLocal { ccurl_set_text(handle, CURLOPT_PROXY, "") }
    // Everything here, upgrades above all, is said in this version; a server that is asked might choose a newer one.
    ccurl_set_number(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1)
    ccurl_set_number(handle, CURLOPT_CONNECTTIMEOUT, 10)
    if let detour { ccurl_set_pointer(handle, CURLOPT_CONNECT_TO, detour.list) }
    // TLS libraries read files; these have no name that anybody else could open.
    if let authority {
      ccurl_set_text(handle, CURLOPT_CAINFO, authority.path)
      // Reading all authorities of the machine as well would take a tenth of a second, and trust them.
      ccurl_set_text(handle, CURLOPT_CAPATH, nil)
    }
    if let certificate { ccurl_set_text(handle, CURLOPT_SSLCERT, certificate.path) }
    if let key { ccurl_set_text(handle, CURLOPT_SSLKEY, key.path) }
    if skipsVerification {
      ccurl_set_text(handle, CURLOPT_CAPATH, nil)
      ccurl_set_number(handle, CURLOPT_SSL_VERIFYPEER, 0)
      ccurl_set_number(handle, CURLOPT_SSL_VERIFYHOST, 0)
    }
  }

  /// The words of Kubernetes' own clients for a server that did not answer; `detail` is libcurl's report.
  func unreachable(_ code: CURLcode, _ detail: String = "", errno: Int32 = 0) -> StatusError {
    let words = String(cString: curl_easy_strerror(code))
    switch code {
    case CURLE_COULDNT_CONNECT:
      guard let unixSocket else {
        let reason =
          switch errno {
          case ENETUNREACH: "network is unreachable"
          case EHOSTUNREACH: "no route to host"
          default: "connection refused"
          }
        return .unreachable("dial tcp \(address): connect: \(reason)")
      }
      let reason = Files.exists(unixSocket) ? "connection refused" : "no such file or directory"
      return .unreachable("dial unix \(unixSocket): connect: \(reason)")
    case CURLE_COULDNT_RESOLVE_HOST: return .unreachable("dial tcp: lookup \(address.host): no such host")
    case CURLE_OPERATION_TIMEDOUT: return .unreachable("dial tcp \(address): i/o timeout")
    case CURLE_PEER_FAILED_VERIFICATION:
      let isOther = detail.contains("does not match")
      return .unreachable(
        "tls: failed to verify certificate: x509: "
          + (isOther ? "certificate is not valid for \(address.host)" : "certificate signed by unknown authority"))
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE: return .unreachable("unexpected EOF")
    default: return .unreachable("\(unixSocket ?? "\(address)"): \(detail.isEmpty ? words : detail)")
    }
  }

  private var isLocal: Bool {
    unixSocket != nil || address.host == "localhost" || address.host.hasPrefix("127.") || address.host == "::1"
  }
}

extension HTTPHeaders {
  /// As libcurl wants to be told; an empty value would mean to it that the field is to be left out.
  var lines: [String] { fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" } }
}

/// The host and port of a URL.
struct ServerAddress: Sendable, Equatable, CustomStringConvertible {
  var host: String
  var port: String

  init(host: String, port: String) {
    self.host = host
    self.port = port
  }

  init(url: String) {
    let isPlain = url.hasPrefix("http://")
    var rest = url[...]
    if let scheme = url.firstIndex(of: ":"), url[scheme...].hasPrefix("://") {
      rest = url[scheme...].dropFirst(3)
    }
    rest = rest.prefix { $0 != "/" }
    if rest.first == "[", let end = rest.firstIndex(of: "]") {
      host = String(rest[..<end].dropFirst())
      rest = rest[end...].dropFirst()
    } else {
      host = String(rest.prefix { $0 != ":" })
      rest = rest.drop { $0 != ":" }
    }
    port = rest.isEmpty ? (isPlain ? "80" : "443") : String(rest.dropFirst())
  }

  /// As it stands in a URL or a header field.
  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// An instruction to libcurl: for this address, connect to that one.
// @unchecked: the list is made once and only read afterwards.
private final class ConnectionDetour: @unchecked Sendable {
  let list: UnsafeMutablePointer<curl_slist>?

  init(from: ServerAddress, to: ServerAddress) { list = curl_slist_append(nil, "\(from):\(to)") }

  deinit { curl_slist_free_all(list) }
}
