// Ranges of addresses, as an operator writes them and as callers are counted.
#include "swapmeet/address_range.h"

#include "catch.h"

using namespace swapmeet;

TEST_CASE("a range of addresses is written back as it is meant") {
  for (const auto& [written, meant] : {std::pair{"203.0.113.7", "203.0.113.7"},
                                       {"203.0.113.7/32", "203.0.113.7"},
                                       {"203.0.113.7/24", "203.0.113.0/24"},
                                       {"0.0.0.0/0", "0.0.0.0/0"},
                                       {"2001:db8::1", "2001:db8::1"},
                                       {"2001:DB8:1:2:3::4/64", "2001:db8:1:2::/64"},
                                       {"::/0", "::/0"},
                                       {"::ffff:192.0.2.1", "192.0.2.1"}}) {
    INFO(written);
    CHECK(AddressRange::parse(written).value().text() == meant);
  }
  for (const char* wrong : {"", "x", "example.org", "1.2.3", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/",
                            "::/129", "::1/6x", "1.2.3.4/24/8"})
    CHECK(AddressRange::parse(wrong).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("all of IPv6 is not all of IPv4, and the other way round") {
  const auto ipv6 = AddressRange::parse("::/0").value();
  const auto ipv4 = AddressRange::parse("0.0.0.0/0").value();
  CHECK(ipv6.contains("2001:db8::1"));
  CHECK_FALSE(ipv6.contains("192.0.2.1"));
  CHECK(ipv4.contains("192.0.2.1"));
  CHECK(ipv4.contains("::ffff:192.0.2.1"));
  CHECK_FALSE(ipv4.contains("2001:db8::1"));
}

TEST_CASE("a caller is counted by the address, of IPv6 by what one household has") {
  CHECK(counted_range("192.0.2.1") == "192.0.2.1");
  CHECK(counted_range("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(counted_range("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(counted_range("2001:db8:1:2::") == counted_range("2001:db8:1:2:ffff::1"));
  CHECK(counted_range("2001:db8:1:3::1") != counted_range("2001:db8:1:2::1"));
  CHECK(counted_range("somewhere") == "somewhere");
}
