// Folders that are away, for a while and for too long.
#include "transfer/swarm/scan/absence.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

TEST_CASE("a folder that is away is new once, and too long away after the patience") {
  Absence absence(60s);
  const auto first = absence.note_away("s", kStart);
  CHECK(first.is_new);
  CHECK_FALSE(first.is_too_long);
  CHECK(first.too_long_from == kStart + 60s);
  const auto again = absence.note_away("s", kStart + 59s);
  CHECK_FALSE(again.is_new);
  CHECK_FALSE(again.is_too_long);
  CHECK(again.too_long_from == kStart + 60s);
  CHECK(absence.note_away("s", kStart + 60s).is_too_long);
  CHECK(absence.note_away("other", kStart + 60s).is_new);
}

TEST_CASE("a folder that was back in between has all of the patience again") {
  Absence absence(60s);
  absence.note_away("s", kStart);
  absence.note_there("s");
  absence.note_there("never away");
  const auto noted = absence.note_away("s", kStart + 2min);
  CHECK(noted.is_new);
  CHECK_FALSE(noted.is_too_long);
}

TEST_CASE("without patience a folder is away for too long at once") {
  Absence absence(0s);
  CHECK(absence.note_away("s", kStart).is_too_long);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
