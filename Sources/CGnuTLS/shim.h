// GnuTLS, and the macros with casts that Swift does not import.
#pragma once
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

static inline unsigned int cgnutls_p256_bits(void) { return GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1); }

// A variable that holds a function, which Swift takes for shared mutable state.
static inline void cgnutls_free(void *memory) { gnutls_free(memory); }

static inline unsigned int cgnutls_no_signal(void) { return GNUTLS_NO_SIGNAL; }

// Clients that could do more are told so during the handshake.
static inline int cgnutls_speak_only_http1(gnutls_session_t session) {
  gnutls_datum_t protocol = {(unsigned char *)"http/1.1", 8};
  return gnutls_alpn_set_protocols(session, &protocol, 1, 0);
}
