/// A pair of keys of the elliptic curve P-256 by which the API server signs tokens, and knows its own again.
///
/// Whoever brings a library for cryptography brings the keys; the API server itself knows none.
public protocol TokenSigner: Sendable {
  /// Names the pair; every token says which one it was signed with.
  var keyID: String { get }
  /// The public half: two numbers of 32 bytes.
  var publicPoint: (x: [UInt8], y: [UInt8]) { get }
  /// A signature as ES256 wants it: two numbers of 32 bytes, one behind the other.
  func sign(_ message: [UInt8]) throws -> [UInt8]
  func isSigned(_ message: [UInt8], by signature: [UInt8]) -> Bool
}

/// Knows whom a bearer token belongs to.
public protocol TokenAuthenticator: Sendable {
  /// Throws `unauthorized` for a token that is not good.
  func user(bearing token: String) async throws(StatusError) -> UserInfo
}
