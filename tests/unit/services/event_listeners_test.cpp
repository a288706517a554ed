// A plugin's listeners: in order, on a thread of theirs, and never in a publisher's way.
#include "host/services/event_listeners.h"

#include <atomic>
#include <condition_variable>
#include <future>
#include <string>
#include <vector>

#include "catch.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

// What was heard, and a door at which a listener waits while it is closed.
class Heard {
 public:
  void note(const std::string& what) {
    std::unique_lock lock(mutex_);
    heard_.push_back(what);
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void close_door() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open_door() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  std::vector<std::string> await(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, 60s, [&] { return heard_.size() >= count; }));
    return heard_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
  bool open_ = true;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("listeners of one plugin hear all in order, on one thread that is not the publisher's") {
  EventBus bus;
  EventListeners listeners(bus);
  Heard heard;
  std::vector<std::thread::id> threads;
  const auto listen = [&](const std::string& name) {
    return listeners.add([&, name](const Event& event) {
      threads.push_back(std::this_thread::get_id());
      heard.note(name + ' ' + event.topic);
    });
  };
  const auto one = listen("one");
  const auto other = listen("other");
  bus.publish({"a"});
  bus.publish({"b"});
  CHECK(heard.await(4) == Lines{"one a", "other a", "one b", "other b"});
  for (const auto& thread : threads) {
    CHECK(thread == threads.front());
    CHECK(thread != std::this_thread::get_id());
  }
}

TEST_CASE("a publisher does not wait for a listener that hangs, and other plugins hear on") {
  EventBus bus;
  Heard hung;
  Heard heard;
  std::atomic<int> dropped{0};
  EventListeners slow(
      bus, [&] { ++dropped; }, 3);
  EventListeners quick(bus);
  hung.close_door();
  const auto hanging = slow.add([&](const Event& event) { hung.note(event.topic); });
  const auto listening = quick.add([&](const Event& event) { heard.note(event.topic); });
  bus.publish({"first"});
  hung.await(1);
  for (int i = 0; i < 10; ++i) bus.publish({std::to_string(i)});
  CHECK(heard.await(11).back() == "9");
  CHECK(dropped == 7);
  hung.open_door();
  CHECK(hung.await(4) == Lines{"first", "7", "8", "9"});  // the oldest were dropped
}

TEST_CASE("once a listener is gone, no call of it runs") {
  EventBus bus;
  EventListeners listeners(bus);
  Heard heard;
  heard.close_door();
  std::atomic<bool> over{false};
  auto listening = listeners.add([&](const Event&) {
    heard.note("began");
    over = true;
  });
  bus.publish({"a"});
  bus.publish({"b"});
  heard.await(1);
  auto ending = std::async(std::launch::async, [&] {
    listening.reset();
    return over.load();
  });
  heard.open_door();
  CHECK(ending.get());
  const auto known = heard.await(1).size();
  bus.publish({"c"});
  Heard later;
  const auto last = listeners.add([&](const Event& event) { later.note(event.topic); });
  bus.publish({"d"});
  CHECK(later.await(1) == Lines{"d"});  // nor what was published before it listened
  CHECK(heard.await(1).size() == known);
}

TEST_CASE("a listener may end itself and others, and begin another") {
  EventBus bus;
  EventListeners listeners(bus);
  Heard heard;
  Registration self;
  Registration later;
  auto other = std::make_unique<Registration>();
  self = listeners.add([&](const Event& event) {
    self.reset();
    other->reset();
    later = listeners.add([&](const Event& next) { heard.note("later " + next.topic); });
    heard.note("self " + event.topic);
  });
  *other = listeners.add([&](const Event&) { heard.note("other"); });
  bus.publish({"a"});
  heard.await(1);
  bus.publish({"b"});
  CHECK(heard.await(2) == Lines{"self a", "later b"});
}

TEST_CASE("a listener may publish, and a registration may outlive the listeners") {
  EventBus bus;
  Registration kept;
  Heard heard;
  {
    EventListeners listeners(bus);
    kept = listeners.add([&](const Event& event) {
      if (event.topic == "question") bus.publish({"answer"});
      heard.note(event.topic);
    });
    bus.publish({"question"});
    CHECK(heard.await(2) == Lines{"question", "answer"});
  }
  kept.reset();
}
