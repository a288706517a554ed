// Who hears of an event, and until when.
#include "host/services/event_bus.h"

#include <thread>

#include "catch.h"

using namespace swapmeet;

TEST_CASE("an event reaches everybody who listens, on the publisher's thread") {
  EventBus bus;
  std::vector<std::string> heard;
  std::thread::id on;
  const auto one =
      bus.subscribe([&](const Event& event) { heard.push_back("one " + event.topic); });
  const auto other = bus.subscribe([&](const Event& event) {
    heard.push_back("other " + to_json(event));
    on = std::this_thread::get_id();
  });
  bus.publish({"peer"});
  CHECK(heard == std::vector<std::string>{"one peer", "other {}"});
  CHECK(on == std::this_thread::get_id());
}

TEST_CASE("who has ended the subscription hears no more") {
  EventBus bus;
  int heard = 0;
  auto subscription = bus.subscribe([&](const Event&) { ++heard; });
  bus.publish({"a"});
  subscription.reset();
  bus.publish({"b"});
  CHECK(heard == 1);
}

TEST_CASE("a subscription may outlive its bus") {
  Registration kept;
  {
    EventBus bus;
    kept = bus.subscribe([](const Event&) {});
  }
  kept.reset();
}
