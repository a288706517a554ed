#include "search/memory/postings.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "catch.h"

using namespace swapmeet::search_memory;

namespace {

using Ranks = std::vector<Rank>;

Ranks each(const PackedPostings& postings, PackedPostings::Range range) {
  Ranks ranks;
  postings.each(range, [&](Rank rank) { ranks.push_back(rank); });
  return ranks;
}

Ranks marked(const PackedPostings& postings, PackedPostings::Range range, bool one_word,
             std::uint32_t window) {
  Window marks;
  const bool any = postings.mark(range, one_word, window, marks);
  Ranks ranks;
  for (auto at = marks.next(0); at < Window::kRanks; at = marks.next(at + 1))
    ranks.push_back(window * Window::kRanks + at);
  CHECK(any == !ranks.empty());
  return ranks;
}

// Different ranks below `end`.
Ranks some_ranks(std::size_t count, Rank end, unsigned seed) {
  Ranks ranks(end);
  std::iota(ranks.begin(), ranks.end(), Rank{0});
  std::shuffle(ranks.begin(), ranks.end(), std::mt19937(seed));
  ranks.resize(count);
  std::sort(ranks.begin(), ranks.end());
  return ranks;
}

Ranks of_window(const Ranks& ranks, std::uint32_t window) {
  Ranks those;
  std::copy_if(ranks.begin(), ranks.end(), std::back_inserter(those),
               [&](Rank rank) { return Window::of(rank) == window; });
  return those;
}

}  // namespace

TEST_CASE("Ranks are what they were, packed as a list or as a bitmap, in any window") {
  PackedPostings postings;
  // Around 4,096 in a window a list becomes a bitmap.
  std::vector<std::pair<Ranks, PackedPostings::Range>> words;
  for (const std::size_t count : {1U, 100U, 4'095U, 4'096U, 4'097U, 30'000U, 65'536U}) {
    auto ranks = some_ranks(count, Window::kRanks, 1);
    for (auto& rank : ranks) rank += 2 * Window::kRanks;
    const auto range = postings.add(ranks);
    words.emplace_back(std::move(ranks), range);
  }
  auto spread = some_ranks(20'000, 5 * Window::kRanks, 2);
  const auto range = postings.add(spread);
  words.emplace_back(std::move(spread), range);
  postings.finish();
  for (const auto& [ranks, in] : words) {
    CAPTURE(ranks.size());
    CHECK(postings.count(in) == ranks.size());
    CHECK((each(postings, in) == ranks));  // too many to be printed
    for (std::uint32_t window = 0; window < 6; ++window)
      CHECK((marked(postings, in, true, window) == of_window(ranks, window)));
  }
}

TEST_CASE("Several words in a row are marked together") {
  PackedPostings postings;
  const auto one = postings.add(Ranks{1, 5, 70'000});
  postings.add(Ranks{2, 5});
  const auto three = postings.add(some_ranks(5'000, Window::kRanks, 3));
  postings.finish();
  const PackedPostings::Range two_words{one.begin, three.begin};
  CHECK(marked(postings, two_words, false, 0) == Ranks{1, 2, 5});
  CHECK(marked(postings, two_words, false, 1) == Ranks{70'000});
  CHECK(marked(postings, two_words, false, 2).empty());
  CHECK(postings.count(two_words) == 5);
  CHECK(marked(postings, {one.begin, postings.end()}, false, 0).size() >= 5'000);
}

TEST_CASE("A word without ranks has no chunks") {
  PackedPostings postings;
  const auto none = postings.add({});
  postings.finish();
  CHECK(none.begin == none.end);
  CHECK(postings.count(none) == 0);
  CHECK(marked(postings, none, true, 0).empty());
}
