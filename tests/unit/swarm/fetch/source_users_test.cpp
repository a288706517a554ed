// Downloads that share the connections that a source allows.
#include "transfer/swarm/fetch/source_users.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("downloads from one source share its connections, and each has one at least") {
  SourceUsers users;
  CHECK(users.share("ann", 4) == 4);
  auto first = users.use("ann");
  CHECK(users.share("ann", 4) == 4);
  const auto second = users.use("ann");
  CHECK(users.share("ann", 4) == 2);
  CHECK(users.share("bob", 4) == 4);
  const auto third = users.use("ann");
  CHECK(users.share("ann", 4) == 1);
  CHECK(users.share("ann", 1) == 1);
  first.reset();
  CHECK(users.share("ann", 4) == 2);
}

TEST_CASE("a use may outlive the users") {
  SourceUsers::Use use;
  {
    SourceUsers users;
    use = users.use("ann");
  }
  use.reset();
}

}  // namespace swapmeet::transfer_swarm
