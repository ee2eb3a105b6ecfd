internal import CGnuTLS
internal import Glibc
internal import SystemIO

/// The certificate that a local cluster's server shows, and the authority of its own that clients check it against.
public struct ServerIdentity: Sendable {
  /// The authority's certificate, for the kubeconfig of clients.
  public let authorityPEM: String
  public let certificatePEM: String
  let keyPEM: String

  /// What the server may be called; each a DNS name or an address.
  public static let names = [
    "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
    "127.0.0.1", "::1", "10.96.0.1",
  ]

  /// Reads `ca.crt`, `ca.key`, `server.crt` and `server.key`; what is missing, damaged or about to expire is made anew.
  ///
  /// The authority lives for ten years, so that kubeconfig files go on working when the server's certificate is renewed.
  public static func loadOrCreate(directory: String, now: Int? = nil) throws -> ServerIdentity {
    let now = now ?? time(nil)
    try Files.makeDirectories(directory)
    let authority = try loadOrCreate(directory + "/ca", now: now) {
      try Certificate.authority(validFrom: now - 3600, to: now + 10 * 365 * 86_400)
    }
    let server = try loadOrCreate(directory + "/server", issuedBy: authority, now: now) {
      try Certificate.server(names: names, issuedBy: authority, validFrom: now - 3600, to: now + 365 * 86_400)
    }
    return ServerIdentity(
      authorityPEM: try authority.certificatePEM(), certificatePEM: try server.certificatePEM(),
      keyPEM: try server.keyPEM())
  }

  private static func loadOrCreate(
    _ path: String, issuedBy authority: Certificate? = nil, now: Int, create: () throws -> Certificate
  ) throws -> Certificate {
    if let certificate = try? Files.read(path + ".crt"), let key = try? Files.read(path + ".key"),
      let found = try? Certificate(certificatePEM: certificate, keyPEM: key),
      found.isUsable(at: now + 30 * 86_400, issuedBy: authority)
    {
      return found
    }
    let made = try create()
    try Files.replace(path + ".key", with: Array(try made.keyPEM().utf8))
    try Files.replace(path + ".crt", with: Array(try made.certificatePEM().utf8))
    return made
  }
}
