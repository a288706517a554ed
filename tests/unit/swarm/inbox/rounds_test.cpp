// When the threads of the inbox do a round: the test turns the clock and waits for rounds.
#include "transfer/swarm/inbox/rounds.h"

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

// Counts rounds, and blocks the test until there have been so many.
class Counter {
 public:
  int add() {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    return ++count_;
  }
  void await(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

}  // namespace

TEST_CASE("while something is under way the next round comes soon") {
  testing::ManualClock clock;
  Counter rounds;
  Rounds threads(clock, 500ms, {});
  threads.start([&] { return rounds.add() < 3; });
  clock.await_waiters(1);
  CHECK(rounds.count() == 1);
  clock.advance(499ms);
  CHECK(rounds.count() == 1);
  clock.advance(1ms);
  rounds.await(2);
  clock.await_waiters(1);
  clock.advance(500ms);
  rounds.await(3);
}

TEST_CASE("an idle thread looks again after a minute, or when it is woken") {
  testing::ManualClock clock;
  Counter rounds;
  Rounds threads(clock, 500ms, {});
  threads.start([&] { return rounds.add() < 0; });
  clock.await_waiters(1);
  clock.advance(59s);
  CHECK(rounds.count() == 1);
  clock.advance(1s);
  rounds.await(2);
  threads.wake();
  rounds.await(3);
}

TEST_CASE("a wake that comes during a round is not lost") {
  testing::ManualClock clock;
  Counter rounds;
  Rounds threads(clock, 500ms, {});
  threads.start([&] {
    if (rounds.add() == 1) threads.wake();
    return false;
  });
  rounds.await(2);
  clock.await_waiters(1);
  CHECK(rounds.count() == 2);
}

TEST_CASE("all threads are woken, and all end") {
  testing::ManualClock clock;
  Counter one, two;
  Rounds threads(clock, 500ms, {});
  threads.start([&] { return one.add() < 0; });
  threads.start([&] { return two.add() < 0; });
  clock.await_waiters(2);
  threads.wake();
  one.await(2);
  two.await(2);
  CHECK_FALSE(threads.stopping());
  threads.stop();
  CHECK(threads.stopping());
  threads.stop();
}

TEST_CASE("a round that throws is said, and tried again soon") {
  testing::ManualClock clock;
  Counter rounds;
  std::mutex mutex;
  std::vector<std::string> why;
  Rounds threads(clock, 500ms, [&](LogLevel level, std::string_view, auto fields) {
    const std::lock_guard lock(mutex);
    CHECK(level == LogLevel::error);
    why.push_back(fields.begin()->value);
  });
  threads.start([&]() -> bool {
    if (rounds.add() == 1) throw std::runtime_error("the disk is full");
    return false;
  });
  clock.await_waiters(1);
  clock.advance(500ms);
  rounds.await(2);
  threads.stop();
  CHECK(why == std::vector<std::string>{"the disk is full"});
}

}  // namespace swapmeet::transfer_swarm
