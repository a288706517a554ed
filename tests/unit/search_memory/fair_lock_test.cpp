#include "search/memory/fair_lock.h"

#include <atomic>
#include <optional>
#include <thread>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using swapmeet::search_memory::FairLock;

namespace {

// Tells how often it was asked, so that a test knows how far another thread has got.
class AskedClock final : public Clock {
 public:
  Time now() const override { return clock.now(); }
  Instant steady() const override {
    const auto instant = clock.steady();
    ++asked;
    return instant;
  }
  void wait_once(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                 Instant until) override {
    clock.wait_once(lock, changed, until);
  }
  void await_question(int which) const {
    while (asked < which) std::this_thread::yield();
  }
  testing::ManualClock clock;
  mutable std::atomic<int> asked{0};
};

}  // namespace

TEST_CASE("Readers read side by side") {
  FairLock lock;
  const FairLock::Reading one(lock);
  bool read = false;
  std::thread([&] {
    const FairLock::Reading other(lock);
    read = true;
  }).join();
  CHECK(read);
}

TEST_CASE("A writer waits for the readers that are there, and those who come later wait for it") {
  FairLock lock;
  const AskedClock clock;
  std::optional<FairLock::Reading> reading(lock);
  int value = 0;
  std::thread writer([&] {
    const FairLock::Writing writing(lock, clock);
    value = 1;
  });
  clock.await_question(1);
  CHECK(value == 0);
  reading.reset();
  writer.join();
  const FairLock::Reading later(lock);
  CHECK(value == 1);
}

TEST_CASE("A writer that had not to wait is over after a moment") {
  FairLock lock;
  testing::ManualClock clock;
  const FairLock::Writing writing(lock, clock);
  clock.advance(FairLock::Writing::kLeast);
  CHECK_FALSE(writing.is_over());
  clock.advance(microseconds(1));
  CHECK(writing.is_over());
}

TEST_CASE("A writer that had to wait is over after as long again") {
  FairLock lock;
  AskedClock clock;
  std::optional<FairLock::Reading> reading(lock);
  std::thread writer([&] {
    const FairLock::Writing writing(lock, clock);
    clock.clock.advance(milliseconds(5));
    CHECK_FALSE(writing.is_over());
    clock.clock.advance(microseconds(1));
    CHECK(writing.is_over());
  });
  clock.await_question(1);
  clock.clock.advance(milliseconds(5));
  reading.reset();
  writer.join();
}
