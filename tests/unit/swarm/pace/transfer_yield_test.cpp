// Who makes way for transfers sleeps while they move much, and only then.
#include "transfer/swarm/pace/transfer_yield.h"

#include <thread>

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

// How long it waits, when transfers have moved so much in the tenth of a second before.
std::chrono::steady_clock::duration pause_after(std::uint64_t bytes) {
  std::uint64_t moved = 7;
  TransferYield yield([&] { return moved; });
  std::this_thread::sleep_for(100ms);
  moved += bytes;
  const auto before = std::chrono::steady_clock::now();
  yield.before_block();
  return std::chrono::steady_clock::now() - before;
}

}  // namespace

TEST_CASE("much that is transferred makes others wait") {
  // On a machine that has no time, the tenth of a second may have been much longer.
  CHECK(pause_after(std::uint64_t{1} << 40) >= 50ms);
}

TEST_CASE("without transfers nobody waits") {
  TransferYield yield({});
  yield.before_block();
  std::uint64_t asked = 0;
  TransferYield idle([&] { return ++asked; });
  std::this_thread::sleep_for(100ms);
  idle.before_block();
  CHECK(asked == 2);
}

}  // namespace swapmeet::transfer_swarm
