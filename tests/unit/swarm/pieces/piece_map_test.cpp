// Which pieces are missing, on their way or proven, and which are taken next.
#include "transfer/swarm/pieces/piece_map.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kPiece = 1 << 20;
constexpr Instant kNow{1h};

PieceMap map_of(std::size_t pieces, std::string_view proven = {}) {
  return {ContentId{}, pieces * kPiece, kPiece, std::string(pieces * 32, 'x'), proven};
}

}  // namespace

TEST_CASE("pieces are of a MiB, and larger where there would be too many of them") {
  CHECK(piece_size_for(0) == kPiece);
  CHECK(piece_size_for(4097 * kPiece - 1) == kPiece);
  CHECK(piece_size_for(4097 * kPiece) == 2 * kPiece);
  CHECK(piece_size_for(409'600 * kPiece) == 8 * kPiece);
  CHECK(piece_size_for(kMostFileSize) == 16 * kPiece);
  CHECK(piece_count(0) == 0);
  CHECK(piece_count(1) == 1);
  CHECK(piece_count(kPiece) == 1);
  CHECK(piece_count(kPiece + 1) == 2);
}

TEST_CASE("proven bits stand for bytes, also where the last piece is short") {
  CHECK(proven_bytes("", 3 * kPiece) == 0);
  CHECK(proven_bytes("\5", 3 * kPiece) == 2 * kPiece);
  CHECK(proven_bytes("\5", 2 * kPiece + 7) == kPiece + 7);
  CHECK(proven_bytes("\377", 2 * kPiece + 7) == 2 * kPiece + 7);  // bits beyond the end
  CHECK(proven_bytes("\1", 0) == 0);
  CHECK(proven_bytes("\1", kMostFileSize) == 16 * kPiece);
}

TEST_CASE("a map knows where its pieces are, and goes on with what was proven before") {
  PieceMap map(ContentId{}, 9 * kPiece + 5, kPiece, std::string(320, 'x'),
               std::string_view("\x05\x02", 2));
  CHECK(map.count() == 10);
  CHECK(map.offset(9) == 9 * kPiece);
  CHECK(map.length(8) == kPiece);
  CHECK(map.length(9) == 5);
  CHECK(map.proven_bytes() == 2 * kPiece + 5);
  CHECK(map.missing() == 7);
  CHECK(map.proven_bits() == std::string("\x05\x02", 2));
  CHECK_FALSE(map.mark_proven(0));
  for (const std::size_t piece : {1U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    CHECK_FALSE(map.complete());
    CHECK(map.mark_proven(piece));
  }
  CHECK(map.complete());
  CHECK(map.missing() == 0);
  CHECK(map.proven_bytes() == map.file_size());
}

TEST_CASE("what is given back is missing again, unless it is proven by now") {
  auto map = map_of(4);
  const auto run = map.take({4, {}, nullptr, 0}, kNow);
  REQUIRE(run);
  CHECK(run->count == 4);
  CHECK(map.missing() == 0);
  map.mark_proven(1);
  map.give_back(*run);
  CHECK(map.missing() == 3);
  CHECK(map.is_proven(1));
  CHECK(map.take({4, {}, nullptr, 1}, kNow)->first == 2);
}

TEST_CASE("what is on its way for long is taken twice, and once more only after as long again") {
  auto map = map_of(2, "\x01");
  REQUIRE(map.take({1, {}, nullptr, 0}, kNow));
  CHECK_FALSE(map.take({1, kNow, nullptr, 0}, kNow));
  const auto later = kNow + 5s;
  CHECK(map.take({1, later - 1s, nullptr, 0}, later)->first == 1);
  CHECK_FALSE(map.take({1, later - 1s, nullptr, 0}, later));
  map.mark_proven(1);
  CHECK_FALSE(map.take({1, later + 1s, nullptr, 0}, later + 1s));
}

// Two pieces on their way from a slow source, due in ten seconds and in twenty.
PieceMap late_map() {
  auto map = map_of(2);
  const auto taken = map.take({.most = 2, .due = kNow + 10s, .piece_time = 10s}, kNow);
  REQUIRE(taken);
  REQUIRE(taken->count == 2);
  return map;
}

TEST_CASE("at the end the fast take what others bring much later, the latest first") {
  auto map = late_map();
  const auto latest = map.take({.due = kNow + 2s}, kNow);
  REQUIRE(latest);
  CHECK(latest->first == 1);  // and is expected in two seconds now
  const auto other = map.take({.due = kNow + 4s}, kNow);
  REQUIRE(other);
  CHECK(other->first == 0);
  CHECK_FALSE(map.take({.due = kNow + 2s}, kNow));
}

TEST_CASE("at the end nobody takes what comes about as soon anyway") {
  auto map = late_map();
  CHECK_FALSE(map.take({.due = kNow + 10s}, kNow));
  CHECK_FALSE(map.take({}, kNow));  // nor who does not know when it could bring it
}

TEST_CASE("what should be there by now is expected as much later again") {
  auto map = late_map();
  const auto now = kNow + 13s;  // the first is three seconds late
  const PieceMap::Run second[] = {{1, 1}};
  CHECK_FALSE(map.take({.due = now + 2s, .own = second}, now));
  const auto first = map.take({.due = now + 1s, .own = second}, now);
  REQUIRE(first);
  CHECK(first->first == 0);
}

TEST_CASE("what the same source brings is not asked of it a second time, unless it takes long") {
  auto map = late_map();
  const PieceMap::Run both[] = {{0, 2}};
  CHECK_FALSE(map.take({.due = kNow + 1s, .own = both}, kNow));
  CHECK_FALSE(map.take({.due = kNow + 1s, .beside = both}, kNow));
  const auto now = kNow + 5s;
  CHECK_FALSE(map.take({.slow_before = now - 1s, .due = now + 1s, .own = both}, now));
  CHECK(map.take({.slow_before = now - 1s, .due = now + 1s, .beside = both}, now));
}

TEST_CASE("what was asked for before the pieces were known is claimed, but for what is proven") {
  auto map = map_of(4, "\2");
  map.claim({0, 3}, kNow);
  CHECK(map.missing() == 1);
  CHECK(map.is_proven(1));
  const auto rest = map.take({.most = 4}, kNow);
  REQUIRE(rest);
  CHECK(rest->first == 3);
  map.give_back({0, 3});
  CHECK(map.missing() == 2);
}

TEST_CASE("of the pieces that a source has the rarest are taken first, then those that follow") {
  auto map = map_of(8);
  const std::string even("\x55", 1);
  map.set_copies({{2, 2, 2, 2, 1, 0, 2, 2}, ""});
  CHECK(map.rare() == 1);
  CHECK(map.is_rare(5));
  CHECK_FALSE(map.awaits_first_copy());
  auto run = map.take({2, {}, &even, 1}, kNow);
  REQUIRE(run);
  CHECK(run->first == 4);  // 5 is rarer, and it has not got that
  CHECK(run->count == 1);
  run = map.take({3, {}, nullptr, 7}, kNow);
  REQUIRE(run);
  CHECK(run->first == 5);
  CHECK(run->count == 1);  // the next one is not as rare
  CHECK(map.rare() == 0);
  run = map.take({3, {}, nullptr, 6}, kNow);
  REQUIRE(run);
  CHECK(run->first == 6);
  CHECK(run->count == 2);
  map.set_copies({});
  run = map.take({2, {}, nullptr, 3 + 8 * 5}, kNow);
  REQUIRE(run);
  CHECK(run->first == 3);
  CHECK(run->count == 1);
  run = map.take({9, {}, nullptr, 3}, kNow);
  REQUIRE(run);
  CHECK(run->first == 0);
  CHECK(run->count == 3);
  // All are on their way now: only what has been for long is taken twice, from who has it.
  CHECK_FALSE(map.take({1, kNow, nullptr, 0}, kNow));
  run = map.take({1, kNow + 1s, &even, 0}, kNow);
  REQUIRE(run);
  CHECK(run->first == 0);
}

TEST_CASE("a piece that is on its way to one of a group for the first time is waited for") {
  auto map = map_of(4);
  map.set_copies({{1, 1, 1, 1}, std::string("\x02", 1)});
  CHECK(map.awaits_first_copy());
  map.mark_proven(1);  // then this host has a copy
  CHECK_FALSE(map.awaits_first_copy());
}

}  // namespace swapmeet::transfer_swarm
