internal import CGnuTLS
public import SystemIO

/// A secret that whoever presents it has been given.
public struct BearerToken: Sendable, Equatable {
  public let text: String

  /// Reads the token from its file; makes a random one, with mode 0600, when there is none.
  public static func loadOrCreate(_ path: String) throws(SystemCallError) -> BearerToken {
    if let text = try? Files.readText(path) {
      let token = text.filter { !$0.isWhitespace }
      if token.utf8.count >= 32 { return BearerToken(text: token) }
    }
    let token = random()
    try Files.replace(path, with: Array((token.text + "\n").utf8))
    return token
  }

  /// 256 random bits.
  public static func random() -> BearerToken {
    var bytes = [UInt8](repeating: 0, count: 32)
    let result = gnutls_rnd(GNUTLS_RND_KEY, &bytes, bytes.count)
    precondition(result == 0, "gnutls_rnd failed: \(result)")
    let digits = Array("0123456789abcdef".utf8)
    return BearerToken(
      text: String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self))
  }

  /// Takes as long for a token that is nearly right as for one that is all wrong.
  static func areEqual(_ one: String, _ other: String) -> Bool {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    guard one.count == other.count else { return false }
    return gnutls_memcmp(one, other, one.count) == 0
  }
}
