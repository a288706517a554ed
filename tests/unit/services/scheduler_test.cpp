// When tasks run, on a clock that the test turns, and how they end.
#include "host/services/scheduler.h"

#include <atomic>
#include <future>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace std::chrono_literals;
using swapmeet::testing::ManualClock;

namespace {

// Counts its runs; the test waits for the next one.
class Runs {
 public:
  void note() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  void wait_for(int count) {
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

TEST_CASE("a task runs first after one interval, and then after each") {
  ManualClock clock;
  Scheduler scheduler(1, clock);
  Runs runs;
  const auto task = scheduler.every(10s, [&] { runs.note(); });
  clock.await_waiters(1);
  clock.advance(9s);
  clock.await_waiters(1);
  CHECK(runs.count() == 0);
  clock.advance(1s);
  runs.wait_for(1);
  clock.await_waiters(1);
  CHECK(clock.next() - clock.steady() == 10s);
  clock.advance(10s);
  runs.wait_for(2);
}

TEST_CASE("the interval begins when the task has ended, so that it never catches up") {
  ManualClock clock;
  Scheduler scheduler(1, clock);
  Runs runs;
  const auto task = scheduler.every(10s, [&] {
    clock.advance(1min);  // that is how long it takes
    runs.note();
  });
  clock.await_waiters(1);
  clock.advance(10s);
  runs.wait_for(1);
  clock.await_waiters(1);
  CHECK(clock.next() - clock.steady() == 10s);
  CHECK(runs.count() == 1);
}

TEST_CASE("of several tasks each runs at its own pace") {
  ManualClock clock;
  Scheduler scheduler(1, clock);
  Runs often;
  Runs seldom;
  const auto one = scheduler.every(1s, [&] { often.note(); });
  const auto other = scheduler.every(3s, [&] { seldom.note(); });
  for (int second = 1; second <= 6; ++second) {
    clock.await_waiters(1);
    clock.advance(1s);
    often.wait_for(second);
    seldom.wait_for(second / 3);
  }
  CHECK(often.count() == 6);
  CHECK(seldom.count() == 2);
}

TEST_CASE("a task that hangs does not keep another thread's from running") {
  ManualClock clock;
  Scheduler scheduler(2, clock);
  std::promise<void> entered;
  std::promise<void> go_on;
  Runs runs;
  auto hanging = scheduler.every(1s, [&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    entered.set_value();
    go_on.get_future().wait();
  });
  clock.await_waiters(1);
  clock.advance(1s);
  entered.get_future().wait();
  const auto task = scheduler.every(1s, [&] { runs.note(); });
  clock.await_waiters(1);
  clock.advance(1s);
  runs.wait_for(1);
  go_on.set_value();
}

TEST_CASE("a registration that goes waits for the run, and lets none begin") {
  ManualClock clock;
  Scheduler scheduler(1, clock);
  std::promise<void> entered;
  std::atomic<bool> ended = false;
  auto task = scheduler.every(1s, [&] {
    entered.set_value();  // a second run would throw
    std::this_thread::yield();
    ended = true;
  });
  clock.await_waiters(1);
  clock.advance(1s);
  entered.get_future().wait();
  task.reset();
  CHECK(ended);
  Runs runs;
  const auto next = scheduler.every(1s, [&] { runs.note(); });
  clock.await_waiters(1);
  clock.advance(1min);
  runs.wait_for(1);
}

TEST_CASE("a task may end its own registration") {
  ManualClock clock;
  Scheduler scheduler(1, clock);
  std::mutex mutex;
  Runs runs;
  Registration registration;
  {
    const std::lock_guard lock(mutex);
    registration = scheduler.every(1ms, [&] {
      const std::lock_guard inside(mutex);
      registration.reset();
      runs.note();
    });
  }
  clock.await_waiters(1);
  clock.advance(1ms);
  runs.wait_for(1);
  CHECK(runs.count() == 1);
}

TEST_CASE("a registration may outlive its scheduler") {
  ManualClock clock;
  Registration kept;
  {
    Scheduler scheduler(1, clock);
    kept = scheduler.every(1s, [] {});
  }
  kept.reset();
}

TEST_CASE("a task that fails runs again after growing pauses, until it goes well") {
  ManualClock clock;
  Scheduler scheduler(1, clock);
  Runs runs;
  std::atomic<bool> well = false;
  const auto task = scheduler.attempt_every(1s, [&] {
    runs.note();
    return well.load();
  });
  std::vector<std::chrono::seconds> pauses;
  for (int i = 0; i < 7; ++i) {
    clock.await_waiters(1);
    if (i == 6) well = true;
    pauses.push_back(
        std::chrono::duration_cast<std::chrono::seconds>(clock.next() - clock.steady()));
    clock.advance(pauses.back());
    runs.wait_for(i + 1);
  }
  CHECK(pauses == std::vector<std::chrono::seconds>{1s, 2s, 4s, 8s, 16s, 16s, 16s});
  clock.await_waiters(1);
  CHECK(clock.next() - clock.steady() == 1s);
}

TEST_CASE("a task that fails is never paused for more than a minute beyond its interval") {
  for (const auto& [interval, longest] :
       std::vector<std::pair<std::chrono::seconds, std::chrono::seconds>>{{10s, 60s}, {90s, 90s}}) {
    ManualClock clock;
    Scheduler scheduler(1, clock);
    Runs runs;
    const auto task = scheduler.attempt_every(interval, [&] {
      runs.note();
      return false;
    });
    for (int i = 1; i <= 5; ++i) {
      clock.await_waiters(1);
      clock.advance(clock.next() - clock.steady());
      runs.wait_for(i);
    }
    clock.await_waiters(1);
    CHECK(clock.next() - clock.steady() == longest);
  }
}
