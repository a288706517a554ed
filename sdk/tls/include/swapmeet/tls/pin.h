// Pins: who is at the other end is told by the fingerprint of the key, not by an authority. In a
// configuration a pin stands behind the URL, "https://host:8888#sha256=HEX".
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <string_view>

#include "swapmeet/result.h"

struct ssl_ctx_st;

namespace swapmeet::tls {

struct PinnedUrl {
  std::string url;          // without the pin
  std::string fingerprint;  // 64 small hex digits; empty: the certificate is verified instead
};

// `invalid_argument`: what stands behind '#' is no pin, or the URL is not https://.
Result<PinnedUrl> parse_pinned_url(std::string_view text);
// 64 hex digits, in any case and with or without ':' between two, in their one spelling.
// `invalid_argument`.
Result<std::string> parse_fingerprint(std::string_view text);

// Connections of this client context succeed only with the holder of the key of that fingerprint,
// whatever its certificate says about name and time. The context must demand verification
// (SSL_VERIFY_PEER).
void pin(ssl_ctx_st* context, std::string fingerprint);

}  // namespace swapmeet::tls
