// Whose turn it is to learn what a file is.
#include "transfer/swarm/fetch/learning.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{1h};

}  // namespace

TEST_CASE("one source learns at a time, and another beside one that takes long") {
  Learning learning;
  CHECK(learning.may_try(kNow));
  learning.begin(kNow, 10s);
  CHECK_FALSE(learning.may_try(kNow + 200ms - 1ns));
  CHECK(learning.may_try(kNow + 200ms));
  learning.begin(kNow + 2s, 30ms);
  CHECK(learning.may_try(kNow + 2030ms));
  learning.begin(kNow + 3s, 10s);
  learning.fail();
  CHECK(learning.may_try(kNow + 3s));
}

TEST_CASE("of a file of several pieces all learn at once, until one has learned") {
  Learning learning;
  learning.hear_size(2 << 20);
  CHECK(learning.most_at_once() > 2);
  learning.begin(kNow, 10s);
  CHECK(learning.may_try(kNow));
  REQUIRE(learning.finish({2 << 20, std::string(64, 'x'), {}}));
  CHECK_FALSE(learning.may_try(kNow));
}

TEST_CASE("what was learned first stays, and then nobody tries any more") {
  Learning learning;
  learning.begin(kNow, 10s);
  CHECK(learning.finish({5, "layer", ""}));
  CHECK_FALSE(learning.finish({6, "other", ""}));
  CHECK(learning.learned()->size == 5);
  CHECK(learning.learned()->layer == "layer");
  CHECK_FALSE(learning.may_try(kNow + 1h));
}

TEST_CASE("of the size the first counts who says something that can be") {
  Learning learning;
  CHECK_FALSE(learning.told_size());
  learning.hear_size(kMostFileSize + 1);
  CHECK_FALSE(learning.told_size());
  learning.hear_size(5);
  learning.hear_size(6);
  CHECK(learning.told_size() == 5);
}

}  // namespace swapmeet::transfer_swarm
