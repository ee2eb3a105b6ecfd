// GnuTLS, and the macros with casts that Swift does not import.
#pragma once
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

static inline unsigned int cgnutls_p256_bits(void) { return GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1); }

// A variable that holds a function, which Swift takes for shared mutable state.
static inline void cgnutls_free(void *memory) { gnutls_free(memory); }
