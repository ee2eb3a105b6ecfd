internal import Documents
internal import Synchronization

/// A pull's conversation with one server: it proves who asks, follows redirects, and asks again where that may help.
final class RegistrySession: Sendable {
  let host: RegistryHost
  private let repository: String
  private let credential: RegistryCredential?
  private let settings: RegistrySettings
  private let transport: any RegistryTransport
  /// What stands in the `Authorization` field, once the server has asked for one.
  private let authorization = Mutex<String?>(nil)

  init(
    _ host: RegistryHost, repository: String, credential: RegistryCredential?, settings: RegistrySettings,
    transport: any RegistryTransport
  ) {
    self.host = host
    self.repository = repository
    self.credential = credential
    self.settings = settings
    self.transport = transport
  }

  /// Where a manifest or a blob is.
  func url(_ path: String) -> String {
    let query = host.mirrored.map { "?ns=" + FormText.escape($0) } ?? ""
    return "\(host.base)/v2/\(repository)/\(path)\(query)"
  }

  /// The last answer, whatever its status; refusals to authorize are errors.
  func request(
    _ method: String, _ path: String, _ headers: [(name: String, value: String)]
  ) async throws -> RegistryAnswer {
    let url = url(path)
    var refusals = 0
    var attempt = 0
    while true {
      attempt += 1
      let answer: RegistryAnswer
      do {
        answer = try await follow(method, url, headers)
      } catch {
        if error.cause == .interrupted, attempt < Self.mostAttempts {
          try await Task.sleep(for: Self.pause(before: attempt, asked: nil))
          continue
        }
        throw failure("failed to do request: \(method.prefix(1) + method.dropFirst().lowercased()) \"\(url)\"", error)
      }
      switch answer.status {
      case 401:
        refusals += 1
        guard try await authorize(answer, refusals) else { return answer }
      case 408, 429, 500, 502, 503, 504:
        // Too much asked for, or trouble of the server's own: both may be over in a moment.
        if attempt == Self.mostAttempts { return answer }
        try await Task.sleep(for: Self.pause(before: attempt, asked: answer.header("Retry-After")))
      default: return answer
      }
    }
  }

  private static let mostAttempts = 5

  /// Twice as long each time, or as long as the server wants if that is not too long for who waits.
  static func pause(before attempt: Int, asked: String?) -> Duration {
    let own = Duration.milliseconds(50 << attempt)
    guard let seconds = asked.flatMap({ Int($0) }), (0...5).contains(seconds) else { return own }
    return max(own, .seconds(seconds))
  }

  // MARK: Redirects

  private func follow(
    _ method: String, _ url: String, _ headers: [(name: String, value: String)]
  ) async throws(RegistryFailure) -> RegistryAnswer {
    var url = url
    for _ in 0..<10 {
      let address = RegistryHost.address(of: url)
      guard settings.mayReach(address) else {
        throw RegistryFailure(.other, "\(address) may not be asked: the reach of registries is \(settings.reach)")
      }
      let isOwn = url.hasPrefix(host.base + "/")
      var request = RegistryRequest(
        method: method, url: url, headers: headers, body: [],
        certificateAuthority: isOwn ? host.certificateAuthority : settings.certificateAuthority(for: address))
      // Wherever else the way leads, nobody there is to learn the password or the token.
      if isOwn, let authorization = authorization.withLock(\.self) {
        request.headers.append(("Authorization", authorization))
      }
      let answer = try await transport.send(request)
      guard [301, 302, 303, 307, 308].contains(answer.status), let location = answer.header("Location") else {
        return answer
      }
      url = Self.resolve(location, against: url)
    }
    throw RegistryFailure(.other, "stopped after 10 redirects")
  }

  static func resolve(_ location: String, against url: String) -> String {
    if location.hasPrefix("http://") || location.hasPrefix("https://") { return location }
    let scheme = url.prefix { $0 != ":" }
    if location.hasPrefix("//") { return "\(scheme):\(location)" }
    let origin = "\(scheme)://\(RegistryHost.address(of: url))"
    if location.hasPrefix("/") { return origin + location }
    let path = url.dropFirst(origin.count).prefix { $0 != "?" }
    return origin + path[...(path.lastIndex(of: "/") ?? path.startIndex)] + location
  }

  // MARK: Authorization

  /// Meets the challenge of an answer; false when that has been tried and the answer is the last word.
  private func authorize(_ answer: RegistryAnswer, _ refusals: Int) async throws -> Bool {
    guard let field = answer.header("WWW-Authenticate"), let challenge = AuthenticationChallenge.best(in: field) else {
      throw AuthorizationRefused("failed to find supported auth scheme: not implemented")
    }
    switch challenge.scheme {
    case .basic:
      guard let credential, !credential.password.isEmpty else {
        throw AuthorizationRefused("authorization failed: no basic auth credentials")
      }
      if refusals > 1 { return false }
      let login = Base64.encode(Array("\(credential.user):\(credential.password)".utf8))
      authorization.withLock { $0 = "Basic \(login)" }
    case .bearer:
      if refusals > 1 {
        guard let error = challenge.parameters["error"] else { return false }
        throw AuthorizationRefused("server message: \(error): authorization failed")
      }
      do {
        let token = try await token(challenge)
        authorization.withLock { $0 = "Bearer \(token)" }
      } catch let error as PullError {
        let kind = credential == nil ? "anonymous" : "oauth"
        throw error.during("failed to authorize: failed to fetch \(kind) token")
      }
    }
    return true
  }

