// The pump without its thread: what moves, and how long it pauses when something does not.
#include "host/feed/pump.h"

#include <algorithm>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using std::chrono::milliseconds;

namespace {

class Feed final : public ChangeFeed {
 public:
  Result<FeedState> state() override { return FeedState{name, oldest, latest}; }
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override {
    asked.push_back(after);
    if ((after != 0 && after < oldest) || after > latest)
      return Error{ErrorCode::conflict, "it does not reach back", {}};
    ChangeBatch batch{name, after, std::min<Revision>(latest, after + limit), {}};
    for (auto revision = after + 1; revision <= batch.upto; ++revision)
      batch.changes.push_back({revision, ChangeKind::remove, {}, {}, {}});
    return batch;
  }
  Registration on_advance(std::function<void()>) override { return {}; }
  std::string name = "f";
  Revision oldest = 0;
  Revision latest = 0;
  std::vector<Revision> asked;
};

class Follower final : public ChangeFollower {
 public:
  Result<FeedPosition> applied() override { return stands; }
  Result<void> apply(const ChangeBatch& batch) override {
    ++calls;
    if (batch.changes.size() > most) return Error{ErrorCode::too_large, "too much", {}};
    if (failure) return *failure;
    if (moves) stands = {batch.feed, batch.upto};
    return {};
  }
  FeedPosition stands;
  std::optional<Error> failure;
  bool moves = true;
  std::size_t most = ~std::size_t{0};
  int calls = 0;
};

struct World {
  testing::ManualClock clock;
  Feed feed;
  Follower follower;
  std::vector<std::string> logged;
  Pump pump{
      feed,   follower,
      "test", [this](LogLevel, std::string_view message, auto) { logged.emplace_back(message); },
      clock,  1};

  // Rounds until the follower has caught up; how many.
  int catch_up() {
    int rounds = 1;
    while (pump.round()) REQUIRE(++rounds < 1000);
    return rounds;
  }
  std::vector<milliseconds> pauses(int count) {
    std::vector<milliseconds> all;
    for (int i = 0; i < count; ++i) all.push_back(pump.round().value_or(milliseconds(-1)));
    return all;
  }
};

void check_growing(const std::vector<milliseconds>& pauses) {
  REQUIRE(pauses.size() == 12);
  CHECK(pauses.front() >= milliseconds(200));
  CHECK(pauses.front() <= milliseconds(250));
  for (std::size_t i = 1; i < 7; ++i) CHECK(pauses[i] > pauses[i - 1]);
  CHECK(pauses.back() >= milliseconds(30'000));
  CHECK(pauses.back() <= milliseconds(37'500));
}

}  // namespace

TEST_CASE("what is there moves in batches, then the pump waits to be woken") {
  World world;
  world.feed.latest = 5000;
  CHECK(world.catch_up() == 4);
  CHECK(world.follower.stands == FeedPosition{"f", 5000});
  CHECK(world.feed.asked == std::vector<Revision>{0, 2000, 4000});
  CHECK(world.logged.empty());
}

TEST_CASE("a follower that always conflicts is tried again after growing pauses, and logged once") {
  World world;
  world.feed.latest = 10;
  world.follower.failure = Error{ErrorCode::conflict, "I stand elsewhere", {}};
  check_growing(world.pauses(12));
  CHECK(world.follower.calls == 12);
  CHECK(world.logged == std::vector<std::string>{"is held up and tries again"});
  world.follower.failure.reset();
  world.catch_up();
  CHECK(world.logged.back() == "goes on");
  world.feed.latest = 11;
  world.follower.failure = Error{ErrorCode::unavailable, "gone", {}};
  CHECK(world.pauses(1)[0] < milliseconds(300));  // from the beginning again
}

TEST_CASE("a follower that says when to come back is left alone until then") {
  World world;
  world.feed.latest = 10;
  world.follower.failure = too_many("enough for now");
  world.follower.failure->retry_after = std::chrono::seconds(40);
  CHECK(world.pauses(2) == std::vector<milliseconds>(2, milliseconds(40'000)));
  world.follower.failure->retry_after = std::chrono::hours(30);
  CHECK(world.pauses(1)[0] == std::chrono::minutes(15));  // it may be wrong
}

TEST_CASE("a follower that says yes and stays where it is does not spin") {
  World world;
  world.feed.latest = 10;
  world.follower.moves = false;
  const auto pauses = world.pauses(24);
  std::vector<milliseconds> real;
  std::copy_if(pauses.begin(), pauses.end(), std::back_inserter(real),
               [](milliseconds pause) { return pause > milliseconds(0); });
  check_growing(real);
}

TEST_CASE("another feed, a feed gone back and one that was pruned are begun anew") {
  World world;
  world.feed.latest = 10;
  world.catch_up();
  world.feed.asked.clear();
  SECTION("another") { world.feed.name = "g"; }
  SECTION("gone back") { world.feed.latest = 3; }
  SECTION("pruned") {
    world.feed.oldest = 11;
    world.feed.latest = 12;
  }
  world.catch_up();
  CHECK(world.feed.asked.back() == 0);
  CHECK(world.follower.stands == FeedPosition{world.feed.name, world.feed.latest});
}

TEST_CASE("a follower that has forgotten everything gets it again without a complaint") {
  World world;
  world.feed.latest = 10;
  world.catch_up();
  world.follower.stands = {};
  world.catch_up();
  CHECK(world.follower.stands == FeedPosition{"f", 10});
  CHECK(world.logged.empty());
}

TEST_CASE("a batch that is too large is cut until it fits") {
  World world;
  world.feed.latest = 100;
  world.follower.most = 3;
  world.catch_up();
  CHECK(world.follower.stands == FeedPosition{"f", 100});
  world.follower.stands = {};
  world.follower.most = 0;
  CHECK(world.pauses(40).back() > milliseconds(0));  // not even one fits: no spinning either
}
