// What a source is asked for next, by itself and in company.
#include "transfer/swarm/fetch/piece_choice.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kPiece = 1 << 20;
constexpr std::size_t kCount = 12;
constexpr Instant kNow{1h};
constexpr auto kLongest = 10'000ms;

struct Choosing {
  std::optional<PieceMap::Wish> wish() const {
    return choose_pieces(map, source, company, any, kLongest, kNow);
  }
  // Of each of these pieces that many peers have one or fetch it; `first`: bits of those that are
  // on their way to one of them for the first time.
  void copies(std::vector<std::uint16_t> of, std::string first = {}) {
    map.set_copies({std::move(of), std::move(first)});
  }

  PieceMap map{ContentId{}, kCount* kPiece, kPiece, std::string(kCount * 32, 'x'), {}};
  Candidate source;
  Company company;
  std::uint64_t any = 7;
};

}  // namespace

TEST_CASE("a source goes on after its last piece, and begins anywhere") {
  Choosing c;
  REQUIRE(c.wish());
  CHECK(c.wish()->from == 7);
  CHECK(c.wish()->has == nullptr);
  c.source.next_piece = 3;
  CHECK(c.wish()->from == 3);
}

TEST_CASE("no source is asked for more than a fair part of what is missing") {
  Choosing c;
  c.source.look_ahead = 16;
  CHECK(c.wish()->most == 12);  // all: there is nobody else
  c.company.working = 2;
  CHECK(c.wish()->most == 3);
  c.company.working = 3;
  CHECK(c.wish()->most == 2);
  c.company.working = 100;
  CHECK(c.wish()->most == 1);
  c.company.working = 1;
  c.source.look_ahead = 4;
  CHECK(c.wish()->most == 4);
}

TEST_CASE("a piece on its way is fetched twice after three times as long as this source takes") {
  Choosing c;
  CHECK(kNow - c.wish()->slow_before == 1s);  // no less
  c.source.piece_time = 2s;
  CHECK(kNow - c.wish()->slow_before == 6s);
  c.source.piece_time = 1h;
  CHECK(kNow - c.wish()->slow_before == kLongest);
}

TEST_CASE("in company each takes the part of its own first, of a source that has everything") {
  Choosing c;
  c.copies(std::vector<std::uint16_t>(kCount, 0));
  c.company.partial = 2;
  c.source.next_piece = 2;
  c.any = 11;
  for (const std::size_t rank : {0U, 1U, 2U}) {
    c.company.rank = static_cast<double>(rank) / 3;
    CHECK(own_rare_piece(c.map, c.company) == 4 * rank);
    CHECK(c.wish()->from == 4 * rank);
  }
  c.source.partial = true;  // it has what it has
  CHECK(c.wish()->from == 11);
}

TEST_CASE("the own part is what is rare there, until nothing is") {
  Choosing c;
  c.company = {.partial = 2, .rank = 1.0 / 3, .working = 1};
  c.copies({0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0});
  CHECK(own_rare_piece(c.map, c.company) == 5);
  c.map.mark_proven(5);
  CHECK(own_rare_piece(c.map, c.company) == 7);
  c.map.take({1, {}, nullptr, 7}, kNow);
  CHECK_FALSE(own_rare_piece(c.map, c.company));
  CHECK(c.wish()->from == 7);  // rare ones of others, from anywhere
}

TEST_CASE("the last rare pieces are left to whom they belong, for as long as a piece takes") {
  Choosing c;
  c.company = {.partial = 2, .rank = 0, .working = 1};
  std::vector<std::uint16_t> of(kCount, 1);
  of[10] = of[11] = 0;  // in the part of the third
  c.copies(of);
  c.source.spare_until = kNow + 1s;
  CHECK_FALSE(c.wish());
  c.source.spare_until = kNow;
  CHECK(c.wish());
  c.source.spare_until = kNow + 1s;
  of[9] = 0;  // as many rare ones as hosts: there is enough for all
  c.copies(of);
  CHECK(c.wish());
}

TEST_CASE("a piece that comes to one of the company for the first time is waited for") {
  Choosing c;
  c.company = {.partial = 2, .rank = 0, .working = 1};
  c.source.spare_until = kNow + 1s;
  c.copies(std::vector<std::uint16_t>(kCount, 1));
  CHECK(c.wish());
  c.copies(std::vector<std::uint16_t>(kCount, 1), std::string("\x02\x00", 2));
  CHECK_FALSE(c.wish());
  const std::string has("\xff\x0f", 2);
  c.source.partial = true;
  c.source.has = &has;
  REQUIRE(c.wish());  // from another partial one it may come at any time
  CHECK(c.wish()->has == &has);
}

}  // namespace swapmeet::transfer_swarm
