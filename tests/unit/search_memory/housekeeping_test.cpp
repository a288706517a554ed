#include "search/memory/housekeeping.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;
using namespace std::chrono_literals;

namespace {

// Writes down what it is told to do. Between two calls of await() the housekeeper sleeps, so that
// the test may look and change what it likes.
struct House {
  House() { keeper.start(); }
  void await() { clock.await_waiters(1); }
  void pass(std::chrono::nanoseconds time) {
    await();
    clock.advance(time);
    await();
  }
  void minutes(int count) {
    for (int looks = 0; looks < count * 12; ++looks) pass(Housekeeper::kLook);
  }
  void work(const char* what, bool& is_worth) {
    done.emplace_back(what);
    is_worth = is_always_worth;
    clock.advance(takes);
    ++chores;
  }

  testing::ManualClock clock;
  bool is_worth_reordering = false;
  bool is_worth_saving = false;
  bool is_always_worth = false;
  std::chrono::nanoseconds takes{0};
  std::vector<std::string> done;
  std::atomic<int> chores{0};
  Housekeeper keeper{clock,
                     {.is_worth_reordering = [this] { return is_worth_reordering; },
                      .reorder = [this] { work("reorder", is_worth_reordering); },
                      .is_worth_saving = [this] { return is_worth_saving; },
                      .save = [this] { work("save", is_worth_saving); }}};
};

using Done = std::vector<std::string>;

}  // namespace

TEST_CASE("What is due is done at once, without a look at the clock") {
  House house;
  house.await();
  house.keeper.reorder_soon();
  while (house.chores == 0) std::this_thread::yield();
  house.keeper.stop();
  CHECK(house.done == Done{"reorder"});
}

TEST_CASE("What is worth it is put in order once a minute") {
  House house;
  house.is_worth_reordering = house.is_always_worth = true;
  house.pass(55s);
  CHECK(house.done.empty());
  house.pass(5s);
  CHECK(house.done == Done{"reorder"});
  house.pass(55s);
  CHECK(house.done.size() == 1);
  house.minutes(3);
  CHECK(house.done.size() == 4);
}

TEST_CASE("A snapshot is written when it is worth it, at first and then once a minute at most") {
  House house;
  house.pass(Housekeeper::kLook);
  CHECK(house.done.empty());
  house.is_worth_saving = true;
  house.pass(Housekeeper::kLook);
  CHECK(house.done == Done{"save"});
  house.is_worth_saving = true;
  house.pass(55s);
  CHECK(house.done.size() == 1);
  house.pass(5s);
  CHECK(house.done == Done{"save", "save"});
}

TEST_CASE("After work the housekeeper rests four times as long") {
  House house;
  house.takes = 2s;
  house.is_worth_saving = true;
  house.pass(Housekeeper::kLook);
  CHECK(house.done == Done{"save"});
  CHECK(house.clock.next() - house.clock.steady() == 8s);
}

TEST_CASE("A housekeeper that is stopped has ended its chore, and begins no other") {
  House house;
  house.is_worth_saving = house.is_always_worth = true;
  house.pass(Housekeeper::kLook);
  house.keeper.stop();
  CHECK(house.keeper.is_stopping());
  house.keeper.stop();
  house.keeper.reorder_soon();
  house.clock.advance(10min);
  CHECK(house.done == Done{"save"});
}

TEST_CASE("A housekeeper that was never started stops, too") {
  testing::ManualClock clock;
  Housekeeper keeper(clock, {});
  keeper.stop();
  CHECK(keeper.is_stopping());
}
