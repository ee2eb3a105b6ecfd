internal import CGnuTLS
internal import KubernetesAPI
internal import Synchronization
internal import SystemIO

/// A client's connection, decrypted.
final class TLSServerSession: ByteChannel {
  // @unchecked: GnuTLS's session is only touched under the mutex around it; all its calls return at once.
  private struct State: @unchecked Sendable {
    let session: gnutls_session_t
    var hasEndedWriting = false
  }

  private let socket: Descriptor
  private let state: Mutex<State>
  /// The session uses the key until it ends.
  private let credentials: TLSServerCredentials

  init(socket: Descriptor, credentials: TLSServerCredentials) throws(GnuTLSError) {
    self.socket = socket
    self.credentials = credentials
    var session: gnutls_session_t?
    try check("gnutls_init", gnutls_init(&session, UInt32(GNUTLS_SERVER | GNUTLS_NONBLOCK) | cgnutls_no_signal()))
    state = Mutex(State(session: session!))
    gnutls_transport_set_int2(session, socket.number, socket.number)
    try check("gnutls_set_default_priority", gnutls_set_default_priority(session))
    try check("gnutls_credentials_set", credentials.apply(to: session!))
    try check("gnutls_alpn_set_protocols", cgnutls_speak_only_http1(session))
  }

  deinit {
    state.withLock { gnutls_deinit($0.session) }
    socket.close()
  }

  func handshake() async throws { _ = try await attempt("TLS handshake") { Int(gnutls_handshake($0)) } }

  func read() async throws -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count: Int
    do {
      count = try await attempt("TLS read", waitsToRead: true) { session in
        bytes.withUnsafeMutableBytes { gnutls_record_recv(session, $0.baseAddress, $0.count) }
      }
    } catch let error as GnuTLSError where error.code == GNUTLS_E_PREMATURE_TERMINATION {
      // Closed without the goodbye of TLS, as many programs do.
      return nil
    }
    return count == 0 ? nil : Array(bytes.prefix(count))
  }

  func write(_ bytes: [UInt8]) async throws {
    var written = 0
    while written < bytes.count {
      let offset = written
      written += try await attempt("TLS write") { session in
        bytes.withUnsafeBytes { gnutls_record_send(session, $0.baseAddress! + offset, bytes.count - offset) }
      }
    }
  }

  func closeWriting() {
    state.withLock { state in
      if state.hasEndedWriting { return }
      state.hasEndedWriting = true
      // If the socket is full the goodbye is lost; the end of the stream below says the same.
      gnutls_bye(state.session, GNUTLS_SHUT_WR)
    }
    socket.closeWriting()
  }

  func close() {
    closeWriting()
    socket.close()
  }

  /// Calls again whenever the socket has become ready; GnuTLS wants the very same arguments then.
  private func attempt(
    _ what: String, waitsToRead: Bool = false, _ call: (gnutls_session_t) -> Int
  ) async throws -> Int {
    while true {
      try Task.checkCancellation()
      let (result, wantsToWrite) = try state.withLock { state throws(SystemCallError) in
        // A number that has been closed may be somebody else's by now.
        if socket.isClosed { throw SystemCallError(what, on: socket.name, errno: 9) }
        let result = call(state.session)
        return (result, gnutls_record_get_direction(state.session) == 1)
      }
      if result >= 0 { return result }
      switch Int32(result) {
      case GNUTLS_E_AGAIN:
        if wantsToWrite && !waitsToRead {
          try await socket.waitUntilWritable()
        } else {
          try await socket.waitUntilReadable()
        }
      case GNUTLS_E_INTERRUPTED, GNUTLS_E_WARNING_ALERT_RECEIVED: continue
      default: throw GnuTLSError(what: what, code: Int32(result))
      }
    }
  }
}

/// A server's certificate and key, as GnuTLS holds them.
// @unchecked: made once and never changed, which GnuTLS allows to share between sessions and threads.
final class TLSServerCredentials: @unchecked Sendable {
  private let pointer: gnutls_certificate_credentials_t

  init(_ identity: ServerIdentity) throws(GnuTLSError) {
    var pointer: gnutls_certificate_credentials_t?
    try check("gnutls_certificate_allocate_credentials", gnutls_certificate_allocate_credentials(&pointer))
    self.pointer = pointer!
    let (certificate, key) = (Array(identity.certificatePEM.utf8), Array(identity.keyPEM.utf8))
    try withDatum(certificate) { certificate throws(GnuTLSError) in
      try withDatum(key) { key throws(GnuTLSError) in
        try check(
          "gnutls_certificate_set_x509_key_mem",
          gnutls_certificate_set_x509_key_mem(self.pointer, &certificate, &key, GNUTLS_X509_FMT_PEM))
      }
    }
  }

  deinit { gnutls_certificate_free_credentials(pointer) }

  func apply(to session: gnutls_session_t) -> Int32 {
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(pointer))
  }
}
