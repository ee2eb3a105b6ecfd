internal import CGnuTLS
public import KubernetesAPI
internal import Synchronization
internal import SystemIO

/// The pair of keys that a cluster signs the tokens of its service accounts with.
public final class TokenKeys: TokenSigner {
  // @unchecked: GnuTLS's keys are only touched under the mutex around them.
  private struct Pair: @unchecked Sendable {
    let privateKey: gnutls_privkey_t
    let publicKey: gnutls_pubkey_t
  }

  private let pair: Mutex<Pair>
  public let keyID: String
  public let publicPoint: (x: [UInt8], y: [UInt8])

  /// How long each of the two numbers of a signature is.
  private static let width = 32

  /// Reads the private key from its file; makes one, with mode 0600, when there is none or it cannot be read.
  public static func loadOrCreate(_ path: String) throws -> TokenKeys {
    if let pem = try? Files.read(path), let keys = try? TokenKeys(pem: pem) { return keys }
    let pem = try Certificate.newKeyPEM()
    try Files.replace(path, with: Array(pem.utf8))
    return try TokenKeys(pem: Array(pem.utf8))
  }

  private init(pem: [UInt8]) throws(GnuTLSError) {
    var privateKey: gnutls_privkey_t?
    try check("gnutls_privkey_init", gnutls_privkey_init(&privateKey))
    var publicKey: gnutls_pubkey_t?
    do throws(GnuTLSError) {
      try check("gnutls_pubkey_init", gnutls_pubkey_init(&publicKey))
      try withDatum(pem) { datum throws(GnuTLSError) in
        try check(
          "gnutls_privkey_import_x509_raw",
          gnutls_privkey_import_x509_raw(privateKey, &datum, GNUTLS_X509_FMT_PEM, nil, 0))
      }
      try check("gnutls_pubkey_import_privkey", gnutls_pubkey_import_privkey(publicKey, privateKey, 0, 0))
      publicPoint = try Self.point(publicKey!)
      keyID = try Self.fingerprint(publicKey!)
    } catch {
      gnutls_privkey_deinit(privateKey)
      gnutls_pubkey_deinit(publicKey)
      throw error
    }
    pair = Mutex(Pair(privateKey: privateKey!, publicKey: publicKey!))
  }

  deinit {
    pair.withLock {
      gnutls_privkey_deinit($0.privateKey)
      gnutls_pubkey_deinit($0.publicKey)
    }
  }

  public func sign(_ message: [UInt8]) throws -> [UInt8] {
    try pair.withLock { pair throws(GnuTLSError) in
      var signature = gnutls_datum_t()
      try withDatum(message) { datum throws(GnuTLSError) in
        try check(
          "gnutls_privkey_sign_data",
          gnutls_privkey_sign_data(pair.privateKey, GNUTLS_DIG_SHA256, 0, &datum, &signature))
      }
      defer { cgnutls_free(signature.data) }
      var (first, second) = (gnutls_datum_t(), gnutls_datum_t())
      try check("gnutls_decode_rs_value", gnutls_decode_rs_value(&signature, &first, &second))
      defer {
        cgnutls_free(first.data)
        cgnutls_free(second.data)
      }
      return Self.number(first) + Self.number(second)
    }
  }

  public func isSigned(_ message: [UInt8], by signature: [UInt8]) -> Bool {
    guard signature.count == 2 * Self.width else { return false }
    let verdict = try? pair.withLock { pair throws(GnuTLSError) -> Int32 in
      var verdict: Int32 = -1
      try withDatum(Array(signature[..<Self.width])) { first throws(GnuTLSError) in
        try withDatum(Array(signature[Self.width...])) { second throws(GnuTLSError) in
          var encoded = gnutls_datum_t()
          try check("gnutls_encode_rs_value", gnutls_encode_rs_value(&encoded, &first, &second))
          defer { cgnutls_free(encoded.data) }
          try withDatum(message) { message throws(GnuTLSError) in
            verdict = gnutls_pubkey_verify_data2(
              pair.publicKey, GNUTLS_SIGN_ECDSA_SHA256, 0, &message, &encoded)
          }
        }
      }
      return verdict
    }
    return verdict.map { $0 >= 0 } ?? false
  }

  private static func point(_ key: gnutls_pubkey_t) throws(GnuTLSError) -> (x: [UInt8], y: [UInt8]) {
    var (x, y) = (gnutls_datum_t(), gnutls_datum_t())
    try check("gnutls_pubkey_export_ecc_raw2", gnutls_pubkey_export_ecc_raw2(key, nil, &x, &y, 0))
    defer {
      cgnutls_free(x.data)
      cgnutls_free(y.data)
    }
    return (number(x), number(y))
  }

  /// The digest of the public key, as Kubernetes names keys.
  private static func fingerprint(_ key: gnutls_pubkey_t) throws(GnuTLSError) -> String {
    var datum = gnutls_datum_t()
    try check("gnutls_pubkey_export2", gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &datum))
    defer { cgnutls_free(datum.data) }
    var digest = [UInt8](repeating: 0, count: 32)
    try check("gnutls_hash_fast", gnutls_hash_fast(GNUTLS_DIG_SHA256, datum.data, Int(datum.size), &digest))
    var text = gnutls_datum_t()
    try withDatum(digest) { datum throws(GnuTLSError) in
      try check("gnutls_base64_encode2", gnutls_base64_encode2(&datum, &text))
    }
    defer { cgnutls_free(text.data) }
    let characters = UnsafeBufferPointer(start: text.data, count: Int(text.size)).prefix { $0 != UInt8(ascii: "=") }
    return String(
      decoding: characters.map { byte in
        switch byte {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: byte
        }
      }, as: UTF8.self)
  }

  /// Without the zero that may stand in front, and with those that are missing.
  private static func number(_ datum: gnutls_datum_t) -> [UInt8] {
    let bytes = Array(UnsafeBufferPointer(start: datum.data, count: Int(datum.size))).suffix(width)
    return [UInt8](repeating: 0, count: width - bytes.count) + bytes
  }
}
