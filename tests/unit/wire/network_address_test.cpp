// What addresses are, whose they are, and who may have which dialled.
#include "swapmeet/wire/network_address.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::wire;

namespace {

NetworkAddress ip(const std::string& text) {
  const auto parsed = NetworkAddress::parse(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

bool may(const std::string& target, const std::string& caller) {
  return may_dial(ip(target), ip(caller)).ok();
}

}  // namespace

TEST_CASE("an address is of a kind, however it is written") {
  using enum AddressKind;
  const std::pair<const char*, AddressKind> all[] = {
      {"8.8.8.8", world},
      {"1.0.0.1", world},
      {"172.32.0.1", world},
      {"100.63.255.255", world},
      {"10.0.0.1", private_network},
      {"172.16.0.1", private_network},
      {"172.31.255.255", private_network},
      {"192.168.1.1", private_network},
      {"100.64.0.1", private_network},
      {"127.0.0.1", loopback},
      {"127.255.255.254", loopback},
      {"169.254.169.254", link_local},
      {"224.0.0.1", multicast},
      {"239.255.255.250", multicast},
      {"0.0.0.0", unusable},
      {"0.1.2.3", unusable},
      {"255.255.255.255", unusable},
      {"240.0.0.1", unusable},
      {"192.0.2.1", unusable},
      {"198.51.100.1", unusable},
      {"203.0.113.1", unusable},
      {"198.18.0.1", unusable},
      {"2606:4700::1111", world},
      {"::1", loopback},
      {"::", unusable},
      {"fe80::1", link_local},
      {"fc00::1", private_network},
      {"fd12:3456::1", private_network},
      {"fec0::1", private_network},
      {"ff02::1", multicast},
      {"2001:db8::1", unusable},
      {"2001::1", unusable},  // Teredo
      {"4000::1", unusable},
      {"::7f00:1", unusable},  // "compatible" with 127.0.0.1
      {"::ffff:127.0.0.1", loopback},
      {"::ffff:10.0.0.1", private_network},
      {"::ffff:8.8.8.8", world},
      {"64:ff9b::7f00:1", loopback},
      {"64:ff9b::a00:1", private_network},
      {"2002:7f00:1::", loopback},
      {"2002:a9fe:a9fe::1", link_local},
  };
  for (const auto& [text, kind] : all) {
    INFO(text);
    CHECK(ip(text).kind() == kind);
  }
  for (const auto* text : {"", "example.com", "1.2.3", "1.2.3.4.5", "[::1]", "fe80::1%eth0",
                           "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1:80"})
    CHECK_FALSE(NetworkAddress::parse(text));
}

TEST_CASE("an IPv4 address that is written as IPv6 is the same address") {
  CHECK(ip("::ffff:192.168.1.2") == ip("192.168.1.2"));
  CHECK(ip("::ffff:192.168.1.2").text() == "192.168.1.2");
  CHECK(ip("2606:4700:0:0::1").text() == "2606:4700::1");
}

TEST_CASE("addresses are counted by neighbourhood and by household") {
  CHECK(ip("8.8.4.4").neighbourhood() == "8.8.4.0/24");
  CHECK(ip("8.8.4.4").household() == "8.8.4.4");
  CHECK(ip("2606:4700:1:2:3:4:5:6").neighbourhood() == "2606:4700:1::/48");
  CHECK(ip("2606:4700:1:2:3:4:5:6").household() == "2606:4700:1:2::/64");
}

TEST_CASE("a stranger has nothing dialled but the world and the own network") {
  CHECK(may("8.8.8.8", "8.8.8.8"));
  CHECK(may("1.1.1.1", "8.8.8.8"));
  CHECK(may("192.168.1.5", "192.168.7.9"));
  CHECK(may("127.0.0.1", "127.0.0.1"));
  CHECK(may("127.0.0.2", "127.0.0.1"));
  CHECK(may("127.0.0.1", "::1"));
  CHECK(may("10.1.1.1", "10.2.2.2"));
  CHECK(may("fd00::1", "fd00::2"));
  CHECK(may("192.0.2.7", "192.0.2.7"));  // where the call came from is there

  // Who calls from inside has nothing outside dialled, unless it was proved to be a peer's.
  CHECK_FALSE(may("8.8.8.8", "127.0.0.1"));
  CHECK_FALSE(may("8.8.8.8", "10.0.0.1"));
  CHECK(may_dial(ip("8.8.8.8"), ip("10.0.0.1"), true).ok());
  CHECK_FALSE(may_dial(ip("10.0.0.1"), ip("8.8.8.8"), true).ok());
  CHECK_FALSE(may("127.0.0.1", "8.8.8.8"));
  CHECK_FALSE(may("::1", "8.8.8.8"));
  CHECK_FALSE(may("::ffff:127.0.0.1", "8.8.8.8"));
  CHECK_FALSE(may("10.0.0.1", "8.8.8.8"));
  CHECK_FALSE(may("10.0.0.1", "192.168.0.1"));
  CHECK_FALSE(may("192.168.0.1", "127.0.0.1"));
  CHECK_FALSE(may("169.254.169.254", "8.8.8.8"));
  CHECK_FALSE(may("169.254.169.254", "10.0.0.1"));
  CHECK_FALSE(may("fe80::1", "2606:4700::1"));
  CHECK_FALSE(may("fd00::1", "2606:4700::1"));
  CHECK_FALSE(may("224.0.0.1", "224.0.0.1"));
  CHECK_FALSE(may("239.1.1.1", "10.0.0.1"));
  CHECK_FALSE(may("ff02::1", "fe80::1"));
  CHECK_FALSE(may("0.0.0.0", "127.0.0.1"));
  CHECK_FALSE(may("255.255.255.255", "10.0.0.1"));
  CHECK_FALSE(may("192.0.2.7", "192.0.2.8"));

  CHECK(may_dial(ip("10.0.0.1"), ip("8.8.8.8")).error().message ==
        "10.0.0.1 is a private address, and 8.8.8.8, where the call came from, is not in that "
        "network");
}

TEST_CASE("an address needs no resolver") {
  CHECK(addresses_of("127.0.0.1").value() == std::vector{ip("127.0.0.1")});
  CHECK(addresses_of("::1").value() == std::vector{ip("::1")});
}
