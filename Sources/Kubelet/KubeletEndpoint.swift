internal import ClusterClient
internal import ContainerRuntime
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// The kubelet's own little API, spoken by the API server: paths and answers as a real kubelet's.
struct KubeletEndpoint: APIEndpoint {
  let context: KubeletContext
  let mirror: Mirror<Pod>

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let parts = request.path.split(separator: "/").map(String.init)
    switch (parts.first, parts.count) {
    case ("healthz", 1): return APIResponse(headers: ["Content-Type": "text/plain"], body: .bytes(Array("ok".utf8)))
    case ("pods", 1):
      var list: Document = ["kind": "PodList", "apiVersion": "v1", "metadata": [:]]
      list["items"] = .list(mirror.objects.sorted { $0.name < $1.name }.map { $0.document() })
      return APIResponse(json: list.json())
    default: throw StatusError.noSuchResource()
    }
  }
}
