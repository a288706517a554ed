// A search that is tried: what it is asked, and how it compares.
#include "host/search/shadow.h"

#include <thread>

#include "catch.h"
#include "swapmeet/system_clock.h"
#include "tests/unit/search_group/fake_search.h"

using namespace swapmeet;

namespace {

using Names = std::vector<std::string>;

struct World {
  testing::ManualClock clock;
  FakeSearch tried;
  Gate gate{"search.tried", [](std::string_view, std::string_view) {}};
  std::atomic<bool> caught_up{true};
  std::shared_ptr<Member> member = std::make_shared<Member>("search.tried", tried, gate);
  std::shared_ptr<Leaving> leaving = member->leaving();
  std::unique_ptr<Shadow> shadow;
  SearchPage answered;

  explicit World(unsigned share = 100)
      : shadow(std::make_unique<Shadow>(
            Shadow::Parts{.member = std::move(member),
                          .clock = clock,
                          .share = [share] { return share; },
                          .deadline = [] { return std::chrono::seconds(5); },
                          .has_caught_up = [this] { return caught_up.load(); }})) {
    answered.hits = {hit_of(1, 0.9), hit_of(2, 0.5)};
    tried.hits = answered.hits;
  }
  ~World() {
    tried.let_go();
    shadow.reset();
    SystemClock real;
    leaving->wait(real, std::chrono::seconds(60));
  }
  void hear(const std::string& query = "name") {
    shadow->hear({.query = query, .page = {2, ""}, .viewer = {}}, answered,
                 std::chrono::microseconds(7));
  }
  // Once so many have been compared or have failed.
  ShadowFindings findings(std::uint64_t looked_at) {
    for (;;) {
      auto found = shadow->findings();
      if (found.compared + found.failed >= looked_at) return found;
      std::this_thread::yield();
    }
  }
};

}  // namespace

TEST_CASE("the same page, the same in another order, and another page are told apart") {
  World world;
  world.hear("the same");
  CHECK(world.findings(1).same == 1);
  std::swap(world.tried.hits[0], world.tried.hits[1]);
  world.hear("another order");
  CHECK(world.findings(2).reordered == 1);
  world.tried.hits = {hit_of(1, 0.9), hit_of(3, 0.1)};
  world.hear("another content");
  const auto found = world.findings(3);
  CHECK(found.compared == 3);
  CHECK(found.same == 1);
  CHECK(found.overlap == (100 + 100 + 50) / 3);
  REQUIRE(found.differences.size() == 2);
  CHECK(found.differences[0].query == "another content");
  CHECK(found.differences[0].overlap == 50);
  CHECK(found.differences[0].answered == Names{"name 1", "name 2"});
  CHECK(found.differences[0].shadow == Names{"name 1", "name 3"});
  CHECK(found.answered.p95 == std::chrono::microseconds(7));
}

TEST_CASE("only the share of the queries is tried that is asked for") {
  World world(10);
  for (int i = 0; i < 100; ++i) {
    world.hear();
    world.findings(static_cast<std::uint64_t>((i + 1) / 10));
  }
  CHECK(world.findings(10).compared == 10);
}

TEST_CASE("a shadow that hangs holds nobody up: what does not fit in its queue is dropped") {
  World world;
  world.tried.hold();
  world.hear();
  world.tried.wait_until_asked(1);
  for (int i = 0; i < 250; ++i) world.hear();
  CHECK(world.shadow->findings().dropped == 150);
  CHECK(world.shadow->findings().compared == 0);
}

TEST_CASE("a shadow that fails is counted with its reason") {
  World world;
  world.tried.error = unavailable("not today");
  world.hear();
  CHECK(world.findings(1).failed == 1);
  CHECK(world.findings(1).failure == "not today");
}

TEST_CASE("a shadow is not asked before it has caught up, nor about an answer that is not whole") {
  World world;
  world.caught_up = false;
  world.hear();
  world.answered.left_out = {"search.other failed"};
  world.hear();
  world.answered.left_out.clear();
  world.hear();  // behind the first, in the queue of one thread
  while (world.tried.asked == 0) {
    world.caught_up = true;
    world.hear();
    if (world.shadow->findings().compared > 0) break;
    std::this_thread::yield();
  }
  CHECK(world.shadow->findings().has_caught_up);
}

TEST_CASE("of queries that differ the last twenty are kept") {
  World world;
  world.tried.hits.clear();
  for (int i = 1; i <= 30; ++i) {
    world.hear("query " + std::to_string(i));
    world.findings(static_cast<std::uint64_t>(i));
  }
  const auto found = world.findings(30);
  REQUIRE(found.differences.size() == 20);
  CHECK(found.differences.front().query == "query 30");
  CHECK(found.differences.back().query == "query 11");
}
