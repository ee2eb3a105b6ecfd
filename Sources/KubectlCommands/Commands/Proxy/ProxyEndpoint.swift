internal import KubernetesAPI

/// Answers what comes to the proxy: files of its own, or the API's answers to whom the filter lets through.
struct ProxyEndpoint: APIEndpoint {
  let api: any APIEndpoint
  let agent: String
  /// Begins and ends with a slash.
  let apiPrefix: String
  let filter: ProxyFilter?
  let files: (prefix: String, folder: ProxyFolder)?

  /// A path that begins and ends with a slash.
  static func prefix(_ text: String) -> String {
    let inner = text.split(separator: "/").joined(separator: "/")
    return inner.isEmpty ? "/" : "/\(inner)/"
  }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let path = request.path
    if let (prefix, folder) = files {
      if path + "/" == prefix { return .redirect(to: prefix) }
      if path.hasPrefix(prefix) { return folder.answer(String(path.dropFirst(prefix.count))) }
    }
    if path != "/", path + "/" == apiPrefix { return .redirect(to: apiPrefix) }
    guard path.hasPrefix(apiPrefix) else { return .plain(404, "404 page not found\n") }
    var passed = request
    passed.path = "/" + path.dropFirst(apiPrefix.count)
    if let filter, !filter.accepts(request, path: passed.path) { return .plain(403, "Forbidden\n") }
    // What concerns this connection only ends here.
    for name in Self.ofOneConnection where request.headers["Upgrade"] == nil || name != "Connection" {
      passed.headers[name] = nil
    }
    if passed.headers["User-Agent"] == nil { passed.headers["User-Agent"] = agent }
    var response = try await api.send(passed)
    guard response.status != 101 else { return response }
    for name in Self.ofOneConnection { response.headers[name] = nil }
    return response
  }

  private static let ofOneConnection = [
    "Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Accept-Encoding", "Expect", "Date",
  ]
}
