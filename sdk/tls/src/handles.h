// OpenSSL's objects with an end, and what it says went wrong. Threads: as OpenSSL's.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace swapmeet::tls {

template <auto kFree>
struct Freeing {
  template <class T>
  void operator()(T* one) const {
    kFree(one);
  }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, Freeing<X509_free>>;
using ContextHandle = std::unique_ptr<SSL_CTX, Freeing<SSL_CTX_free>>;
using BioHandle = std::unique_ptr<BIO, Freeing<BIO_free>>;
using DigestHandle = std::unique_ptr<EVP_MD_CTX, Freeing<EVP_MD_CTX_free>>;

// The first thing that went wrong on this thread, in OpenSSL's words; forgets the rest.
inline std::string trouble() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason ? reason : "unknown trouble";
}

// DER of the key's SubjectPublicKeyInfo.
inline std::string public_key_of(EVP_PKEY* key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key, &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

}  // namespace swapmeet::tls
