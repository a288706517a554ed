#include "host/auth/networks.h"

#include <arpa/inet.h>

#include <array>

namespace swapmeet {
namespace {

// The bytes that count: 4 of an IPv4 address, however it is written, 8 of an IPv6 one; none of what
// is no address.
std::string counted_bytes(std::string_view address) {
  const std::string text(address);
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (std::string_view(bytes.data(), 12) == kMapped) return {bytes.data() + 12, 4};
  return {bytes.data(), 8};
}

}  // namespace

std::string counted_address(std::string_view address) {
  auto bytes = counted_bytes(address);
  return bytes.empty() ? std::string(address) : bytes;
}

std::vector<std::string> networks_of(const std::string& counted) {
  constexpr std::array<std::size_t, 3> kOf4{2, 3, 4};
  constexpr std::array<std::size_t, 3> kOf6{4, 6, 8};
  if (counted.size() != 4 && counted.size() != 8) return {counted};  // none of the Internet
  std::vector<std::string> networks;
  for (const auto count : counted.size() == 4 ? kOf4 : kOf6)
    networks.push_back(counted.substr(0, count));
  return networks;
}

}  // namespace swapmeet