  /// Asks the server that the challenge names for a token.
  private func token(_ challenge: AuthenticationChallenge) async throws -> String {
    guard let realm = challenge.parameters["realm"], realm.contains("://") else {
      throw PullError(.unknown, "no realm specified for token auth challenge")
    }
    let address = RegistryHost.address(of: realm)
    guard settings.mayReach(address) else {
      throw PullError(.unknown, "\(address) may not be asked: the reach of registries is \(settings.reach)")
    }
    if credential != nil, realm.hasPrefix("http://"), host.base.hasPrefix("https://"), !RegistryHost.isLoopback(address)
    {
      throw PullError(.unknown, "the password is not sent to \(realm), since everybody on the way could read it")
    }
    var scope: [(String, String)] = []
    if let service = challenge.parameters["service"] { scope.append(("service", service)) }
    let scopes = (challenge.parameters["scope"] ?? "repository:\(repository):pull").split(separator: " ").map(
      String.init)

    if let credential {
      var form = scope + [("client_id", "podium"), ("scope", scopes.joined(separator: " "))]
      if credential.tokenUser.isEmpty {
        form += [("grant_type", "refresh_token"), ("refresh_token", credential.secret)]
      } else {
        form += [("grant_type", "password"), ("username", credential.tokenUser), ("password", credential.secret)]
      }
      let answer = try await askForToken("POST", realm, address, form: FormText.encode(form))
      if answer.status == 200 { return try await readToken(answer) }
      // Many servers know only the older way.
      guard [400, 401, 404, 405].contains(answer.status) else { throw Self.unexpected(answer.status, "POST", realm) }
    }
    let query = FormText.encode(scopes.map { ("scope", $0) } + scope)
    let url = realm + (realm.contains("?") ? "&" : "?") + query
    let answer = try await askForToken("GET", url, address)
    guard answer.status == 200 else { throw Self.unexpected(answer.status, "GET", url) }
    return try await readToken(answer)
  }

  private func askForToken(
    _ method: String, _ url: String, _ address: String, form: String? = nil
  ) async throws -> RegistryAnswer {
    var request = RegistryRequest(
      method: method, url: url, headers: [], body: Array((form ?? "").utf8),
      certificateAuthority: address == host.address
        ? host.certificateAuthority : settings.certificateAuthority(for: address))
    if form != nil {
      request.headers.append(("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"))
    } else if let credential {
      let login = Base64.encode(Array("\(credential.tokenUser):\(credential.secret)".utf8))
      request.headers.append(("Authorization", "Basic \(login)"))
    }
    do {
      return try await transport.send(request)
    } catch {
      throw failure("\(method.prefix(1) + method.dropFirst().lowercased()) \"\(url)\"", error)
    }
  }

  private func readToken(_ answer: RegistryAnswer) async throws -> String {
    let bytes = try await answer.wholeBody(limit: 1 << 20)
    let document = try? Document.parse(json: bytes)
    guard let token = (document?["access_token"] ?? document?["token"])?.stringValue, !token.isEmpty else {
      throw PullError(.unknown, "authorization server did not include a token in the response")
    }
    return token
  }

  // MARK: Words

  /// Docker Hub is always there: where its name is not known, there is no network.
  private func failure(_ what: String, _ failure: RegistryFailure) -> PullError {
    let isHub = host.address == "registry-1.docker.io"
    let isAway = failure.cause == .unknownHost || failure.cause == .unreachable
    let isOffline = failure.cause == .offline || isHub && isAway
    return PullError(isOffline ? .offline : .unknown, "\(what): \(failure)")
  }

  static func unexpected(_ status: Int, _ method: String, _ url: String) -> PullError {
    PullError(.unknown, "unexpected status from \(method) request to \(url): \(statusText(status))")
  }

  static func statusText(_ status: Int) -> String {
    let words = [
      400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
      416: "Requested Range Not Satisfiable", 429: "Too Many Requests", 500: "Internal Server Error",
      502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]
    return words[status].map { "\(status) \($0)" } ?? "\(status)"
  }
}

/// The server does not accept who asks, or does not know what for.
struct AuthorizationRefused: Error {
  var message: String

  init(_ message: String) { self.message = message }
}

/// Names and values as forms and queries carry them.
enum FormText {
  static func encode(_ fields: [(String, String)]) -> String {
    fields.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
  }

  static func escape(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
