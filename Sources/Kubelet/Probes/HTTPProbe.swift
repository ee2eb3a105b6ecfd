internal import ContainerRuntime
internal import KubernetesAPI
internal import ObjectSchema

/// A GET request into a pod, as `httpGet` probes and hooks make it.
struct HTTPProbe: Sendable {
  let errand: Errand
  let action: HTTPGetAction

  func run(within limit: Duration) async -> ProbeResult {
    guard let port = errand.number(of: action.port) else {
      return .errored("couldn't parse port \(action.port?.description ?? "")")
    }
    let host = action.host.flatMap { $0.isEmpty ? nil : $0 } ?? errand.addresses.first ?? ""
    let scheme = (action.scheme ?? "HTTP").lowercased()
    var path = action.path ?? "/"
    if !path.hasPrefix("/") { path = "/" + path }
    let url = "\(scheme)://\(host):\(port)\(path)"
    let network = errand.context.network
    let request = self.request(host: host, port: port, path: path)
    return await errand.within(limit) {
      let connection: any ByteConnection
      do throws(NetworkFailure) {
        connection = try await network.connect(to: host, port: port)
      } catch {
        return .failure("Get \"\(url)\": dial tcp \(host):\(port): connect: \(error.reason)")
      }
      defer { connection.close() }
      return await withTaskCancellationHandler {
        do {
          try await connection.write(Array(request.utf8))
          return Self.verdict(on: try await Self.head(connection), url: url)
        } catch {
          return .failure("Get \"\(url)\": \(error)")
        }
      } onCancel: {
        connection.close()
      }
    } orElse: {
      .failure("Get \"\(url)\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
    }
  }

  private func request(host: String, port: UInt16, path: String) -> String {
    var headers = action.httpHeaders.map { ($0.name ?? "", $0.value ?? "") }
    func has(_ name: String) -> Bool { headers.contains { $0.0.lowercased() == name } }
    if !has("host") { headers.insert(("Host", "\(host):\(port)"), at: 0) }
    if !has("user-agent") { headers.append(("User-Agent", "kube-probe/1.32")) }
    if !has("accept") { headers.append(("Accept", "*/*")) }
    headers.append(("Connection", "close"))
    return "GET \(path) HTTP/1.1\r\n" + headers.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
  }

  /// The answer up to the end of its header.
  private static func head(_ connection: any ByteConnection) async throws -> String {
    var bytes: [UInt8] = []
    while bytes.count < 16_384 {
      let chunk = try await connection.read()
      bytes += chunk
      let text = String(decoding: bytes, as: UTF8.self)
      if chunk.isEmpty || text.contains("\r\n\r\n") || text.contains("\n\n") { return text }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func verdict(on head: String, url: String) -> ProbeResult {
    if head.isEmpty { return .failure("Get \"\(url)\": EOF") }
    let line = head.split(whereSeparator: \.isNewline).first ?? ""
    let words = line.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), let code = Int(words[1]) else {
      return .failure(
        "Get \"\(url)\": net/http: HTTP/1.x transport connection broken: malformed HTTP response \"\(line)\"")
    }
    return (200..<400).contains(code) ? .success : .failure("HTTP probe failed with statuscode: \(code)")
  }
}
