public import KubernetesAPI

/// TLS towards a server whose certificate is nobody's business: what a probe wants to know is whether it answers.
public enum UncheckedTLS {
  /// - Parameter name: What the server is asked to be, if not its address.
  public static func connect(to host: String, port: UInt16, name: String? = nil) async throws(StatusError)
    -> any ByteChannel
  {
    var credentials = ClientCredentials()
    credentials.skipsVerification = true
    credentials.serverName = name
    let target: ClientTarget
    do {
      target = try ClientTarget(
        server: "https://\(ServerAddress(host: host, port: "\(port)"))", credentials: credentials)
    } catch {
      throw StatusError.unreachable("\(error)")
    }
    return try await UpgradeCall.connect(target)
  }
}
