// What wakes the scanner's thread, and what it then takes.
#include "transfer/swarm/scan/arrivals.h"

#include <future>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

struct Waiting {
  testing::ManualClock clock;
  Arrivals arrivals{clock, 1h, {}};

  // The thread waits, `wakes` happens, and then it no longer does.
  void woken_by(const std::function<void()>& wakes, Instant until = Instant::max()) {
    auto waited = std::async(std::launch::async, [&] { arrivals.wait(until); });
    clock.await_waiters(1);
    wakes();
    waited.get();
  }
  static HashResult result(const std::string& path) {
    HashResult one;
    one.job.file.path = path;
    return one;
  }
};

TEST_CASE("a request wakes, and counts until it is finished") {
  Waiting waiting;
  auto& arrivals = waiting.arrivals;
  waiting.woken_by([&] { arrivals.request({"s", "x", false}); });
  CHECK(arrivals.has_requests());
  CHECK(arrivals.take_requests({"s"}) == std::vector<Scope>{{"s", "x", false}});
  CHECK_FALSE(arrivals.has_requests());
  CHECK(arrivals.asks_for("s"));
  arrivals.finish_requests();
  CHECK_FALSE(arrivals.asks_for("s"));
  waiting.woken_by([&] { arrivals.request_all(); });
}

TEST_CASE("time wakes: for a later request, for the rescan of all, and for the caller") {
  Waiting waiting;
  auto& arrivals = waiting.arrivals;
  arrivals.request_at({"s", "x", false}, waiting.clock.steady() + 2s);
  waiting.woken_by([&] { waiting.clock.advance(2s); });
  CHECK(arrivals.take_requests({"s", "t"}).size() == 1);
  waiting.woken_by([&] { waiting.clock.advance(1s); }, waiting.clock.steady() + 1s);
  CHECK_FALSE(arrivals.has_requests());
  waiting.woken_by([&] { waiting.clock.advance(1h - 3s); });
  CHECK(arrivals.has_requests());
}

TEST_CASE("a shorter interval may be over already") {
  Waiting waiting;
  waiting.clock.advance(30min);
  waiting.woken_by([&] { waiting.arrivals.change(10min, {}); });
  CHECK(waiting.arrivals.has_requests());
}

TEST_CASE("a file that turned out to be closed wakes") {
  Waiting waiting;
  waiting.woken_by([&] { waiting.arrivals.leave_out("s", "a", EACCES); });
  const auto closed = waiting.arrivals.take_closed();
  REQUIRE(closed.size() == 1);
  CHECK(closed.at({"s", "a"}) == EACCES);
  CHECK(waiting.arrivals.take_closed().empty());
}

TEST_CASE("results wake when more are wanted, or some time after the last were taken") {
  Waiting waiting;
  auto& arrivals = waiting.arrivals;
  CHECK(arrivals.take_results().empty());
  arrivals.add(Waiting::result("a"), false);
  waiting.woken_by([&] { arrivals.add(Waiting::result("b"), true); });
  auto results = arrivals.take_results();
  REQUIRE(results.size() == 2);
  CHECK(results[1].job.file.path == "b");
  waiting.clock.advance(20ms);
  waiting.woken_by([&] { arrivals.add(Waiting::result("c"), false); });
  CHECK(arrivals.take_results().size() == 1);
}

TEST_CASE("the end wakes, also from a rest") {
  Waiting waiting;
  auto& arrivals = waiting.arrivals;
  auto rested = std::async(std::launch::async, [&] { arrivals.rest(Instant::max()); });
  waiting.clock.await_waiters(1);
  arrivals.request_all();  // does not
  CHECK(rested.wait_for(0s) == std::future_status::timeout);
  arrivals.stop();
  rested.get();
  CHECK(arrivals.is_stopping());
  arrivals.wait(Instant::max());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
