internal import CGnuTLS

/// A refusal of GnuTLS: what was being done, and why it failed.
struct GnuTLSError: Error, CustomStringConvertible {
  let what: String
  let code: Int32

  var description: String { "\(what): \(String(cString: gnutls_strerror(code)))" }
}

func check(_ what: String, _ code: Int32) throws(GnuTLSError) {
  if code < 0 { throw GnuTLSError(what: what, code: code) }
}

func withDatum(
  _ bytes: [UInt8], _ body: (inout gnutls_datum_t) throws(GnuTLSError) -> Void
) throws(GnuTLSError) {
  let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
  defer { copy.deallocate() }
  copy.update(from: bytes, count: bytes.count)
  var datum = gnutls_datum_t(data: copy, size: UInt32(bytes.count))
  try body(&datum)
}
