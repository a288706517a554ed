// Answers of several searches as one: order, grouping, pages, numbers.
#include "host/search/merging.h"

#include <algorithm>
#include <random>

#include "catch.h"
#include "tests/unit/search_group/fake_search.h"

using namespace swapmeet;

namespace {

using Names = std::vector<std::string>;

MemberAnswer answer_of(std::size_t member, std::vector<Hit> hits, bool whole = true) {
  MemberAnswer answer{member, {}};
  answer.page.total = hits.size() + (whole ? 0 : 100);
  answer.page.next = whole ? "" : "more";
  answer.page.hits = std::move(hits);
  return answer;
}

SearchRequest request_of(std::size_t limit, SortOrder sort = SortOrder::relevance) {
  return {.query = "name", .page = {limit, ""}, .sort = sort, .viewer = {}};
}

}  // namespace

TEST_CASE("hits of two searches come by score, and a content that both have is one hit") {
  auto same = hit_of(2, 0.9, 5);
  same.name = "another name";
  const auto page = merged(
      {answer_of(0, {hit_of(1, 0.8), hit_of(2, 0.3, 2)}), answer_of(1, {same, hit_of(3, 0.5)})},
      request_of(10), {});
  CHECK(names_of(page) == Names{"another name", "name 1", "name 3"});
  CHECK(page.hits[0].sources == 5);
  CHECK(page.hits[0].score == 0.9);
  CHECK(page.hits[0].names == Names{"name 2"});
  CHECK(page.total == 3);
  CHECK_FALSE(page.has_more);
  CHECK(page.next.empty());
}

TEST_CASE("other orders go by what they are called, and by score between equals") {
  auto old = hit_of(1, 0.1, 7);
  auto fresh = hit_of(3, 0.2, 3);
  fresh.modified = Time(std::chrono::milliseconds(10));
  const std::vector<MemberAnswer> by_sources{answer_of(0, {old, hit_of(2, 0.1, 3)}),
                                             answer_of(1, {fresh})};
  CHECK(names_of(merged(by_sources, request_of(10, SortOrder::sources), {})) ==
        Names{"name 1", "name 3", "name 2"});
  const std::vector<MemberAnswer> by_size{answer_of(0, {hit_of(2, 0.1), old}),
                                          answer_of(1, {fresh})};
  CHECK(names_of(merged(by_size, request_of(10, SortOrder::size), {})) ==
        Names{"name 3", "name 2", "name 1"});
  const std::vector<MemberAnswer> by_age{answer_of(0, {old}), answer_of(1, {fresh})};
  CHECK(names_of(merged(by_age, request_of(10, SortOrder::newest), {})) ==
        Names{"name 3", "name 1"});
}

TEST_CASE("a search that gives no scores keeps its order among the others") {
  const auto page = merged({answer_of(0, {hit_of(1, 0), hit_of(2, 0), hit_of(3, 0)}),
                            answer_of(1, {hit_of(4, 0.9), hit_of(5, 0.01)})},
                           request_of(10), {});
  CHECK(names_of(page) == Names{"name 4", "name 1", "name 2", "name 3", "name 5"});
}

TEST_CASE(
    "the pages are the whole, in order, nothing twice, whatever the searches have in common") {
  std::minstd_rand random(7);
  for (int round = 0; round < 30; ++round) {
    std::vector<std::vector<Hit>> lists(3);
    for (auto& list : lists) {
      for (unsigned content = 1; content <= 40; ++content)  // many of the same score
        if (random() % 3 != 0) list.push_back(hit_of(content, 0.25 * double(random() % 4 + 1)));
      std::shuffle(list.begin(), list.end(), random);
      std::stable_sort(list.begin(), list.end(),
                       [](const Hit& a, const Hit& b) { return a.score > b.score; });
    }
    const auto ask = [&](const std::string& after, std::size_t limit) {
      const auto cursor = merged_cursor_from(after).value();
      std::vector<MemberAnswer> answers;
      for (std::size_t member = 0; member < lists.size(); ++member) {
        auto hits = lists[member];
        const bool whole = hits.size() <= window_of(cursor, limit);
        hits.resize(std::min(hits.size(), window_of(cursor, limit)));
        answers.push_back(answer_of(member, std::move(hits), whole));
      }
      return merged(answers, request_of(limit), cursor);
    };
    const auto whole = ask("", 100);
    for (const std::size_t limit : {1U, 3U, 7U, 39U}) {
      Names pieces;
      std::string after;
      do {
        const auto page = ask(after, limit);
        REQUIRE_FALSE(page.hits.empty());
        for (const auto& name : names_of(page)) pieces.push_back(name);
        after = page.next;
      } while (!after.empty() && pieces.size() <= whole.hits.size());
      CHECK(pieces == names_of(whole));
    }
  }
}

TEST_CASE("numbers are exact when all hits are seen, and a least when they are not") {
  auto first = answer_of(0, {hit_of(1, 0.5), hit_of(2, 0.4)});
  auto second = answer_of(1, {hit_of(2, 0.5), hit_of(3, 0.4)});
  auto page = merged({first, second}, request_of(2), {});
  CHECK(page.total == 3);
  CHECK_FALSE(page.has_more);
  REQUIRE(page.facets);
  CHECK(page.facets->types[static_cast<std::size_t>(MediaType::other)] == 3);
  second.page.next = "more";
  second.page.total = 50;
  second.page.facets.emplace().sizes[0] = 50;
  page = merged({first, second}, request_of(2), {});
  CHECK(page.total == 50);
  CHECK(page.has_more);
  CHECK(page.facets->sizes[0] == 50);
}

TEST_CASE("a cursor of another making is refused") {
  const MergedCursor cursor{{1, 2, 3, 4}, 50};
  CHECK(merged_cursor_from(text_of(cursor)).value().last == cursor.last);
  for (const auto* text : {"50", "no place", "00", ""})
    CHECK(merged_cursor_from(text).ok() == (*text == 0));
  CHECK_FALSE(merged_cursor_from(text_of({{}, 1'000'000})).ok());
}

TEST_CASE("suggestions are taken in turn, none twice") {
  CHECK(merged_suggestions({{"live at", "live in"}, {"live in", "liver"}, {}}, 3) ==
        Names{"live at", "live in", "liver"});
  CHECK(merged_suggestions({{"a", "b"}, {"c"}}, 2) == Names{"a", "c"});
}
