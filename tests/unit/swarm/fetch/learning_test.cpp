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
  CHECK_FALSE(learning.may_try(kNow + 2s - 1ns));
  CHECK(learning.may_try(kNow + 2s));
  learning.begin(kNow + 2s, 300ms);
  CHECK(learning.may_try(kNow + 2300ms));
  learning.begin(kNow + 3s, 10s);
  learning.fail();
  CHECK(learning.may_try(kNow + 3s));
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
