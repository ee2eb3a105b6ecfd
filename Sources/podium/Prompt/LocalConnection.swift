internal import ClusterClient
internal import Glibc
internal import HTTPTransport
internal import KubectlCommands
internal import KubernetesAPI
internal import LocalCluster
internal import SystemIO

/// How commands of this program reach a cluster: its own one, unless their flags name another.
enum LocalConnection {
  static func context(
    _ paths: ClusterPaths, searching folders: [String] = [], agent: String = "podium"
  ) -> KubectlContext {
    let client = ClusterClient(endpoint: ClusterLauncher(paths: paths).client, userAgent: agent)
    let connection = ClusterConnection(client: client, contextName: paths.cluster, server: "unix://\(paths.apiSocket)")
    var context = KubectlContext(cluster: connection, workingDirectory: workingDirectory(), connect: connect)
    context.searchFolders = folders
    context.fetch = fetch
    return context
  }

  private static func workingDirectory() -> String {
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

  /// Another cluster, by a kubeconfig file and flags.
  @Sendable
  private static func connect(_ flags: ConnectionFlags) async throws -> ClusterConnection {
    let path = flags.kubeconfig ?? Environment["KUBECONFIG"] ?? (Environment["HOME"] ?? "") + "/.kube/config"
    var config = Kubeconfig()
    if let text = try? Files.readText(path) {
      let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      config = try Kubeconfig(yaml: text, named: path) { name in
        try Files.readText(name.hasPrefix("/") ? name : folder + "/" + name)
      }
    } else if flags.server == nil {
      throw UsageError("error loading config file \"\(path)\": it cannot be read")
    }
    let contextName = flags.context ?? config.currentContext ?? ""
    let chosen = config.contexts[contextName]
    if flags.context != nil && chosen == nil { throw UsageError("context \"\(contextName)\" does not exist") }
    let cluster = config.clusters[flags.cluster ?? chosen?.cluster ?? ""]
    let user = config.users[flags.user ?? chosen?.user ?? ""]
    guard let server = flags.server ?? cluster?.server else {
      throw UsageError("\(path) names no server for the context \"\(contextName)\"")
    }
    var credentials = ClientCredentials()
    credentials.certificateAuthority =
      try flags.certificateAuthority.map { try Files.readText($0) } ?? cluster?.certificateAuthority
    credentials.clientCertificate =
      try flags.clientCertificate.map { try Files.readText($0) } ?? user?.clientCertificate
    credentials.clientKey = try flags.clientKey.map { try Files.readText($0) } ?? user?.clientKey
    credentials.token = flags.token ?? user?.token
    credentials.skipsVerification = flags.skipsVerification || cluster?.skipsVerification == true
    credentials.serverName = flags.serverName ?? cluster?.serverName
    let client = ClusterClient(endpoint: try HTTPClient(server: server, credentials: credentials), userAgent: "podium")
    return ClusterConnection(
      client: client, namespace: chosen?.namespace ?? "default", contextName: contextName, server: server)
  }
}
