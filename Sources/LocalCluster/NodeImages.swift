internal import Documents
internal import ImageStore
internal import KubernetesAPI

/// What a node's kubelet does for the images beyond what the API server asks of it: it removes layers whose files belong
/// to users that only the node's namespace knows, and runs the commands of builds.
struct NodeImages: APIEndpoint {
  let kubelet: any APIEndpoint
  let images: Images
  let builds: NodeBuilds

  private static let prunePath = "/podium/images/prune"

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    switch (request.method, request.path) {
    case ("POST", Self.prunePath): return try prune(request)
    case ("POST", RemoteBuild.path): return try await RemoteBuild.perform(request.body, builds)
    default: return try await kubelet.send(request)
    }
  }

  private func prune(_ request: APIRequest) throws(StatusError) -> APIResponse {
    let layers = (try? Document.parse(json: request.body))?["inUse"]?.listValue ?? []
    do {
      try images.prune(inUse: Set(layers.compactMap(\.stringValue)))
      return APIResponse(json: Array("{}".utf8))
    } catch {
      throw StatusError.internalError("\(error)")
    }
  }

  /// Asks a kubelet; one that does not answer has nothing to do with it.
  static func prune(_ inUse: Set<String>, kubelet: any APIEndpoint) async {
    let body: Document = ["inUse": .list(inUse.sorted().map { .string($0) })]
    _ = try? await kubelet.send(APIRequest("POST", prunePath, body: body.json()))
  }
}
