internal import ClusterClient
internal import HTTPTransport
internal import KubernetesAPI
internal import SystemIO

/// A cluster that somebody else runs, as the current context of a kubeconfig file names it.
enum AnyCluster {
  /// Returns when the cluster has answered and knows who asks.
  static func client(kubeconfigFile path: String) async throws -> HTTPClient {
    let text: String
    do {
      text = try Files.readText(path)
    } catch {
      throw BenchmarkProblem("\(path) cannot be read as a kubeconfig: \(error)")
    }
    let client = try client(kubeconfig: text, named: path)
    do throws(StatusError) {
      _ = try await ClusterClient(endpoint: client).send("GET", "/api/v1/nodes", query: [QueryItem("limit", "1")])
    } catch {
      throw BenchmarkProblem(
        "the cluster of \(path) does not let itself be measured: \(error.message)\n"
          + "Next: see whether kubectl --kubeconfig \(path) get nodes works")
    }
    return client
  }

  static func client(kubeconfig text: String, named path: String = "kubeconfig") throws -> HTTPClient {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let config = try Kubeconfig(yaml: text, named: path) { name in
      try Files.readText(name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name)
    }
    guard let context = config.contexts[config.currentContext ?? ""], let cluster = config.clusters[context.cluster]
    else { throw BenchmarkProblem("\(path) has no current context that names a cluster") }
    let user = config.users[context.user]
    var credentials = ClientCredentials()
    credentials.certificateAuthority = cluster.certificateAuthority
    credentials.skipsVerification = cluster.skipsVerification
    credentials.serverName = cluster.serverName
    credentials.token = user?.token
    credentials.clientCertificate = user?.clientCertificate
    credentials.clientKey = user?.clientKey
    return try HTTPClient(server: cluster.server, credentials: credentials)
  }
}
