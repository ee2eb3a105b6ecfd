internal import ClusterClient
internal import HTTPTransport
internal import SystemIO

/// A cluster that somebody else runs, as the current context of a kubeconfig file names it.
enum AnyCluster {
  static func client(kubeconfigFile path: String) throws -> HTTPClient {
    try client(kubeconfig: try Files.readText(path), named: path)
  }

  static func client(kubeconfig text: String, named path: String = "kubeconfig") throws -> HTTPClient {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let config = try Kubeconfig(yaml: text, named: path) { name in
      try Files.readText(name.hasPrefix("/") ? name : folder + "/" + name)
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
