#include "swapmeet/wire/host_url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "swapmeet/address.h"
#include "swapmeet/tls/pin.h"

namespace swapmeet::wire {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::string_view kSecure = "https://";
constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kSecurePort = 443;

Error wrong(std::string_view text, const std::string& why) {
  return invalid_argument("'" + std::string(text) + "' is no URL of a host: " + why +
                          "; write https://HOST:PORT or http://HOST:PORT");
}

// The scheme is told from what looks like one, so that the sentence says what is the matter.
std::string scheme_problem(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return "it begins with neither https:// nor http://";
  return "'" + std::string(text.substr(0, colon)) + "' is not spoken here, only https and http";
}

// Names in a network of one's own have '_' at times, which check_host does not take.
Result<void> check_name(const std::string& host) {
  auto name = host;
  std::replace(name.begin(), name.end(), '_', 'x');
  return check_host(name);
}

// "host", "host:port", "[::1]:port".
Result<HostPort> read_authority(std::string_view text, std::uint16_t usual) {
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : text.find(':');
  HostPort place{std::string(text.substr(bracketed ? 1 : 0, bracketed ? end - 1 : end)), usual};
  if (bracketed && (end == std::string_view::npos || place.host.find(':') == std::string::npos))
    return invalid_argument("a bracket stands around an IPv6 address");
  std::transform(place.host.begin(), place.host.end(), place.host.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (auto checked = check_name(place.host); !checked) return checked.error();
  auto port = text.substr(std::min(text.size(), bracketed ? end + 1 : end));
  if (port.empty()) return place;
  port.remove_prefix(1);
  const auto read = std::from_chars(port.data(), port.data() + port.size(), place.port);
  if (text[text.size() - port.size() - 1] != ':' || read.ec != std::errc() ||
      read.ptr != port.data() + port.size() || place.port == 0)
    return invalid_argument("the port must be from 1 to 65535");
  return place;
}

}  // namespace

std::string HostUrl::text() const {
  return fingerprint.empty() ? url : url + "#sha256=" + fingerprint;
}

bool HostUrl::is_local() const {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
          host.find_first_not_of("0123456789.") == std::string::npos);
}

Result<HostUrl> parse_host_url(std::string_view text) {
  auto pinned = tls::parse_pinned_url(text);
  if (!pinned) return std::move(pinned).error();
  HostUrl parsed;
  std::string_view rest = pinned->url;
  parsed.secure = rest.starts_with(kSecure);
  if (!parsed.secure && !rest.starts_with(kPlain)) return wrong(text, scheme_problem(text));
  rest.remove_prefix(parsed.secure ? kSecure.size() : kPlain.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?") != std::string_view::npos)
    return wrong(text, "nothing but the host and its port belongs there");
  if (rest.find('@') != std::string_view::npos)
    return wrong(text, "a name and a password do not belong there");
  const auto usual = parsed.secure ? kSecurePort : kPlainPort;
  auto place = read_authority(rest, usual);
  if (!place) return wrong(text, place.error().message);
  parsed.host = std::move(place->host);
  parsed.port = place->port;
  parsed.url = std::string(parsed.secure ? kSecure : kPlain) + host_in_url(parsed.host);
  if (parsed.port != usual) parsed.url += ':' + std::to_string(parsed.port);
  parsed.fingerprint = std::move(pinned->fingerprint);
  return parsed;
}

}  // namespace swapmeet::wire
