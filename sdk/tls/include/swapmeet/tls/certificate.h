// A private key with its certificate: read from an operator's files, or made here and kept. What a
// host is known by is the fingerprint of the key, which stays when the certificate is renewed.
// Threads: immutable once made; may be shared.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "swapmeet/result.h"
#include "swapmeet/time.h"

struct ssl_ctx_st;

namespace swapmeet::tls {

enum class KeyKind {
  ed25519,  // of a peer: small and fast, known by its fingerprint
  p256      // of what browsers talk to as well, most of which know no Ed25519
};

class Certificate {
 public:
  // PEM files; that of the certificate may hold the chain up to its authority. `not_allowed`:
  // others can read the key; `invalid_argument`: one of them is not what it should be, or they do
  // not belong together.
  static Result<Certificate> read(const std::filesystem::path& certificate,
                                  const std::filesystem::path& key);
  // FILE.key, made with mode 0600 where there is none, and FILE.crt, signed with it by itself and
  // made anew when it is missing, damaged or has less than a third of its time left. `name`: whom
  // it is for, as a host name.
  static Result<Certificate> own(const std::filesystem::path& file, KeyKind kind,
                                 const std::string& name, Time now);

  const std::string& fingerprint() const;  // SHA-256 of the public key, 64 small hex digits
  const std::string& public_key() const;   // DER of its SubjectPublicKeyInfo
  std::string sign(std::string_view text) const;
  Time expires() const;
  // What a listener shows.
  Result<void> use_in(ssl_ctx_st* context) const;

 private:
  struct Parts;
  explicit Certificate(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

// Whether `signature` is that of `text` by the owner of this public key (DER). False for nonsense.
bool is_signed(std::string_view public_key, std::string_view text, std::string_view signature);
// SHA-256 of a public key (DER), 64 small hex digits.
std::string fingerprint_of(std::string_view public_key);

}  // namespace swapmeet::tls
