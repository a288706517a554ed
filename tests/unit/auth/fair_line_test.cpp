// Whose turn is next when many want to log in at once.
#include "host/auth/fair_line.h"

#include "host/auth/networks.h"
#include "world.h"

using namespace swapmeet;
using namespace swapmeet::testing;

namespace {

using Line = FairLine<std::string>;

Turn turn(const std::string& address, const std::string& name, std::size_t rank = 2) {
  Turn turn{.rank = rank, .path = networks_of(counted_address(address)), .alone = {}};
  turn.path.push_back(name);
  return turn;
}

std::vector<std::string> take_all(Line& line) {
  std::vector<std::string> taken;
  while (const auto next = line.take([](const std::string&) { return true; }))
    taken.push_back(next->first);
  return taken;
}

std::size_t place_of(const std::vector<std::string>& taken, const std::string& who) {
  return static_cast<std::size_t>(std::find(taken.begin(), taken.end(), who) - taken.begin());
}

}  // namespace

TEST_CASE("a flood from one address costs others one turn") {
  Line line(1024, 16);
  int refused = 0;
  for (int i = 0; i < 500; ++i)
    refused += line.add(turn("127.0.0.9", "name" + std::to_string(i)), "flood") ? 1 : 0;
  CHECK(refused == 484);
  CHECK_FALSE(line.add(turn("198.51.100.7", "ann"), "ann"));
  CHECK(place_of(take_all(line), "ann") <= 1);
}

TEST_CASE("a flood from a thousand addresses of one network costs others one turn") {
  Line line(1024, 16);
  for (int i = 0; i < 3000; ++i)
    line.add(turn("127.1." + std::to_string(i / 250) + "." + std::to_string(i % 250), "ann"),
             "flood");
  CHECK(line.size() == 1024);
  // Also when the line is full: one of the many has to go.
  CHECK(line.add(turn("127.9.0.1", "ann"), "ann") == "flood");
  CHECK(place_of(take_all(line), "ann") <= 1);
}

TEST_CASE("one who shares a network with a flood has a turn among its parts") {
  Line line(1024, 16);
  for (int i = 0; i < 1000; ++i)
    line.add(turn("127.1." + std::to_string(i / 250) + "." + std::to_string(i % 250), "ann"),
             "flood");
  CHECK_FALSE(line.add(turn("127.1.77.1", "ann"), "ann"));
  CHECK(place_of(take_all(line), "ann") <= 4);
}

TEST_CASE(
    "at one address each name has its turn, so that a flood there does not starve one's own") {
  Line line(1024, 16);
  for (int i = 0; i < 15; ++i) line.add(turn("127.0.0.9", "nobody"), "flood");
  CHECK_FALSE(line.add(turn("127.0.0.9", "ann"), "ann"));
  CHECK(place_of(take_all(line), "ann") <= 1);
}

TEST_CASE("who is known comes first, and nobody waits for ever") {
  Line line(1024, 16);
  for (int i = 0; i < 100; ++i) {
    line.add({.rank = 0, .path = {"member" + std::to_string(i)}}, "known");
    line.add(turn("10.0.0." + std::to_string(i), "x", 2), "clean");
  }
  line.add(turn("10.1.0.1", "x", 5), "failed");
  const auto taken = take_all(line);
  CHECK(taken[0] == "known");
  CHECK(place_of(taken, "clean") <= 4);
  CHECK(place_of(taken, "failed") <= 14);
  CHECK(taken.size() == 201);
}

TEST_CASE("when the line is full, who is known pushes out one who is not") {
  Line line(10, 16);
  for (int i = 0; i < 10; ++i) line.add(turn("10.0.0." + std::to_string(i), "x"), "clean");
  CHECK(line.add({.rank = 0, .path = {"ann"}}, "ann") == "clean");
  CHECK(take_all(line)[0] == "ann");
}

TEST_CASE("of those who must be alone one is taken at a time, and others pass") {
  Line line(10, 16);
  auto first = turn("10.0.0.1", "ann");
  first.alone = "ann";
  auto second = turn("10.0.0.2", "bob");
  line.add(first, "ann");
  line.add(second, "bob");
  const auto not_ann = [](const std::string& alone) { return alone != "ann"; };
  CHECK(line.take(not_ann)->first == "bob");
  CHECK_FALSE(line.take(not_ann));
  CHECK(line.size() == 1);
  CHECK(line.remove([](const std::string&) { return true; }).size() == 1);
  CHECK(line.size() == 0);
}

TEST_CASE("a flood of log-ins from many addresses leaves others their turn") {
  World world({.limits = {.per_account = 5, .per_address = 50}});
  world.first.know("ann");
  world.first.block();
  std::vector<std::future<Result<Session>>> flood;
  for (int i = 0; i < 600; ++i)
    flood.push_back(
        world.start("name" + std::to_string(i), "guess",
                    "127.1." + std::to_string(i / 250) + "." + std::to_string(i % 250)));
  world.first.await_checks(2);
  auto ann = world.start("ann", "right", "198.51.100.7");
  CHECK(world.group->waiting() == 599);
  world.first.unblock();
  CHECK(ann.get().ok());
  // A handful of the flood went before, as far as threads tell; not six hundred.
  CHECK(world.first.checked_before("ann") <= 100);
  for (auto& one : flood) CHECK_FALSE(one.get().ok());
}

TEST_CASE("however many guess at a name, its owner logs in from a clean address") {
  World world({.limits = {.per_account = 5, .per_address = 50}});
  world.first.know("ann");
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i)
      static_cast<void>(
          world.log_in("ann", "guess", "127.1." + std::to_string(round) + "." + std::to_string(i)));
    CHECK(world.log_in("ann", "right", "198.51.100." + std::to_string(round)).ok());
  }
}

TEST_CASE("a device that has logged in is given a token, and is known by it") {
  World world({.limits = {.per_account = 2, .per_address = 3}});
  world.first.know("ann");
  world.first.know("bob");
  const auto first = world.log_in("ann");
  REQUIRE(first.ok());
  CHECK(first->device.size() == 48);
  CHECK(world.log_in("ann", "right", "192.0.2.1", first->device)->device == first->device);
  CHECK(world.log_in("bob", "right", "192.0.2.1", first->device)->device != first->device);
  // At an address that has lost its credit, ann's device is heard and strangers are not.
  for (int i = 0; i < 9; ++i)
    static_cast<void>(world.log_in("n" + std::to_string(i), "guess", "192.0.2.9"));
  CHECK(code_of(world.log_in("ann", "right", "192.0.2.9")) == "too_many");
  world.open();  // as after a restart
  for (int i = 0; i < 9; ++i)
    static_cast<void>(world.log_in("n" + std::to_string(i), "guess", "192.0.2.9"));
  CHECK(world.log_in("ann", "right", "192.0.2.9", first->device).ok());
  CHECK(code_of(world.log_in("cyd", "right", "192.0.2.9", first->device)) == "too_many");
}
