#include "swapmeet/random.h"

#include "catch.h"

using namespace swapmeet;

TEST_CASE("random hex has two digits for each byte") {
  const auto first = random_hex(16);
  CHECK(first.size() == 32);
  CHECK(first.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(first != random_hex(16));
  CHECK(random_hex(0).empty());
}

TEST_CASE("seeds differ") { CHECK(random_seed() != random_seed()); }
