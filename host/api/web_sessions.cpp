#include "host/api/web_sessions.h"

#include <algorithm>
#include <string_view>

#include "swapmeet/digest.h"
#include "swapmeet/random.h"

namespace swapmeet {
namespace {

constexpr std::size_t kSecretBytes = 32;

std::string cookie(const std::string& name, const std::string& value, bool secure) {
  return name + '=' + value + "; Path=/; HttpOnly; SameSite=Strict" + (secure ? "; Secure" : "") +
         (value.empty() ? "; Max-Age=0" : "");
}

}  // namespace

WebSessions::WebSessions(const Clock& clock, std::uint16_t port)
    : clock_(clock), name_("swapmeet_" + std::to_string(port)) {}

// With mutex_ held.
std::string WebSessions::add_to(Ends& ends, std::chrono::milliseconds life) {
  const auto now = clock_.steady();
  std::erase_if(ends, [now](const auto& one) { return one.second <= now; });
  if (ends.size() >= kMost)
    ends.erase(std::min_element(ends.begin(), ends.end(),
                                [](const auto& a, const auto& b) { return a.second < b.second; }));
  auto secret = random_hex(kSecretBytes);
  ends[sha256_hex(secret)] = now + life;
  return secret;
}

std::string WebSessions::make_key() {
  const std::lock_guard lock(mutex_);
  return add_to(keys_, kKeyLife);
}

std::optional<std::string> WebSessions::enter(const std::string& key, bool secure) {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(sha256_hex(key));
  if (found == keys_.end()) return std::nullopt;
  const bool is_in_time = clock_.steady() < found->second;
  keys_.erase(found);
  if (!is_in_time) return std::nullopt;
  return cookie(name_, add_to(browsers_, kIdleLife), secure);
}

bool WebSessions::has_entered(const http::Request& request) {
  const auto secret = secret_of(request);
  if (secret.empty()) return false;
  const std::lock_guard lock(mutex_);
  const auto found = browsers_.find(sha256_hex(secret));
  const auto now = clock_.steady();
  if (found == browsers_.end() || found->second <= now) return false;
  found->second = now + kIdleLife;
  return true;
}

std::string WebSessions::leave(const http::Request& request) {
  const std::lock_guard lock(mutex_);
  browsers_.erase(sha256_hex(secret_of(request)));
  return cookie(name_, "", request.secure);
}

// Of "Cookie: a=b; swapmeet_6690=…" (RFC 6265).
std::string WebSessions::secret_of(const http::Request& request) const {
  const auto* field = request.headers.find("Cookie");
  if (!field) return {};
  const std::string_view all(*field);
  for (std::size_t begin = 0; begin < all.size();) {
    auto end = std::min(all.find(';', begin), all.size());
    auto pair = all.substr(begin, end - begin);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name_.size() && pair.starts_with(name_) && pair[name_.size()] == '=')
      return std::string(pair.substr(name_.size() + 1));
    begin = end + 1;
  }
  return {};
}

bool is_from_own_page(const http::Request& request) {
  const auto* host = request.headers.find("Host");
  if (const auto* origin = request.headers.find("Origin"))
    return host && *origin == (request.secure ? "https://" : "http://") + *host;
  const auto* site = request.headers.find("Sec-Fetch-Site");
  if (site) return *site == "same-origin" || *site == "none";
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace swapmeet
