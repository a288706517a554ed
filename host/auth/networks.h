// The networks that an address is in, for whoever counts by them or gives each its turn.
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace swapmeet {

// What an address is counted by: an IPv6 one by its first 64 bits, which one household has.
std::string counted_address(std::string_view address);

// Of an address as it is counted, from the widest to itself: of IPv4 16, 24 and all bits, of IPv6
// 32, 48 and 64.
std::vector<std::string> networks_of(const std::string& counted);

}  // namespace swapmeet
