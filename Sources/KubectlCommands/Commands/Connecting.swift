internal import ClusterClient
internal import KubernetesAPI

/// Follows the global flags that say which cluster is meant and how requests are made.
enum Connecting {
  static func apply(to invocation: inout Invocation) async throws {
    if invocation.command.isOffline { return }
    let flags = connectionFlags(invocation)
    if !flags.isEmpty || invocation.context.configuration != nil {
      invocation.context.cluster = try invocation.context.chosenCluster(flags)
      if invocation[SharedFlags.verbosity] >= 6, let places = invocation.context.configPlaces(flags.kubeconfig) {
        await invocation.tellLoaded(
          try ConfigFiles(places, workingDirectory: invocation.context.workingDirectory))
      }
    }
    try await invocation.context.prepare?(invocation.context.cluster)
    var client = invocation.client
    var endpoint = client.endpoint
    if let person = try impersonated(invocation) { endpoint = ImpersonatingEndpoint(endpoint, headers: person) }
    let limit = invocation[SharedFlags.requestTimeout]
    if let timeout = requestTimeout(limit) {
      guard let timeout = timeout.value else {
        throw Failure(
          "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)"
        )
      }
      endpoint = TimeLimitedEndpoint(endpoint, limit: timeout)
    }
    let level = invocation[SharedFlags.verbosity]
    if level >= 6 {
      endpoint = LoggingEndpoint(
        endpoint, cluster: invocation.context.cluster, level: level, io: invocation.io, now: invocation.context.now)
    }
    client = ClusterClient(endpoint: endpoint, userAgent: client.userAgent, user: client.user)
    invocation.context.cluster.client = client
  }

  private static func connectionFlags(_ invocation: Invocation) -> ConnectionFlags {
    func text(_ flag: Flag<String>) -> String? {
      let value = invocation[flag]
      return value.isEmpty ? nil : value
    }
    var flags = ConnectionFlags()
    flags.kubeconfig = text(SharedFlags.kubeconfig)
    flags.context = text(SharedFlags.context)
    flags.cluster = text(SharedFlags.cluster)
    flags.user = text(SharedFlags.user)
    flags.server = text(SharedFlags.server)
    flags.token = text(SharedFlags.token)
    flags.certificateAuthority = text(SharedFlags.certificateAuthority)
    flags.clientCertificate = text(SharedFlags.clientCertificate)
    flags.hasPassword = text(SharedFlags.username) != nil || text(SharedFlags.password) != nil
    flags.clientKey = text(SharedFlags.clientKey)
    flags.skipsVerification = invocation[SharedFlags.skipsVerification]
    flags.serverName = text(SharedFlags.serverName)
    return flags
  }

  private static func impersonated(_ invocation: Invocation) throws -> [QueryItem]? {
    let user = invocation[SharedFlags.asUser]
    if user.isEmpty {
      if invocation[SharedFlags.asGroup].isEmpty, invocation[SharedFlags.asUID].isEmpty { return nil }
      throw Failure(
        "requesting uid, groups or user-extra for \(invocation.context.cluster.userName) without impersonating a user")
    }
    var headers = [QueryItem("Impersonate-User", user)]
    headers += invocation[SharedFlags.asGroup].map { QueryItem("Impersonate-Group", $0) }
    let uid = invocation[SharedFlags.asUID]
    if !uid.isEmpty { headers.append(QueryItem("Impersonate-Uid", uid)) }
    return headers
  }

  /// Nil when no limit is asked for; a value that is nil when the text makes no sense.
  private static func requestTimeout(_ text: String) -> (value: Duration?, Void)? {
    if text == "0" || text == "0s" { return nil }
    if let seconds = Int(text) { return seconds < 0 ? nil : (.seconds(seconds), ()) }
    // Less than nothing is no limit.
    if let duration = FlagText.duration(text), duration < .zero { return nil }
    return (FlagText.duration(text), ())
  }
}

/// Says in whose name requests are made.
private struct ImpersonatingEndpoint: APIEndpoint {
  let base: any APIEndpoint
  let headers: [QueryItem]

  init(_ base: any APIEndpoint, headers: [QueryItem]) {
    self.base = base
    self.headers = headers
  }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    var request = request
    for header in headers { request.headers.add(header.name, header.value) }
    return try await base.send(request)
  }
}
