#include "swapmeet/address_range.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace swapmeet {
namespace {

using Bytes = std::array<unsigned char, 16>;

constexpr int kMappedBits = 96;  // before an IPv4 address (RFC 4291, 2.5.5.2)
constexpr Bytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kCountedBits = 64;

bool is_mapped(const Bytes& bytes) {
  return std::equal(kMapped.begin(), kMapped.begin() + kMappedBits / 8, bytes.begin());
}

std::optional<Bytes> bytes_of(std::string_view address) {
  const std::string text(address);
  if (text.find('\0') != std::string::npos) return std::nullopt;
  Bytes bytes = kMapped;
  if (inet_pton(AF_INET, text.c_str(), bytes.data() + kMappedBits / 8) == 1) return bytes;
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

void keep_bits(Bytes& bytes, int bits) {
  for (int i = 0; i < static_cast<int>(bytes.size()); ++i) {
    const int left = std::clamp(bits - 8 * i, 0, 8);
    bytes[static_cast<std::size_t>(i)] &= static_cast<unsigned char>(0xff00 >> left);
  }
}

}  // namespace

Result<AddressRange> AddressRange::parse(std::string_view text) {
  const auto wrong = [&](const char* what) {
    return invalid_argument("'" + std::string(text) + "' is no range of addresses: " + what);
  };
  const auto slash = text.find('/');
  const auto bytes = bytes_of(text.substr(0, slash));
  if (!bytes) return wrong("write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32");
  AddressRange range;
  range.bytes_ = *bytes;
  const bool is_ipv4 = text.substr(0, slash).find(':') == std::string_view::npos;
  if (slash != std::string_view::npos) {
    const auto length = text.substr(slash + 1);
    int bits = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (error != std::errc{} || end != length.data() + length.size() || bits < 0 ||
        bits > (is_ipv4 ? 32 : 128))
      return wrong("its length is from 0 to 32, of IPv6 to 128");
    range.bits_ = is_ipv4 ? kMappedBits + bits : bits;
  }
  keep_bits(range.bytes_, range.bits_);
  return range;
}

bool AddressRange::contains(std::string_view address) const {
  auto bytes = bytes_of(address);
  if (!bytes) return false;
  // An IPv6 range that is wider than all of IPv4 does not mean IPv4.
  if (bits_ < kMappedBits && is_mapped(*bytes)) return false;
  keep_bits(*bytes, bits_);
  return *bytes == bytes_;
}

std::string AddressRange::text() const {
  const bool is_ipv4 = bits_ >= kMappedBits && is_mapped(bytes_);
  char buffer[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_ipv4 ? AF_INET : AF_INET6, bytes_.data() + (is_ipv4 ? kMappedBits / 8 : 0), buffer,
            sizeof buffer);
  std::string text(buffer);
  if (bits_ < 128) text += '/' + std::to_string(is_ipv4 ? bits_ - kMappedBits : bits_);
  return text;
}

std::string counted_range(std::string_view address) {
  const auto bytes = bytes_of(address);
  if (!bytes) return std::string(address);
  const auto length = is_mapped(*bytes) ? 128 : kCountedBits;
  if (length == 128) {
    const auto range = AddressRange::parse(address);
    return range ? range->text() : std::string(address);
  }
  const auto range = AddressRange::parse(std::string(address) + '/' + std::to_string(kCountedBits));
  return range ? range->text() : std::string(address);
}

}  // namespace swapmeet
