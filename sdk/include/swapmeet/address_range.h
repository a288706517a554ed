// Ranges of IP addresses, "203.0.113.0/24" or "2001:db8::/32", and the range that one address
// stands for where callers are counted.
// Threads: value types and free functions without shared state.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "swapmeet/result.h"

namespace swapmeet {

class AddressRange {
 public:
  // "203.0.113.7", "203.0.113.0/24", "2001:db8::/32"; bits behind the range are dropped.
  // `invalid_argument` names what is wrong with it.
  static Result<AddressRange> parse(std::string_view text);

  // False for what is no IP address. An IPv4 address written in IPv6 is the IPv4 one.
  bool contains(std::string_view address) const;
  // As parse() takes it; without a length when it is one address.
  std::string text() const;
  bool operator==(const AddressRange&) const = default;

 private:
  std::array<unsigned char, 16> bytes_{};  // of IPv6; an IPv4 one is ::ffff:a.b.c.d
  int bits_ = 128;
};

// What a caller is counted by: an IPv4 address, and of IPv6 the /64, since a household has all of
// it: "203.0.113.7", "2001:db8:1:2::/64". What is no IP address is itself.
std::string counted_range(std::string_view address);

}  // namespace swapmeet
