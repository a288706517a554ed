// Who waits for a store's writer, or sends much, leaves threads to those who only ask.
#include "host/http/workers.h"

#include <future>

#include "catch.h"

using namespace swapmeet::http;

namespace {

// Jobs that stay until they are let go, and how many of them run.
struct Crowd {
  std::promise<void> gate;
  std::shared_future<void> open = gate.get_future().share();
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t begun = 0;

  void join(Workers& workers, Lane lane, std::size_t jobs) {
    for (std::size_t i = 0; i < jobs; ++i) {
      const bool taken = workers.post(
          [this] {
            {
              const std::lock_guard lock(mutex);
              ++begun;
            }
            changed.notify_all();
            open.wait();
          },
          lane);
      REQUIRE(taken);
    }
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return begun >= count; });
  }
};

}  // namespace

TEST_CASE("a crowd that announces leaves threads to searches") {
  Crowd bulk;
  Crowd changes;
  Workers workers(8);
  bulk.join(workers, Lane::bulk, 100);
  changes.join(workers, Lane::changing, 100);
  bulk.wait_for(2);
  changes.wait_for(4);
  for (int i = 0; i < 100; ++i) {
    std::promise<void> answered;
    REQUIRE(workers.post([&] { answered.set_value(); }));
    answered.get_future().wait();
  }
  CHECK(bulk.begun == 2);
  CHECK(changes.begun == 4);
  bulk.gate.set_value();
  changes.gate.set_value();
  bulk.wait_for(100);
  changes.wait_for(100);
}

TEST_CASE("a single worker serves every lane") {
  Workers workers(1);
  for (const auto lane : {Lane::bulk, Lane::changing, Lane::asking}) {
    std::promise<void> done;
    REQUIRE(workers.post([&] { done.set_value(); }, lane));
    done.get_future().wait();
  }
}

TEST_CASE("a lane that is full leaves the others open") {
  Crowd bulk;
  Workers workers(1);
  bulk.join(workers, Lane::bulk, 1);
  bulk.wait_for(1);
  bulk.join(workers, Lane::bulk, 1024);
  CHECK_FALSE(workers.post([] {}, Lane::bulk));
  CHECK(workers.post([] {}, Lane::asking));
  bulk.gate.set_value();
}
