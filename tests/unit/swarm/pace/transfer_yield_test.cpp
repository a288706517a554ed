// A thread that makes way for transfers sleeps while they move much, and only then.
#include "transfer/swarm/pace/transfer_yield.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};
constexpr std::uint64_t kMuch = 300'000'000;  // bytes a second

struct Transfers {
  std::uint64_t moved = 7;
  int asked = 0;
  TransferYield yield{[this] {
                        ++asked;
                        return moved;
                      },
                      kStart};
};

TEST_CASE("beside much that is transferred a quarter of the time is worked") {
  Transfers transfers;
  transfers.moved += kMuch / 10;
  CHECK(transfers.yield.pause(kStart + 100ms) == 50ms);  // after a long time no longer than that
  auto now = kStart + 160ms;
  transfers.moved += kMuch / 10;
  transfers.yield.resume(now);
  CHECK(transfers.yield.pause(now + 999us) == 0ms);  // too little work to sleep for
  CHECK(transfers.yield.pause(now + 2ms) == 6ms);
  now += 20ms;
  transfers.yield.resume(now);  // the sleep, however long, is no work
  CHECK(transfers.yield.pause(now + 5ms) == 15ms);
}

TEST_CASE("beside little that is transferred nobody sleeps") {
  Transfers transfers;
  transfers.moved += kMuch / 20;
  CHECK(transfers.yield.pause(kStart + 100ms) == 0ms);
  transfers.moved += kMuch / 10;
  CHECK(transfers.yield.pause(kStart + 149ms) == 0ms);  // not looked at yet
  CHECK(transfers.asked == 2);
  CHECK(transfers.yield.pause(kStart + 151ms) > 0ms);
  CHECK(transfers.asked == 3);
  transfers.yield.resume(kStart + 160ms);
  CHECK(transfers.yield.pause(kStart + 260ms) == 0ms);  // they have ended
}

TEST_CASE("without transfers nobody sleeps") {
  TransferYield yield({}, kStart);
  CHECK(yield.pause(kStart + 1s) == 0ms);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
