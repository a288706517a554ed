#include "search/memory/reordering.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "unit/search_memory/some_state.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

namespace {

using Names = std::vector<std::string>;

// The fresh segment has aged.
std::shared_ptr<SomeState> aged(SomeState state) {
  auto shared = std::make_shared<SomeState>(std::move(state));
  shared->aging = std::exchange(shared->fresh, std::make_shared<FreshSegment>());
  return shared;
}

std::shared_ptr<const RankedSegment> reordered(const std::shared_ptr<SomeState>& state) {
  FairLock lock;
  return Reordering(lock, state, [] { return true; }).run();
}

}  // namespace

TEST_CASE("More sources come first, then short names, and a content's documents in a row") {
  SomeState state;
  const auto ann = state.peer(1);
  const auto ben = state.peer(2);
  state.list(ann, a_listing("m/long name", 1));
  state.list(ann, a_listing("m/short", 2));
  state.list(ann, a_listing("m/popular with a long name", 3));
  state.list(ann, a_listing("m/tiny", 4));
  state.list(ben, a_listing("m/popular", 3));
  state.list(ann, a_listing("m/absurdly long name of the tiny one", 4));
  const auto shared = aged(std::move(state));
  const auto ranked = reordered(shared);
  REQUIRE(ranked);
  CHECK(shared->names(*ranked) == Names{"popular", "popular with a long name", "tiny",
                                        "absurdly long name of the tiny one", "short",
                                        "long name"});
}

TEST_CASE("What was ranked is put in order with what is new, and what nobody lists is left out") {
  SomeState state;
  const auto ann = state.peer(1);
  const auto ben = state.peer(2);
  state.list(ann, a_listing("m/one", 1));
  state.list(ann, a_listing("m/gone", 2));
  state.list(ann, a_listing("m/three", 3));
  state.rank({0, 1, 2});
  state.documents.remove(ann, "m/gone");
  state.list(ben, a_listing("m/three", 3));
  state.list(ben, a_listing("m/on", 1));
  state.list(ben, a_listing("m/four", 4));
  const auto shared = aged(std::move(state));
  CHECK(shared->names(*reordered(shared)) == Names{"on", "one", "three", "four"});
}

TEST_CASE("A document that was listed again, and stands in both segments, is taken once") {
  SomeState state;
  const auto ann = state.peer(1);
  state.list(ann, a_listing("m/song", 1));
  state.rank({0});
  state.documents.remove(ann, "m/song");
  state.list(ann, a_listing("m/song", 1));
  REQUIRE(state.fresh->entries().size() == 1);
  const auto shared = aged(std::move(state));
  CHECK(shared->names(*reordered(shared)) == Names{"song"});
}

TEST_CASE("An order that is no longer wanted is not finished, at whatever point that shows") {
  SomeState state;
  const auto ann = state.peer(1);
  state.list(ann, a_listing("m/one", 1));
  state.list(ann, a_listing("m/two", 2));
  const auto shared = aged(std::move(state));
  for (int after = 0; after < 3; ++after) {
    FairLock lock;
    int asked = 0;
    const auto ranked = Reordering(lock, shared, [&] { return asked++ < after; }).run();
    CHECK((ranked != nullptr) == (after == 2));
  }
}

TEST_CASE("The lock is free between the slices") {
  SomeState state;
  const auto ann = state.peer(1);
  for (int n = 0; n < 25'000; ++n)
    state.list(ann, a_listing("m/" + std::to_string(n), static_cast<std::uint8_t>(n)));
  const auto shared = aged(std::move(state));
  FairLock lock;
  int asked = 0;
  REQUIRE(Reordering(lock, shared, [&] { return ++asked > 0; }).run());
  CHECK(asked > 4);
}
