import APIServer
import ClusterClient
import KubernetesAPI
import ObjectStore

/// A server over a store in memory, with controllers that work on it.
enum ControlledCluster {
  /// Prepares a new cluster, starts the work, and ends it when the body has returned.
  static func with(
    prepare: (ClusterClient) async throws -> Void = { _ in },
    work: @escaping @Sendable (ClusterClient) async throws -> Void,
    _ body: (ClusterClient) async throws -> Void
  ) async throws {
    let server = Server(store: try Store.inMemory(), nodes: NoNodes())
    try await server.prepare()
    let client = ClusterClient(endpoint: server)
    try await prepare(client)
    let working = Task { try await work(client) }
    do {
      try await body(client)
    } catch {
      working.cancel()
      throw error
    }
    working.cancel()
    _ = await working.result
  }

  private struct NoNodes: NodeConnector {
    func endpoint(node: Node) async throws(StatusError) -> any APIEndpoint {
      throw StatusError.unavailable("no node is there")
    }
  }
}
