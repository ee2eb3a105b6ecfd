public import KubernetesAPI

/// Finds the way to the kubelet of a node, for requests that only the node can answer.
public protocol NodeConnector: Sendable {
  func endpoint(node: Node) async throws(StatusError) -> any APIEndpoint
}
