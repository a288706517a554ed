#include "swapmeet/registry.h"

#include <algorithm>

namespace swapmeet {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::size_t kFingerprintDigits = 64;

bool is_fingerprint_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string url_of(const PeerRecord& peer) {
  return (peer.plain ? "http://" : "https://") + HostPort{peer.address, peer.port}.text();
}

std::string pinned_url(const std::string& url, const std::string& fingerprint) {
  if (fingerprint.empty()) return url;
  return (url.starts_with(kPlain) ? "https://" + url.substr(kPlain.size()) : url) +
         "#sha256=" + fingerprint;
}

Result<void> check_fingerprint(const Enrollment& enrollment) {
  const auto& digits = enrollment.fingerprint;
  if (digits.empty() && !enrollment.plain)
    return invalid_argument("a peer that takes no HTTP without TLS must tell its fingerprint");
  if (!digits.empty() && (digits.size() != kFingerprintDigits ||
                          !std::all_of(digits.begin(), digits.end(), is_fingerprint_digit)))
    return invalid_argument("the fingerprint must be 64 small hex digits");
  return {};
}

}  // namespace swapmeet
