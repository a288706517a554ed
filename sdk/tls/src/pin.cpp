#include "swapmeet/tls/pin.h"

#include "handles.h"
#include "swapmeet/secret_file.h"
#include "swapmeet/tls/certificate.h"

namespace swapmeet::tls {
namespace {

constexpr std::string_view kAlgorithm = "sha256=";
constexpr std::size_t kDigits = 64;

void forget_pin(void*, void* pin, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(pin);
}

// Where a context keeps its pin; it goes with the context.
int pin_index() {
  static const int kIndex = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, forget_pin);
  return kIndex;
}

int verify_pin(X509_STORE_CTX* store, void* expected) {
  auto* const certificate = X509_STORE_CTX_get0_cert(store);
  auto* const key = certificate ? X509_get0_pubkey(certificate) : nullptr;
  if (key && equal_in_constant_time(fingerprint_of(public_key_of(key)),
                                    *static_cast<const std::string*>(expected)))
    return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

}  // namespace

Result<std::string> parse_fingerprint(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ':' && digits.size() % 2 == 0) continue;
    if (c >= 'A' && c <= 'F')
      digits += static_cast<char>(c - 'A' + 'a');
    else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
      digits += c;
    else
      return invalid_argument("'" + std::string(text) + "' is not a fingerprint (64 hex digits)");
  }
  if (digits.size() != kDigits)
    return invalid_argument("'" + std::string(text) + "' is not a fingerprint (64 hex digits)");
  return digits;
}

Result<PinnedUrl> parse_pinned_url(std::string_view text) {
  const auto mark = text.find('#');
  PinnedUrl parsed{std::string(text.substr(0, mark)), {}};
  if (mark == std::string_view::npos) return parsed;
  auto pin = text.substr(mark + 1);
  if (!pin.starts_with(kAlgorithm))
    return invalid_argument("'" + std::string(text) + "': behind '#' stands sha256=FINGERPRINT");
  if (!parsed.url.starts_with("https://"))
    return invalid_argument("'" + std::string(text) +
                            "': only a host that is asked over https:// can be known by its key");
  pin.remove_prefix(kAlgorithm.size());
  auto fingerprint = parse_fingerprint(pin);
  if (!fingerprint) return std::move(fingerprint).error();
  parsed.fingerprint = std::move(*fingerprint);
  return parsed;
}

void pin(ssl_ctx_st* context, std::string fingerprint) {
  auto* const kept = new std::string(std::move(fingerprint));
  if (auto* const before = static_cast<std::string*>(SSL_CTX_get_ex_data(context, pin_index())))
    delete before;
  SSL_CTX_set_ex_data(context, pin_index(), kept);
  SSL_CTX_set_cert_verify_callback(context, verify_pin, kept);
}

}  // namespace swapmeet::tls
