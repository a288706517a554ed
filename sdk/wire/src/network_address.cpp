#include "swapmeet/wire/network_address.h"

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <arpa/inet.h>

#include <algorithm>

namespace swapmeet::wire {
namespace {

using Bytes = std::array<std::uint8_t, 16>;
constexpr Bytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct Network {
  const char* first;
  int bits;
  AddressKind kind;
};

// The first that an address is in tells its kind.
constexpr Network kV4[] = {
    {"0.0.0.0", 8, AddressKind::unusable},
    {"10.0.0.0", 8, AddressKind::private_network},
    {"100.64.0.0", 10, AddressKind::private_network},
    {"127.0.0.0", 8, AddressKind::loopback},
    {"169.254.0.0", 16, AddressKind::link_local},
    {"172.16.0.0", 12, AddressKind::private_network},
    {"192.0.0.0", 24, AddressKind::unusable},
    {"192.0.2.0", 24, AddressKind::unusable},
    {"192.88.99.0", 24, AddressKind::unusable},
    {"192.168.0.0", 16, AddressKind::private_network},
    {"198.18.0.0", 15, AddressKind::unusable},
    {"198.51.100.0", 24, AddressKind::unusable},
    {"203.0.113.0", 24, AddressKind::unusable},
    {"224.0.0.0", 4, AddressKind::multicast},
    {"240.0.0.0", 4, AddressKind::unusable},
    {"0.0.0.0", 0, AddressKind::world},
};
constexpr Network kV6[] = {
    {"::1", 128, AddressKind::loopback},       {"2001::", 23, AddressKind::unusable},
    {"2001:db8::", 32, AddressKind::unusable}, {"3fff::", 20, AddressKind::unusable},
    {"2000::", 3, AddressKind::world},         {"fc00::", 7, AddressKind::private_network},
    {"fe80::", 10, AddressKind::link_local},   {"fec0::", 10, AddressKind::private_network},
    {"ff00::", 8, AddressKind::multicast},     {"::", 0, AddressKind::unusable},
};

bool starts_alike(const Bytes& one, const Bytes& other, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(whole), other.begin()))
    return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
  return ((one[whole] ^ other[whole]) & mask) == 0;
}

bool is_mapped(const Bytes& bytes) { return starts_alike(bytes, kMapped, 96); }

std::optional<Bytes> address_bytes(const std::string& text) {
  Bytes bytes = kMapped;
  if (inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1) return bytes;
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
  const auto led_to = [&](std::size_t where) {
    Bytes inner = kMapped;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(where), 4, inner.begin() + 12);
    return inner;
  };
  static const Bytes kNat64{0, 0x64, 0xff, 0x9b};
  if (starts_alike(bytes, kNat64, 96)) return led_to(12);
  static const Bytes k6To4{0x20, 0x02};
  if (starts_alike(bytes, k6To4, 16)) return led_to(2);
  return bytes;
}

std::string text_of(const Bytes& bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_mapped(bytes))
    inet_ntop(AF_INET, bytes.data() + 12, text, sizeof text);
  else
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

const Network& network_of(const Bytes& bytes) {
  const auto find = [&](const auto& networks, int before) -> const Network& {
    return *std::find_if(std::begin(networks), std::end(networks) - 1, [&](const Network& one) {
      return starts_alike(bytes, *address_bytes(one.first), before + one.bits);
    });
  };
  return is_mapped(bytes) ? find(kV4, 96) : find(kV6, 0);
}

}  // namespace

std::string_view name_of(AddressKind kind) {
  switch (kind) {
    case AddressKind::private_network: return "a private";
    case AddressKind::loopback: return "a loopback";
    case AddressKind::link_local: return "a link-local";
    case AddressKind::multicast: return "a multicast";
    case AddressKind::unusable: return "a reserved";
    case AddressKind::world: break;
  }
  return "a public";
}

std::optional<NetworkAddress> NetworkAddress::parse(std::string_view text) {
  const auto bytes = address_bytes(std::string(text));
  if (!bytes || text.find('\0') != std::string_view::npos) return std::nullopt;
  NetworkAddress address;
  address.bytes_ = *bytes;
  return address;
}

AddressKind NetworkAddress::kind() const { return network_of(bytes_).kind; }
bool NetworkAddress::is_v4() const { return is_mapped(bytes_); }
std::string NetworkAddress::text() const { return text_of(bytes_); }

std::string NetworkAddress::prefix_text(int bits) const {
  auto first = bytes_;
  for (int bit = bits; bit < 128; ++bit)
    first[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
  return text_of(first) + '/' + std::to_string(is_v4() ? bits - 96 : bits);
}

std::string NetworkAddress::neighbourhood() const { return prefix_text(is_v4() ? 96 + 24 : 48); }
std::string NetworkAddress::household() const { return is_v4() ? text() : prefix_text(64); }

bool NetworkAddress::is_of_network_of(const NetworkAddress& other) const {
  const auto& own = network_of(bytes_);
  const auto& its = network_of(other.bytes_);
  // ::1 and 127.0.0.0/8 are one machine.
  return &own == &its || (own.kind == AddressKind::loopback && its.kind == own.kind);
}

Result<void> may_dial(const NetworkAddress& target, const NetworkAddress& caller, bool is_proved) {
  const auto kind = target.kind();
  const auto never = kind == AddressKind::multicast || kind == AddressKind::unusable;
  if (target == caller && kind != AddressKind::multicast) return {};
  if (kind == AddressKind::world && is_proved) return {};
  if (!never && target.is_of_network_of(caller)) return {};
  return not_allowed(
      target.text() + " is " + std::string(name_of(kind)) + " address" +
      (never ? ""
             : ", and " + caller.text() + ", where the call came from, is not in that network"));
}

Result<std::vector<NetworkAddress>> addresses_of(const std::string& host) {
  if (const auto address = NetworkAddress::parse(host)) return std::vector{*address};
  std::vector<NetworkAddress> all;
  try {
    for (const auto& one : Poco::Net::DNS::hostByName(host).addresses())
      if (const auto address = NetworkAddress::parse(one.toString()))
        if (std::find(all.begin(), all.end(), *address) == all.end()) all.push_back(*address);
  } catch (const Poco::Exception&) {
    return unavailable("the name " + host + " leads nowhere");
  }
  if (all.empty()) return unavailable("the name " + host + " leads nowhere");
  return all;
}

}  // namespace swapmeet::wire
