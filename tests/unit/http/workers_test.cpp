// Who waits for a store's writer, or sends much, leaves threads to those who only ask; a plugin
// that hangs leaves them to the others.
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

  // The numbers of the jobs.
  std::vector<std::uint64_t> join(Workers& workers, Lane lane, std::size_t jobs,
                                  const std::string& owner = {}) {
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < jobs; ++i) {
      numbers.push_back(workers.post({[this, let_go = open] {
                                        {
                                          const std::lock_guard lock(mutex);
                                          ++begun;
                                          changed.notify_all();
                                        }
                                        let_go.wait();  // the crowd may be gone by then
                                      },
                                      lane, owner}));
      REQUIRE(numbers.back() != 0);
    }
    return numbers;
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return begun >= count; });
  }
};

void run_one(Workers& workers, const std::string& owner = {}, Lane lane = Lane::asking) {
  std::promise<void> answered;
  REQUIRE(workers.post({[&] { answered.set_value(); }, lane, owner}) != 0);
  answered.get_future().wait();
}

}  // namespace

TEST_CASE("a crowd that announces leaves threads to searches") {
  Crowd bulk;
  Crowd changes;
  Workers workers(8);
  bulk.join(workers, Lane::bulk, 100);
  changes.join(workers, Lane::changing, 100);
  bulk.wait_for(2);
  changes.wait_for(4);
  for (int i = 0; i < 100; ++i) run_one(workers);
  CHECK(bulk.begun == 2);
  CHECK(changes.begun == 4);
  bulk.gate.set_value();
  changes.gate.set_value();
  bulk.wait_for(100);
  changes.wait_for(100);
}

TEST_CASE("a single worker serves every lane") {
  Workers workers(1);
  for (const auto lane : {Lane::bulk, Lane::changing, Lane::asking}) run_one(workers, {}, lane);
}

TEST_CASE("a lane that is full leaves the others open") {
  Crowd bulk;
  Workers workers(1);
  bulk.join(workers, Lane::bulk, 1);
  bulk.wait_for(1);
  bulk.join(workers, Lane::bulk, 1024);
  CHECK(workers.post({[] {}, Lane::bulk}) == 0);
  CHECK(workers.post({[] {}, Lane::asking}) != 0);
  bulk.gate.set_value();
}

TEST_CASE("a plugin that hangs holds its share of the threads and no more") {
  Crowd hung;
  Workers workers(4);
  hung.join(workers, Lane::asking, 100, "search.hung");
  hung.wait_for(4);
  for (int i = 0; i < 100; ++i) {
    run_one(workers, "registry.well");
    run_one(workers, "registry.well", Lane::changing);
    run_one(workers);
  }
  CHECK(hung.begun == 4);
  hung.gate.set_value();
  hung.wait_for(100);
}

TEST_CASE("the host's own requests run when two plugins hang") {
  Crowd one;
  Crowd other;
  Workers workers(1);
  one.join(workers, Lane::asking, 10, "search.hung");
  one.wait_for(1);
  other.join(workers, Lane::asking, 10, "registry.hung");
  other.wait_for(1);
  for (int i = 0; i < 100; ++i) run_one(workers);
  one.gate.set_value();
  other.gate.set_value();
}

TEST_CASE("the queue that a plugin has filled is its own") {
  Crowd hung;
  Workers workers(1);
  hung.join(workers, Lane::asking, 1, "search.hung");
  hung.wait_for(1);
  hung.join(workers, Lane::asking, 1024, "search.hung");
  CHECK(workers.post({[] {}, Lane::asking, "search.hung"}) == 0);
  run_one(workers, "registry.well");
  hung.gate.set_value();
}

TEST_CASE("a job that is given up makes room for the next of its owner") {
  static const char* const kIn = "auth.hung";
  std::atomic<const char*> inside{kIn};
  Crowd hung;
  Workers workers(1, [&] { return &inside; });
  const auto numbers = hung.join(workers, Lane::asking, 3, "search.mine");
  hung.wait_for(1);
  const auto waits = workers.give_up(numbers[2]);
  CHECK(waits.outcome == Workers::Outcome::waited);
  CHECK(waits.plugin == "search.mine");
  const auto runs = workers.give_up(numbers[0]);
  CHECK(runs.outcome == Workers::Outcome::runs);
  CHECK(runs.plugin == "auth.hung");  // where it is, and not where it wanted to go
  hung.wait_for(2);
  hung.gate.set_value();
  run_one(workers, "search.mine");
  while (workers.give_up(numbers[0]).outcome != Workers::Outcome::ended) std::this_thread::yield();
  CHECK(hung.begun == 2);
}

TEST_CASE("threads that come back from jobs that were given up go on or go") {
  Workers workers(2);
  for (int round = 0; round < 50; ++round) {
    Crowd hung;
    const auto numbers = hung.join(workers, Lane::asking, 2, "search.hung");
    hung.wait_for(2);
    for (const auto number : numbers) workers.give_up(number);
    run_one(workers, "search.hung");
    hung.gate.set_value();
    run_one(workers, "search.hung", Lane::changing);
  }
}
