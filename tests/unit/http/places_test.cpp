// Who finds a place in a front.
#include "host/http/places.h"

#include "catch.h"

using namespace swapmeet::http;

TEST_CASE("places are limited for each address and for all, and come back") {
  ListenOptions limits;
  limits.max_connections = 3;
  limits.max_connections_per_address = 2;
  Places places;
  using Outcome = Places::Outcome;
  CHECK(places.take("192.0.2.1", limits) == Outcome::taken);
  CHECK(places.take("192.0.2.1", limits) == Outcome::taken);
  CHECK(places.take("192.0.2.1", limits) == Outcome::address_full);
  CHECK(places.take("192.0.2.2", limits) == Outcome::taken);
  CHECK(places.take("192.0.2.3", limits) == Outcome::full);
  places.give_back("192.0.2.1");
  CHECK(places.taken() == 2);
  CHECK(places.take("192.0.2.1", limits) == Outcome::taken);
  for (const auto* address : {"192.0.2.1", "192.0.2.1", "192.0.2.2"}) places.give_back(address);
  CHECK(places.taken() == 0);
}

TEST_CASE("a limit that was lowered ends nobody, but lets nobody in") {
  ListenOptions limits;
  Places places;
  for (int i = 0; i < 3; ++i) REQUIRE(places.take("192.0.2.1", limits) == Places::Outcome::taken);
  limits.max_connections_per_address = 2;
  places.give_back("192.0.2.1");
  CHECK(places.take("192.0.2.1", limits) == Places::Outcome::address_full);
  CHECK(places.taken() == 2);
}

TEST_CASE("an IPv6 household is one address, however many it has") {
  ListenOptions limits;
  limits.max_connections_per_address = 2;
  Places places;
  using Outcome = Places::Outcome;
  CHECK(places.take("2001:db8:1:2::1", limits) == Outcome::taken);
  CHECK(places.take("2001:db8:1:2:ffff::1", limits) == Outcome::taken);
  CHECK(places.take("2001:db8:1:2::3", limits) == Outcome::address_full);
  CHECK(places.take("2001:db8:1:3::1", limits) == Outcome::taken);
  places.give_back("2001:db8:1:2::1");
  CHECK(places.take("2001:db8:1:2::3", limits) == Outcome::taken);
}
