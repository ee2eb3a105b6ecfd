internal import ClusterClient
internal import HTTPTransport
internal import KubernetesAPI
internal import Synchronization
internal import SystemIO

/// The port on 127.0.0.1 for stock tools: opened when somebody asks for a kubeconfig, and from then on at every start,
/// so that the file goes on working.
final class LoopbackAccess: Sendable {
  private let paths: ClusterPaths
  private let server: HTTPServer
  private let identity: ServerIdentity
  private let authenticator: any TokenAuthenticator
  private let opened = Mutex<UInt16?>(nil)

  init(paths: ClusterPaths, server: HTTPServer, identity: ServerIdentity, authenticator: any TokenAuthenticator) {
    self.paths = paths
    self.server = server
    self.identity = identity
    self.authenticator = authenticator
  }

  var port: UInt16? { opened.withLock { $0 } }

  /// Opens the port again if there was one before.
  func reopen() throws {
    guard let text = try? Files.readText(portFile), let port = UInt16(text) else { return }
    _ = try open(preferring: port)
  }

  func kubeconfig() throws -> String {
    let wanted = (try? Files.readText(portFile)).flatMap { UInt16($0) } ?? 0
    let port = try open(preferring: wanted)
    return Kubeconfig.yaml(
      name: paths.cluster, server: "https://127.0.0.1:\(port)", certificateAuthority: identity.authorityPEM,
      token: try BearerToken.loadOrCreate(paths.credentials + "/token").text)
  }

  private func open(preferring wanted: UInt16) throws -> UInt16 {
    if let port { return port }
    let tokens = [try BearerToken.loadOrCreate(paths.credentials + "/token").text: UserInfo.admin]
    // Should somebody else have taken the port meanwhile, kubeconfig files must be asked for anew.
    let reopened = wanted == 0 ? nil : try? listen(port: wanted, tokens)
    let port = try reopened ?? listen(port: 0, tokens)
    try Files.replace(portFile, with: Array(String(port).utf8))
    opened.withLock { $0 = port }
    return port
  }

  private func listen(port: UInt16, _ tokens: [String: UserInfo]) throws -> UInt16 {
    try server.listen(loopbackPort: port, tls: identity, tokens: tokens, others: authenticator)
  }

  private var portFile: String { paths.credentials + "/port" }
}
