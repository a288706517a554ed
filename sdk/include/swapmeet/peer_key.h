// The key that a peer is known by: made at its first start, kept in its data folder, and never
// shown. Its fingerprint stands in the peer's registration and in every Source; whoever connects to
// the peer pins it. Provided by the host.
#pragma once

#include <string>
#include <string_view>

namespace swapmeet {

// Thread-safe.
class PeerKey {
 public:
  static constexpr const char* kInterface = "swapmeet.peer_key/1";
  virtual ~PeerKey() = default;

  // SHA-256 of public_key(), 64 small hex digits. [any thread; configure]
  virtual const std::string& fingerprint() const = 0;
  // DER of the SubjectPublicKeyInfo (RFC 5280) of the Ed25519 key (RFC 8410). Bytes.
  // [any thread; configure]
  virtual const std::string& public_key() const = 0;
  // The signature of `text`, 64 bytes, which tls::is_signed checks. Texts that are signed begin
  // with what they are for, so that none can be taken for another. [any thread; configure]
  virtual std::string sign(std::string_view text) const = 0;
};

}  // namespace swapmeet
