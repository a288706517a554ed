// The browsers that the owner of a host has let in: each by a key that is good once and for two
// minutes, which the command line prints, and from then on by a cookie. Kept in memory: a restart
// ends them all. What a cookie proves comes with every request of that browser, also with those
// that another page made it send; so who changes something must say where the page is from (see
// may_change).
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "swapmeet/http.h"
#include "swapmeet/time.h"

namespace swapmeet {

class WebSessions {
 public:
  static constexpr std::chrono::minutes kKeyLife{2};
  static constexpr std::chrono::hours kIdleLife{24 * 7};

  // `port`: of the API; it stands in the cookie's name, as browsers do not tell ports apart.
  WebSessions(const Clock& clock, std::uint16_t port);

  // A key for one browser. The oldest of many ends.
  std::string make_key();
  // The Set-Cookie field of who has the key; nullopt: it was used, or is too old, or never was.
  std::optional<std::string> enter(const std::string& key, bool secure);
  // Whether the request comes from a browser that was let in.
  bool has_entered(const http::Request& request);
  // The Set-Cookie field that has the browser forget.
  std::string leave(const http::Request& request);

 private:
  using Ends = std::map<std::string, Instant>;  // by the SHA-256 of the secret
  static constexpr std::size_t kMost = 64;
  std::string secret_of(const http::Request& request) const;
  std::string add_to(Ends& ends, std::chrono::milliseconds life);

  const Clock& clock_;
  const std::string name_;  // of the cookie
  std::mutex mutex_;
  Ends keys_;
  Ends browsers_;
};

// Whether a request that a cookie vouches for comes from the host's own page: the browser says so
// in Origin or Sec-Fetch-Site (Fetch Metadata), or it only asks and the browser says neither.
bool is_from_own_page(const http::Request& request);

}  // namespace swapmeet
