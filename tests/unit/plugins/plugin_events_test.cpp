// What a plugin hears of, and what others hear of it.
#include "catch.h"
#include "swapmeet/event_topics.h"
#include "tests/unit/plugins/bench_host.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

void* nothing(std::string_view) { return nullptr; }

class Follower final : public ChangeFollower {
 public:
  Result<FeedPosition> applied() override { return FeedPosition{}; }
  Result<void> apply(const ChangeBatch&) override { return {}; }
};

class Feed final : public ChangeFeed {
 public:
  Result<FeedState> state() override { return FeedState{}; }
  Result<ChangeBatch> changes_after(Revision, std::size_t) override { return ChangeBatch{}; }
  Registration on_advance(std::function<void()>) override { return {}; }
};

}  // namespace

TEST_CASE("a plugin that is too slow for the events is told of once, and the drops are counted") {
  BenchHost host;
  PluginHost plugin(host.services(), "extension.slow", {}, nothing);
  std::mutex door;
  std::atomic<bool> came{false};
  std::unique_lock closed(door);
  auto listening = plugin.subscribe([&](const Event&) {
    came = true;
    const std::lock_guard waiting(door);
  });
  host.events.publish({"first"});
  REQUIRE(eventually([&] { return came.load(); }));
  for (std::size_t i = 0; i < EventListeners::kMostWaiting + 5; ++i) host.events.publish({"more"});
  const auto lines = host.log();
  CHECK(std::count(lines.begin(), lines.end(),
                   "extension.slow is too slow for the events: the oldest are dropped") == 1);
  CHECK(host.metrics.text().find("events_dropped_total 5\n") != std::string::npos);
  closed.unlock();
  listening.reset();
}

TEST_CASE("a fault of a plugin is told, though not every one of many") {
  BenchHost host;
  PluginHost plugin(host.services(), "extension.wrong", {}, nothing);
  std::vector<Event> told;
  const auto listening = host.events.subscribe([&](const Event& event) { told.push_back(event); });
  for (int i = 0; i < 3; ++i) plugin.gate().count_fault("GET /wrong", "a defect");
  REQUIRE(told.size() == 1);
  CHECK(check_event(told[0]));
  CHECK(told[0].text("plugin") == "extension.wrong");
  CHECK(told[0].text("in") == "GET /wrong");
  CHECK(told[0].number("failures") == 1);
  host.clock.advance(11s);
  plugin.gate().count_fault("GET /wrong", "a defect");
  REQUIRE(told.size() == 2);
  CHECK(told[1].number("failures") == 4);
}

TEST_CASE("a listener that throws at the news of its own fault does not go round for ever") {
  BenchHost host;
  PluginHost plugin(host.services(), "extension.wrong", {}, nothing);
  auto listening = plugin.subscribe([](const Event&) { throw std::runtime_error("a defect"); });
  host.events.publish({"any"});
  REQUIRE(eventually(
      [&] { return plugin.gate().health().faults == 2; }));  // of the event, and of its news
  std::atomic<bool> heard{false};
  auto last = plugin.subscribe([&](const Event& event) { heard = heard || event.topic == "last"; });
  host.events.publish({"last"});
  CHECK(eventually([&] { return heard.load(); }));
  CHECK(plugin.gate().health().faults == 3);
}

TEST_CASE("a follower is followed in its plugin's name, and no longer than it is registered") {
  BenchHost host;
  ChangeFollower* followed = nullptr;
  std::string source;
  int ended = 0;
  auto services = host.services();
  services.follow = [&](Gate& gate, ChangeFeed&, ChangeFollower& follower) {
    source = gate.id();
    followed = &follower;
    return Registration([&] { ++ended; });
  };
  PluginHost plugin(services, "extension.follows", {}, nothing);
  Feed feed;
  Follower follower;
  auto following = plugin.follow(feed, follower);
  CHECK(source == "extension.follows");
  CHECK(followed == &follower);
  plugin.sweep();
  CHECK(ended == 1);
  following.reset();
  CHECK(ended == 1);
}
