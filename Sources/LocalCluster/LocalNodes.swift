internal import APIServer
internal import HTTPTransport
internal import KubernetesAPI

/// Kubelets of this machine answer on sockets of their own.
struct LocalNodes: NodeConnector {
  let paths: ClusterPaths

  func endpoint(node: Node) async throws(StatusError) -> any APIEndpoint {
    HTTPClient(unixSocket: paths.kubeletSocket(node: node.name))
  }
}
