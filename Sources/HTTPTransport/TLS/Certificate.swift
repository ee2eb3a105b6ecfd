internal import CGnuTLS
internal import Glibc

/// An X.509 certificate with its private key.
final class Certificate {
  private let certificate: gnutls_x509_crt_t
  private let key: gnutls_x509_privkey_t

  private init() throws(GnuTLSError) {
    var certificate: gnutls_x509_crt_t?
    try check("gnutls_x509_crt_init", gnutls_x509_crt_init(&certificate))
    var key: gnutls_x509_privkey_t?
    do throws(GnuTLSError) {
      try check("gnutls_x509_privkey_init", gnutls_x509_privkey_init(&key))
    } catch {
      gnutls_x509_crt_deinit(certificate)
      throw error
    }
    self.certificate = certificate!
    self.key = key!
  }

  deinit {
    gnutls_x509_crt_deinit(certificate)
    gnutls_x509_privkey_deinit(key)
  }

  convenience init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(GnuTLSError) {
    try self.init()
    try withDatum(certificatePEM) { datum throws(GnuTLSError) in
      try check("gnutls_x509_crt_import", gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_PEM))
    }
    try withDatum(keyPEM) { datum throws(GnuTLSError) in
      try check("gnutls_x509_privkey_import", gnutls_x509_privkey_import(key, &datum, GNUTLS_X509_FMT_PEM))
    }
  }

  /// One that signs itself and others.
  static func authority(validFrom start: Int, to end: Int) throws(GnuTLSError) -> Certificate {
    let made = try Certificate()
    try made.fill(commonName: "podium-ca", validFrom: start, to: end)
    try check("basic constraints", gnutls_x509_crt_set_basic_constraints(made.certificate, 1, -1))
    try check(
      "key usage",
      gnutls_x509_crt_set_key_usage(made.certificate, UInt32(GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)))
    try made.sign(by: made)
    return made
  }

  static func server(
    names: [String], issuedBy authority: Certificate, validFrom start: Int, to end: Int
  ) throws(GnuTLSError) -> Certificate {
    let made = try Certificate()
    try made.fill(commonName: "kube-apiserver", validFrom: start, to: end)
    try check("basic constraints", gnutls_x509_crt_set_basic_constraints(made.certificate, 0, -1))
    try check(
      "key usage", gnutls_x509_crt_set_key_usage(made.certificate, UInt32(GNUTLS_KEY_DIGITAL_SIGNATURE)))
    try check(
      "key purpose", gnutls_x509_crt_set_key_purpose_oid(made.certificate, GNUTLS_KP_TLS_WWW_SERVER, 0))
    for name in names { try made.addName(name) }
    try made.sign(by: authority)
    return made
  }

  /// Whether it is valid until then, belongs to its key, and was signed by that authority.
  func isUsable(at moment: Int, issuedBy authority: Certificate?) -> Bool {
    guard gnutls_x509_crt_get_activation_time(certificate) <= moment,
      gnutls_x509_crt_get_expiration_time(certificate) > moment, Self.keyIdentity(certificate) == keyIdentity
    else { return false }
    guard let authority else { return true }
    var list: gnutls_x509_crt_t? = authority.certificate
    var verdict: UInt32 = 0
    let result = gnutls_x509_crt_verify(
      certificate, &list, 1, UInt32(GNUTLS_VERIFY_DISABLE_TIME_CHECKS.rawValue), &verdict)
    return result == 0 && verdict == 0
  }

  func certificatePEM() throws(GnuTLSError) -> String {
    var datum = gnutls_datum_t()
    try check("gnutls_x509_crt_export2", gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &datum))
    return Self.takeText(datum)
  }

  func keyPEM() throws(GnuTLSError) -> String {
    var datum = gnutls_datum_t()
    try check("gnutls_x509_privkey_export2", gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &datum))
    return Self.takeText(datum)
  }

  /// A new private key of the kind that the certificates have, for other uses.
  static func newKeyPEM() throws(GnuTLSError) -> String {
    let made = try Certificate()
    try made.generateKey()
    return try made.keyPEM()
  }

  private func generateKey() throws(GnuTLSError) {
    try check(
      "gnutls_x509_privkey_generate",
      gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, cgnutls_p256_bits(), 0))
  }

  private func fill(commonName: String, validFrom start: Int, to end: Int) throws(GnuTLSError) {
    try generateKey()
    try check("version", gnutls_x509_crt_set_version(certificate, 3))
    try check("key", gnutls_x509_crt_set_key(certificate, key))
    var serial = [UInt8](repeating: 0, count: 16)
    try check("gnutls_rnd", gnutls_rnd(GNUTLS_RND_NONCE, &serial, serial.count))
    // A serial number is positive and has no leading zero.
    serial[0] = serial[0] & 0x7F | 0x40
    try check("serial number", gnutls_x509_crt_set_serial(certificate, serial, serial.count))
    try check("activation time", gnutls_x509_crt_set_activation_time(certificate, start))
    try check("expiration time", gnutls_x509_crt_set_expiration_time(certificate, end))
    try check(
      "common name",
      gnutls_x509_crt_set_dn_by_oid(
        certificate, GNUTLS_OID_X520_COMMON_NAME, 0, commonName, UInt32(commonName.utf8.count)))
    let identity = keyIdentity
    try check("key identity", gnutls_x509_crt_set_subject_key_id(certificate, identity, identity.count))
  }

  private func addName(_ name: String) throws(GnuTLSError) {
    var address = [UInt8](repeating: 0, count: 16)
    for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] where inet_pton(family, name, &address) == 1 {
      try check(
        "name \(name)",
        gnutls_x509_crt_set_subject_alt_name(
          certificate, GNUTLS_SAN_IPADDRESS, address, UInt32(size), UInt32(GNUTLS_FSAN_APPEND)))
      return
    }
    try check(
      "name \(name)",
      gnutls_x509_crt_set_subject_alt_name(
        certificate, GNUTLS_SAN_DNSNAME, name, UInt32(name.utf8.count), UInt32(GNUTLS_FSAN_APPEND)))
  }

  private func sign(by issuer: Certificate) throws(GnuTLSError) {
    let identity = issuer.keyIdentity
    try check("issuer's identity", gnutls_x509_crt_set_authority_key_id(certificate, identity, identity.count))
    try check(
      "gnutls_x509_crt_sign2",
      gnutls_x509_crt_sign2(certificate, issuer.certificate, issuer.key, GNUTLS_DIG_SHA256, 0))
  }

  private var keyIdentity: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64)
    var size = bytes.count
    return gnutls_x509_privkey_get_key_id(key, 0, &bytes, &size) == 0 ? Array(bytes.prefix(size)) : []
  }

  private static func keyIdentity(_ certificate: gnutls_x509_crt_t) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64)
    var size = bytes.count
    return gnutls_x509_crt_get_key_id(certificate, 0, &bytes, &size) == 0 ? Array(bytes.prefix(size)) : []
  }

  private static func takeText(_ datum: gnutls_datum_t) -> String {
    defer { cgnutls_free(datum.data) }
    return String(decoding: UnsafeBufferPointer(start: datum.data, count: Int(datum.size)), as: UTF8.self)
  }
}
