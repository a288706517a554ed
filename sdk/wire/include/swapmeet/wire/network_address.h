// An IP address that a connection may be made to for a stranger, and what it is: somewhere in the
// world, in a private network, this very machine, … An IPv4 address that is written as IPv6
// (mapped, 6to4, NAT64) is judged as the IPv4 address that it leads to.
// Threads: values and free functions without shared state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::wire {

// By the registries of special purpose addresses (RFC 6890).
enum class AddressKind : std::uint8_t {
  world,
  private_network,
  loopback,
  link_local,
  multicast,
  unusable,  // documentation, benchmarks, "this network", reserved
};
std::string_view name_of(AddressKind kind);  // "a private", for a sentence: "… address"

class NetworkAddress {
 public:
  NetworkAddress() = default;  // "::", which nothing is sent to
  // IPv4 or IPv6, without brackets, port or zone; nullopt: anything else, a host name too.
  static std::optional<NetworkAddress> parse(std::string_view text);

  AddressKind kind() const;
  bool is_v4() const;
  std::string text() const;
  // The network around it, "192.0.2.0/24" or "2001:db8:1::/48": who is in it may well be one.
  std::string neighbourhood() const;
  // What one customer has: an IPv4 address, or an IPv6 /64.
  std::string household() const;
  // Whether both are of one network of its kind: of 10.0.0.0/8, of 127.0.0.0/8, …
  bool is_of_network_of(const NetworkAddress& other) const;

  bool operator==(const NetworkAddress&) const = default;

 private:
  std::string prefix_text(int bits) const;
  std::array<std::uint8_t, 16> bytes_{};  // IPv4: ::ffff:a.b.c.d
};

// Whether a connection to `target` may be made because somebody at `caller` says so: to where the
// call came from, and else only within the network of both, be it the world, a private one or this
// machine; to multicast and reserved addresses never. `is_proved`: an index has reached it there,
// so that in the world anybody may name it. `not_allowed`, with the reason.
Result<void> may_dial(const NetworkAddress& target, const NetworkAddress& caller,
                      bool is_proved = false);

// The addresses of a host, which is an address or a name; a name is looked up, which may take as
// long as the machine's resolver takes. `unavailable`: it has none.
Result<std::vector<NetworkAddress>> addresses_of(const std::string& host);

}  // namespace swapmeet::wire
