internal import Documents
internal import ImageStore
internal import KubernetesAPI

/// What a node's kubelet does for the images beyond what the API server asks of it: it removes layers whose files belong
/// to users that only the node's namespace knows.
struct NodeImages: APIEndpoint {
  let kubelet: any APIEndpoint
  let images: Images

  private static let prunePath = "/podium/images/prune"

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    guard request.path == Self.prunePath, request.method == "POST" else { return try await kubelet.send(request) }
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
