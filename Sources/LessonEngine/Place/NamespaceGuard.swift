internal import KubernetesAPI

/// An API that lets a lesson's commands reach one namespace and nothing else; nodes may be looked at.
struct NamespaceGuard: APIEndpoint {
  let endpoint: any APIEndpoint
  let namespace: String

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    guard allows(request) else {
      throw StatusError(
        403, "Forbidden",
        "\(request.method) \(request.path): a lesson's commands act in its own namespace \"\(namespace)\" only")
    }
    return try await endpoint.send(request)
  }

  func allows(_ request: APIRequest) -> Bool {
    var parts = request.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    if parts.contains("..") || parts.contains(".") { return false }
    switch parts.first {
    case "api": parts = Array(parts.dropFirst(2))
    case "apis": parts = Array(parts.dropFirst(3))
    case "version", "openapi", "healthz", "livez", "readyz": return request.method == "GET"
    default: return false
    }
    // What kinds there are.
    guard let first = parts.first else { return request.method == "GET" }
    switch first {
    case "namespaces":
      guard parts.count > 1 else { return false }
      // The namespace itself belongs to the tutor.
      return parts[1] == namespace && (parts.count > 2 || request.method == "GET")
    case "nodes":
      // What a kubelet tells of the namespace's own pods belongs to it.
      let isOwnPod = parts.count == 6 && parts[2...4] == ["proxy", "anatomy", namespace]
      return request.method == "GET" && (parts.count < 3 || isOwnPod)
    case "selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews": return request.method == "POST"
    default: return false
    }
  }
}
