// Network addresses as people write them: "127.0.0.1:6699", "[::1]:6699", "example.org:80".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "swapmeet/result.h"

namespace swapmeet {

struct HostPort {
  std::string host;        // IPv4, IPv6 without brackets, or a host name
  std::uint16_t port = 0;  // 0 only where a free port may be chosen (listening)

  // "host:port", with brackets around IPv6.
  std::string text() const;
  bool operator==(const HostPort&) const = default;
};

// Parses "host:port". `invalid_argument` names what is wrong with it.
Result<HostPort> parse_host_port(std::string_view text);
// IPv4 dotted quad, IPv6 (no zone, no brackets), or a host name by RFC 1123 (letters, digits, '-',
// '.', at most 253). `invalid_argument` names what is wrong with it.
Result<void> check_host(std::string_view host);
// Brackets around IPv6, otherwise as it is: the host part of a URL.
std::string host_in_url(std::string_view host);

}  // namespace swapmeet
