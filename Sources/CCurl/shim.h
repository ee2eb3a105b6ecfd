// libcurl sets and asks everything through variadic functions, which Swift cannot call.
#pragma once
#include <curl/curl.h>

static inline CURLcode ccurl_set_number(CURL *transfer, CURLoption option, long value) {
  return curl_easy_setopt(transfer, option, value);
}

static inline CURLcode ccurl_set_size(CURL *transfer, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(transfer, option, value);
}

// Texts are copied by libcurl, except the body of `CURLOPT_POSTFIELDS`.
static inline CURLcode ccurl_set_text(CURL *transfer, CURLoption option, const char *value) {
  return curl_easy_setopt(transfer, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *transfer, CURLoption option, void *value) {
  return curl_easy_setopt(transfer, option, value);
}

// For both the header and the body callback.
typedef size_t (*ccurl_receive)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ccurl_set_receiver(CURL *transfer, CURLoption option, ccurl_receive receive) {
  return curl_easy_setopt(transfer, option, receive);
}

static inline long ccurl_get_number(CURL *transfer, CURLINFO info) {
  long value = 0;
  curl_easy_getinfo(transfer, info, &value);
  return value;
}

static inline void *ccurl_get_pointer(CURL *transfer, CURLINFO info) {
  char *value = NULL;
  curl_easy_getinfo(transfer, info, &value);
  return value;
}

static inline curl_socket_t ccurl_get_socket(CURL *transfer) {
  curl_socket_t value = CURL_SOCKET_BAD;
  curl_easy_getinfo(transfer, CURLINFO_ACTIVESOCKET, &value);
  return value;
}

// A message of the multi interface keeps its result in a union.
static inline CURLcode ccurl_message_result(const CURLMsg *message) { return message->data.result; }

// GnuTLS's session of a connection over which something has been sent; NULL without TLS.
static inline void *ccurl_get_tls_session(CURL *transfer) {
  struct curl_tlssessioninfo *info = NULL;
  curl_easy_getinfo(transfer, CURLINFO_TLS_SSL_PTR, &info);
  return info != NULL && info->backend == CURLSSLBACKEND_GNUTLS ? info->internals : NULL;
}
