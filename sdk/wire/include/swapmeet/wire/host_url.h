// Where a host is, as it is typed and configured: "https://host:8888#sha256=FINGERPRINT",
// "https://host:8888" or "http://127.0.0.1:8888". Anything else is refused before anybody connects:
// what is misread may otherwise leave in clear, or go to somebody else.
// Threads: free functions without shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "swapmeet/result.h"

namespace swapmeet::wire {

struct HostUrl {
  std::string url;   // in its one spelling, without the pin
  std::string host;  // in small letters, IPv6 without brackets
  std::uint16_t port = 0;
  bool secure = false;      // https://
  std::string fingerprint;  // of the key that is pinned; empty: none

  // With the pin, if there is one.
  std::string text() const;
  // Whether what is sent there in clear stays on this machine: a loopback address, or localhost.
  bool is_local() const;
};

// `invalid_argument`: another scheme, no host, a path, a query, a name with '@', or a pin that is
// none or stands behind http://.
Result<HostUrl> parse_host_url(std::string_view text);

}  // namespace swapmeet::wire
