// How often a registry is asked where it stands, and that nothing is taken for granted after an
// error.
#include "host/feed/announcer.h"

#include "catch.h"
#include "host/feed/pump.h"
#include "swapmeet/testing/empty_registry.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;

namespace {

class Index final : public testing::EmptyRegistry {
 public:
  Result<FeedPosition> announced(const PeerId&, const std::string&) override {
    ++asked;
    return stands;
  }
  Result<FeedPosition> announce(const PeerId&, const std::string&,
                                const ChangeBatch& batch) override {
    if (batch.base != 0 && stands != FeedPosition{batch.feed, batch.base})
      return Error{ErrorCode::conflict, "it stands elsewhere", {}};
    stands = {batch.feed, batch.upto};
    if (std::exchange(answer_is_lost, false)) return Error{ErrorCode::timed_out, "no answer", {}};
    return stands;
  }
  FeedPosition stands;
  int asked = 0;
  bool answer_is_lost = false;
};

// So many changes, two to a batch.
class Catalogue final : public ChangeFeed {
 public:
  Result<FeedState> state() override { return FeedState{"c", 0, latest}; }
  Result<ChangeBatch> changes_after(Revision after, std::size_t) override {
    ++read;
    return ChangeBatch{"c", after, std::min(after + 2, latest), {}};
  }
  Registration on_advance(std::function<void()>) override { return {}; }
  Revision latest = 10;
  int read = 0;
};

struct World {
  testing::ManualClock clock;
  Index index;
  Catalogue catalogue;
  Announcer announcer{index, PeerId{{1}}, std::string(32, 't')};
  Pump pump{catalogue, announcer, "announcing", [](LogLevel, std::string_view, auto) {}, clock, 1};

  void run() {
    for (int rounds = 0; pump.round() && rounds < 50; ++rounds) {
    }
  }
};

}  // namespace

TEST_CASE("a registry is asked once where it stands, not before every batch") {
  World world;
  world.run();
  CHECK(world.index.stands == FeedPosition{"c", 10});
  CHECK(world.index.asked == 1);
  world.catalogue.latest = 12;
  world.run();
  CHECK(world.index.stands.revision == 12);
  CHECK(world.index.asked == 1);
}

TEST_CASE("after an answer that was lost it is asked again, and no batch is sent twice") {
  World world;
  world.pump.round();
  world.index.answer_is_lost = true;
  world.run();
  CHECK(world.index.stands == FeedPosition{"c", 10});
  CHECK(world.index.asked == 2);
  CHECK(world.catalogue.read == 5);
}

TEST_CASE("a registry that forgot is announced to from the start, told or not") {
  for (const bool told : {true, false}) {
    World world;
    world.run();
    world.index.stands = {};
    if (told) world.announcer.doubt();
    world.catalogue.latest = 11;
    world.run();
    CHECK(world.index.stands == FeedPosition{"c", 11});
  }
}
