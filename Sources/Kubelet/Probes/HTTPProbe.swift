internal import ContainerRuntime
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// A GET request into a pod, as `httpGet` probes and hooks make it.
struct HTTPProbe: Sendable {
  static let userAgent = "kube-probe/1.32"
  static let userAgentOfHooks = "kube-lifecycle/1.32"
  private static let redirectLimit = 10

  enum Outcome: Sendable {
    case answered(HTTPAnswer)
    case failed(String)
    /// Nobody could be asked.
    case unclear(String)
  }

  let errand: Errand
  let action: HTTPGetAction
  var userAgent = Self.userAgent

  /// What the answer means for the container.
  func run(within limit: Duration) async -> ProbeResult {
    switch await request(within: limit) {
    case .answered(let answer): Self.verdict(on: answer)
    case .failed(let message): .failure(message)
    case .unclear(let message): .errored(message)
    }
  }

  func request(within limit: Duration) async -> Outcome {
    guard let port = errand.number(of: action.port) else {
      return .unclear(Errand.unknownPort(action.port))
    }
    let host = action.host.flatMap { $0.isEmpty ? nil : $0 } ?? errand.addresses.first ?? ""
    var path = action.path ?? "/"
    if !path.hasPrefix("/") { path = "/" + path }
    let url = WebAddress(scheme: (action.scheme ?? "HTTP").lowercased(), host: host, port: port, path: path)
    return await errand.within(limit) {
      await get(url)
    } orElse: {
      .failed("Get \"\(url)\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
    }
  }

  /// Follows the server to other places of its own; another server is none of the probe's business.
  private func get(_ start: WebAddress) async -> Outcome {
    var url = start
    for _ in 0..<Self.redirectLimit {
      let answer: HTTPAnswer
      do throws(NetworkFailure) {
        answer = try await ask(url)
      } catch {
        return .failed("Get \"\(url)\": \(error.reason)")
      }
      guard answer.isRedirect, let location = answer.header("location"), let next = url.following(location),
        next.host == start.host
      else { return .answered(answer) }
      url = next
    }
    return .failed("Get \"\(url)\": stopped after \(Self.redirectLimit) redirects")
  }

  private func ask(_ url: WebAddress) async throws(NetworkFailure) -> HTTPAnswer {
    let network = errand.context.network
    let connection: any ByteConnection
    if url.scheme == "https" {
      let name = header("host").map { String($0.prefix { $0 != ":" }) }
      connection = try await network.connectSecurely(to: url.host, port: url.port, name: name)
    } else {
      do throws(NetworkFailure) {
        connection = try await network.connect(to: url.host, port: url.port)
      } catch {
        throw NetworkFailure("dial tcp \(url.host):\(url.port): connect: \(error.reason)")
      }
    }
    defer { connection.close() }
    let request = request(url)
    do {
      return try await withTaskCancellationHandler {
        try await connection.write(Array(request.utf8))
        return try await HTTPAnswer.read(from: connection)
      } onCancel: {
        connection.close()
      }
    } catch {
      throw Self.failure(error, url)
    }
  }

  private static func failure(_ error: any Error, _ url: WebAddress) -> NetworkFailure {
    if let failure = error as? NetworkFailure { return failure }
    guard let failure = error as? SystemCallError else { return NetworkFailure("\(error)") }
    return NetworkFailure("\(failure.call) tcp \(url.authority): \(failure.call): \(failure.reason.lowercased())")
  }

  private func header(_ name: String) -> String? {
    action.httpHeaders.first { $0.name?.lowercased() == name }?.value
  }

  private func request(_ url: WebAddress) -> String {
    var headers = action.httpHeaders.map { ($0.name ?? "", $0.value ?? "") }
    if header("host") == nil { headers.insert(("Host", url.authority), at: 0) }
    if header("user-agent") == nil { headers.append(("User-Agent", userAgent)) }
    if header("accept") == nil { headers.append(("Accept", "*/*")) }
    // Given as empty, these two are not sent at all.
    headers.removeAll { ["accept", "user-agent"].contains($0.0.lowercased()) && $0.1.isEmpty }
    headers.append(("Connection", "close"))
    return "GET \(url.path) HTTP/1.1\r\n" + headers.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
  }

  static func verdict(on answer: HTTPAnswer) -> ProbeResult {
    switch answer.status {
    case 200..<300: .success
    case 300..<400: .warning("Probe terminated redirects, Response body: \(answer.body)")
    default: .failure("HTTP probe failed with statuscode: \(answer.status)")
    }
  }
}

/// Where a request goes.
struct WebAddress: Sendable, Equatable, CustomStringConvertible {
  var scheme: String
  var host: String
  var port: UInt16
  /// With the query.
  var path: String

  var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  var description: String { "\(scheme)://\(authority)\(path)" }

  /// Where a redirection leads, which may be told in full, from the root on, or from here; nil when it leads nowhere.
  func following(_ location: String) -> WebAddress? {
    var next = self
    var rest = location[...]
    if let colon = rest.firstRange(of: "://") {
      next.scheme = rest[..<colon.lowerBound].lowercased()
      rest = rest[colon.upperBound...]
      guard next.scheme == "http" || next.scheme == "https" else { return nil }
    } else if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
    } else {
      if rest.hasPrefix("/") {
        next.path = String(rest)
      } else {
        let folder = path.prefix { $0 != "?" }
        next.path = String(folder[...(folder.lastIndex(of: "/") ?? folder.startIndex)] + rest)
      }
      return next
    }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let path = rest.dropFirst(authority.count)
    next.path = path.hasPrefix("/") ? String(path) : "/" + path
    let number = authority.split(separator: ":", omittingEmptySubsequences: false)
    if let last = number.last, number.count == 2, let port = UInt16(last) {
      next.port = port
    } else {
      next.port = next.scheme == "https" ? 443 : 80
    }
    next.host = String(number.first ?? "")
    return next.host.isEmpty ? nil : next
  }
}
