// Whose turn it is, by moments that the test chooses.
#include "transfer/swarm/pace/fair_turns.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

const Instant kBegin{};
constexpr double kTurn = 100;

}  // namespace

TEST_CASE("who has had more than one turn more than another that waits lets that one go first") {
  FairTurns turns;
  FairTurns::Share much;
  FairTurns::Share little;
  CHECK_FALSE(turns.ask(much, kTurn, kBegin));
  turns.serve(much, 250);
  turns.wait(little, kBegin + 10ms);
  CHECK(turns.ask(much, kTurn, kBegin) == kBegin + 10ms);
  CHECK(turns.ask(much, kTurn, kBegin + 8ms) == kBegin + 13ms);  // a little after it
  CHECK_FALSE(turns.ask(little, kTurn, kBegin + 10ms));
  turns.serve(little, 150);
  turns.wait(little, kBegin + 20ms);
  CHECK_FALSE(turns.ask(much, kTurn, kBegin + 13ms));
}

TEST_CASE("who waits is waited for no longer than a moment") {
  FairTurns turns;
  FairTurns::Share much;
  FairTurns::Share gone;
  FairTurns::Share left;
  turns.serve(much, 500);
  turns.wait(gone, kBegin + 10ms);
  turns.wait(left, kBegin + 10ms);
  turns.forget(left);
  CHECK(turns.ask(much, kTurn, kBegin + 30ms));
  CHECK_FALSE(turns.ask(much, kTurn, kBegin + 31ms));
  CHECK_FALSE(gone.due);
}

TEST_CASE("a newcomer, and who was away, begins with what the others have had") {
  FairTurns turns;
  FairTurns::Share old;
  FairTurns::Share fresh;
  turns.serve(old, 10'000);
  CHECK_FALSE(turns.ask(old, kTurn, kBegin));
  CHECK_FALSE(turns.ask(fresh, kTurn, kBegin));
  CHECK(fresh.had == 10'000 - kTurn);
}

TEST_CASE("what is served while another connection of the reader waits counts for both") {
  FairTurns turns;
  FairTurns::Share one;
  FairTurns::Share other;
  turns.wait(one, kBegin + 5ms);
  turns.serve(one, 250);
  CHECK(one.due == kBegin + 5ms);
  turns.wait(other, kBegin + 5ms);
  CHECK(turns.ask(one, kTurn, kBegin));
}

}  // namespace swapmeet::transfer_swarm
