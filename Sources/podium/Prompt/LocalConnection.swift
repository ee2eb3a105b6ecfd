internal import ClusterClient
internal import Glibc
internal import HTTPTransport
internal import KubectlCommands
internal import KubernetesAPI
internal import LocalCluster
internal import SystemIO

/// How commands of this program reach a cluster.
enum LocalConnection {
  /// Its own cluster, unless flags of a command name another.
  static func context(
    _ paths: ClusterPaths, searching folders: [String] = [], agent: String = "podium"
  ) -> KubectlContext {
    let client = ClusterClient(endpoint: ClusterLauncher(paths: paths).client, userAgent: agent)
    let connection = ClusterConnection(client: client, contextName: paths.cluster, server: address(paths))
    var context = KubectlContext(cluster: connection, workingDirectory: workingDirectory())
    context.open = { try open($0, paths, agent: agent) }
    context.searchFolders = folders
    context.fetch = fetch
    context.serve = serve
    return context
  }

  /// The cluster and the namespace that people have chosen by `config`; its own as long as they have not.
  static func chosenContext(
    _ paths: ClusterPaths, searching folders: [String] = [], namespace: String? = nil, agent: String = "podium"
  ) -> KubectlContext {
    var context = context(paths, searching: folders, agent: agent)
    context.ownNamespace = namespace
    context.configuration = ConfigPlaces(paths: [paths.kubeconfig], initial: context.cluster.configuration)
    // It may have ended meanwhile: it is started again by whoever needs it.
    context.prepare = { cluster in
      if cluster.server == address(paths) { try await ClusterLauncher(paths: paths).ensureUsable() }
    }
    return context
  }

  /// The cluster that commands are for now; its own when what was chosen makes no sense.
  static func chosenCluster(
    _ paths: ClusterPaths, namespace: String? = nil, agent: String = "podium"
  ) -> ClusterConnection {
    let context = chosenContext(paths, namespace: namespace, agent: agent)
    return (try? context.chosenCluster()) ?? context.cluster
  }

  /// What the own cluster is called where others have a URL.
  static func address(_ paths: ClusterPaths) -> String { "unix://\(paths.apiSocket)" }

  static func workingDirectory() -> String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }

  /// A manifest from the web; a few redirects are followed, since nothing secret goes along.
  @Sendable
  private static func fetch(_ url: String) async throws -> (status: Int, body: [UInt8]) {
    var url = url
    for _ in 0..<10 {
      let response: APIResponse
      do throws(WebFailure) {
        response = try await WebClient().send("GET", url)
      } catch {
        throw UsageError(error.message)
      }
      let body = try await ClusterClient.wholeBody(response, anyStatus: true)
      guard (300..<400).contains(response.status), let next = response.headers["Location"] else {
        return (response.status, body)
      }
      guard next.hasPrefix("http://") || next.hasPrefix("https://") else {
        throw UsageError("it leads on to \(next), which is no address")
      }
      url = next
    }
    throw UsageError("it leads on for ever")
  }

  /// For `proxy`: until the task is cancelled.
  @Sendable
  private static func serve(
    _ endpoint: any APIEndpoint, _ place: ProxyPlace, _ ready: @Sendable (String) async -> Void
  ) async throws(SystemCallError) {
    let server = HTTPServer(endpoint: endpoint)
    switch place {
    case .socket(let path):
      try server.listen(unixSocket: path)
      await ready(path)
    case .port(let port, let address):
      let taken = try server.listen(address: address, port: port)
      await ready("\(address.contains(":") ? "[\(address)]" : address):\(taken)")
    }
    // There is nothing to wait for but the end.
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    await server.stop(patience: .milliseconds(100))
  }

  private static func open(
    _ target: ConnectionTarget, _ paths: ClusterPaths, agent: String
  ) throws -> ClusterClient {
    let socket = "unix://"
    if target.server.hasPrefix(socket) {
      if target.token != nil || target.clientCertificate != nil {
        throw UsageError(
          "\(target.server) knows who asks by the socket's owner: credentials count with the file of podium cluster kubeconfig"
        )
      }
      let client = HTTPClient(unixSocket: String(target.server.dropFirst(socket.count)))
      return ClusterClient(endpoint: client, userAgent: agent)
    }
    var credentials = ClientCredentials()
    credentials.certificateAuthority = target.certificateAuthority
    credentials.clientCertificate = target.clientCertificate
    credentials.clientKey = target.clientKey
    credentials.token = target.token
    credentials.skipsVerification = target.skipsVerification
    credentials.serverName = target.serverName
    return ClusterClient(endpoint: try HTTPClient(server: target.server, credentials: credentials), userAgent: agent)
  }
}
