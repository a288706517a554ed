// What a plugin does wrong behind its gate, and what is known of it then.
#include "host/plugins/gate.h"

#include <future>
#include <stdexcept>
#include <thread>

#include "catch.h"
#include "host/plugins/repeated_faults.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

struct World {
  testing::ManualClock clock;
  std::vector<std::string> told;
  Gate gate{"search.mine",
            [this](std::string_view doing, std::string_view what) {
              told.push_back(std::string(doing) + " | " + std::string(what));
            },
            clock};

  Result<int> call(const std::function<Result<int>()>& work, const Doing& doing = "search()") {
    return gate.call(doing, work);
  }
};

const Doing kRequest("GET", "/api/v1/search", "17");

// Calls that stay inside until they are let go.
struct Stuck {
  explicit Stuck(World& world, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      threads.emplace_back([&] {
        static_cast<void>(world.gate.call(kRequest, [&]() -> Result<void> {
          ++inside;
          open.wait();
          return {};
        }));
      });
    while (inside < count) std::this_thread::yield();
  }
  ~Stuck() { let_go(); }
  void let_go() {
    if (threads.empty()) return;
    go_on.set_value();
    for (auto& thread : threads) thread.join();
    threads.clear();
  }
  std::promise<void> go_on;
  std::shared_future<void> open = go_on.get_future().share();
  std::atomic<std::size_t> inside{0};
  std::vector<std::thread> threads;
};

}  // namespace

TEST_CASE("what a plugin throws is for log and status, and not for who called") {
  World world;
  const auto failed = world.call(
      []() -> Result<int> { throw std::runtime_error("no such table: secret"); }, kRequest);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == ErrorCode::internal);
  CHECK(failed.error().message == "search.mine failed; the log has more under request 17");
  CHECK(world.told ==
        std::vector<std::string>{"GET /api/v1/search, request 17 | no such table: secret"});
  CHECK(world.call([]() -> Result<int> { throw 42; }).error().message ==
        "search.mine failed; the log has more");
  const auto health = world.gate.health();
  CHECK(health.is_faulty);
  CHECK(health.faults == 2);
  CHECK_THAT(health.reason, Contains("search(): it threw something that is no exception"));
}

TEST_CASE(
    "an error with a code that there is not, or of a defect, is a fault; others are answers") {
  World world;
  const auto code = world.call([]() -> Result<int> { return Error{ErrorCode(77), "x", {}}; });
  CHECK(code.error().code == ErrorCode::internal);
  CHECK_THAT(world.told.back(), Contains("the code 77"));
  CHECK(world.call([]() -> Result<int> { return internal_error("a defect"); }).error().message ==
        "a defect");
  const auto endless =
      world.call([]() -> Result<int> { return not_found(std::string(1 << 20, 'x')); });
  CHECK(endless.error().code == ErrorCode::not_found);
  CHECK(endless.error().message.size() == 4096);
  CHECK(world.gate.health().faults == 3);
  CHECK_FALSE(world.call([]() -> Result<int> { return not_found("nothing"); }));
  CHECK(world.call([]() -> Result<int> { return 7; }).value() == 7);
  CHECK(world.gate.health().faults == 3);
}

TEST_CASE("a plugin is faulty for a minute after its last fault, and what it was stays known") {
  World world;
  CHECK_FALSE(world.gate.health().is_faulty);
  world.gate.count_fault("a metric", "a bad name");
  world.clock.advance(59s);
  CHECK(world.gate.health().is_faulty);
  world.clock.advance(1s);
  CHECK_FALSE(world.gate.health().is_faulty);
  CHECK(world.gate.health().reason == "a metric: a bad name");
}

TEST_CASE("a call that does not return is overdue, told at growing pauses, and named") {
  World world;
  Stuck stuck(world, 1);
  CHECK(world.gate.take_overdue().empty());
  CHECK(world.gate.health().calls == 1);
  world.clock.advance(10s);
  const auto overdue = world.gate.take_overdue();
  REQUIRE(overdue.size() == 1);
  CHECK(overdue[0].doing == "GET /api/v1/search, request 17");
  CHECK(overdue[0].since == 10s);
  world.clock.advance(9s);
  CHECK(world.gate.take_overdue().empty());
  CHECK(world.gate.health().is_faulty);
  CHECK(world.gate.health().overdue == 1);
  CHECK(world.gate.health().reason == "GET /api/v1/search, request 17 has not returned for 19 s");
  world.clock.advance(1s);
  CHECK(world.gate.take_overdue().size() == 1);
  stuck.let_go();
  CHECK_FALSE(world.gate.health().is_faulty);
  CHECK(world.gate.health().calls == 0);
}

TEST_CASE("when too many calls hang no more go in, until one comes back") {
  World world;
  Stuck stuck(world, Gate::kMostOverdue);
  CHECK(world.call([]() -> Result<int> { return 1; }).ok());
  world.clock.advance(10s);
  CHECK(world.gate.health().overdue == Gate::kMostOverdue);
  const auto refused = world.call([]() -> Result<int> { return 1; });
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK(refused.error().message == "search.mine is blocked: 16 calls of it have not returned");
  CHECK(refused.error().retry_after.has_value());
  stuck.let_go();
  CHECK(world.call([]() -> Result<int> { return 1; }).ok());
}

TEST_CASE("what is held up says so until it goes on") {
  World world;
  world.gate.hold_up("announcing", "the index is away", false);
  CHECK(world.gate.health().reason == "announcing is held up: the index is away");
  CHECK_FALSE(world.gate.health().is_faulty);
  world.gate.hold_up("indexing", "no space", true);
  CHECK(world.gate.health().is_faulty);
  world.gate.hold_up("indexing", {}, false);
  CHECK_FALSE(world.gate.health().is_faulty);
}

TEST_CASE("a thread says which plugin it is in, also when one calls another") {
  World world;
  Gate registry("registry.a", {}, world.clock);
  const auto& here = whereabouts();
  CHECK(here.plugin == nullptr);
  const auto inside = world.gate.call(kRequest, [&]() -> Result<void> {
    CHECK(std::string(here.plugin) == "search.mine");
    static_cast<void>(registry.call("peer()", [&]() -> Result<void> {
      CHECK(std::string(here.plugin) == "registry.a");
      CHECK(here.innermost.load()->outer->doing->text() == "GET /api/v1/search, request 17");
      throw std::runtime_error("x");
    }));
    CHECK(std::string(here.plugin) == "search.mine");
    return {};
  });
  CHECK(inside.ok());
  CHECK(here.plugin == nullptr);
  CHECK(world.gate.health().faults == 0);
  CHECK(registry.health().faults == 1);
}

TEST_CASE("a task that always fails gets one line a minute, a request that fails twenty") {
  RepeatedFaults faults;
  Instant now{1h};
  std::uint64_t lines = 0;
  for (int i = 0; i < 100; ++i) lines += faults.take("a task", "boom", now) > 0 ? 1 : 0;
  CHECK(lines == 1);
  CHECK(faults.take("a task", "boom", now + 1min) == 100);
  now += 2min;
  lines = 0;
  for (int i = 0; i < 100; ++i)
    lines += faults.take("GET /x, request " + std::to_string(i), "bang", now) > 0 ? 1 : 0;
  CHECK(lines == 20);
  CHECK(faults.take("a task", "another", now) == 81);
}
