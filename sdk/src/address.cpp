#include "swapmeet/address.h"

#include <arpa/inet.h>

#include <charconv>

namespace swapmeet {
namespace {

bool is_ip(int family, const std::string& text) {
  unsigned char buffer[sizeof(in6_addr)];
  return inet_pton(family, text.c_str(), buffer) == 1;
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string host_in_url(std::string_view host) {
  if (host.find(':') == std::string_view::npos) return std::string(host);
  return '[' + std::string(host) + ']';
}

std::string HostPort::text() const { return host_in_url(host) + ':' + std::to_string(port); }

Result<void> check_host(std::string_view host) {
  const std::string text(host);
  if (host.empty()) return invalid_argument("the host is empty");
  if (text.find('\0') != std::string::npos) return invalid_argument("the host contains a NUL byte");
  if (host.find(':') != std::string_view::npos) {
    if (is_ip(AF_INET6, text)) return {};
    return invalid_argument("'" + text + "' is not an IPv6 address");
  }
  if (host.find_first_not_of("0123456789.") == std::string_view::npos) {
    if (is_ip(AF_INET, text)) return {};
    return invalid_argument("'" + text + "' is not an IPv4 address");
  }
  if (host.size() > 253) return invalid_argument("the host name is longer than 253 characters");
  std::string_view rest = host;
  while (true) {
    const auto dot = rest.find('.');
    const auto label = rest.substr(0, dot);
    if (label.empty() || label.size() > 63)
      return invalid_argument("'" + text +
                              "' is not a host name: a part is empty or longer than 63 characters");
    for (const char c : label)
      if (!is_alphanumeric(c) && c != '-')
        return invalid_argument("'" + text +
                                "' is not a host name: letters, digits, '-' and '.' are allowed");
    if (label.front() == '-' || label.back() == '-')
      return invalid_argument("'" + text + "' is not a host name: a part begins or ends with '-'");
    if (dot == std::string_view::npos) return {};
    rest.remove_prefix(dot + 1);
  }
}

Result<HostPort> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return invalid_argument("'" + std::string(text) + "' has no port: write it as host:port");
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos)
      return invalid_argument("'" + std::string(text) + "': only an IPv6 address goes in brackets");
  } else if (host.find(':') != std::string_view::npos) {
    return invalid_argument("'" + std::string(text) +
                            "': write an IPv6 address in brackets, [::1]:6699");
  }
  if (auto checked = check_host(host); !checked) return std::move(checked).error();
  unsigned port = 0;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc{} || end != port_text.data() + port_text.size() || port > 65535)
    return invalid_argument("'" + std::string(port_text) +
                            "' is not a port: a number from 0 to 65535");
  return HostPort{std::string(host), static_cast<std::uint16_t>(port)};
}

}  // namespace swapmeet
