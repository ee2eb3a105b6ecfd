import APIServer
import ClusterClient
import KubernetesAPI
import ObjectStore
import Synchronization

/// A cluster that keeps some of what it has from its user, as an administrator may want it.
final class RestrictedCluster: APIEndpoint {
  private let server: Server
  private let denied: Mutex<Set<String>>

  /// - Parameter denied: Resources that may not be asked for, as they stand in paths: `configmaps`.
  init(denying denied: Set<String>) async throws {
    server = Server(store: try Store.inMemory(), nodes: NoNodes())
    self.denied = Mutex(denied)
    try await server.prepare()
  }

  func allow(_ resource: String) { denied.withLock { _ = $0.remove(resource) } }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let words = Set(request.path.split(separator: "/").map(String.init))
    if let resource = denied.withLock({ $0.first(where: words.contains) }) {
      throw Self.refusal(resource)
    }
    return try await server.send(request)
  }

  private struct NoNodes: NodeConnector {
    func endpoint(node: Node) async throws(StatusError) -> any APIEndpoint {
      throw StatusError.unavailable("no node is there")
    }
  }

  static func refusal(_ resource: String) -> StatusError {
    StatusError(
      403, "Forbidden", "\(resource) is forbidden: User \"learner\" cannot list resource \"\(resource)\"")
  }
}
