#include "host/search/merging.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <set>
#include <utility>

#include "swapmeet/id.h"

namespace swapmeet {
namespace {

constexpr std::size_t kMostNames = 10;
constexpr std::uint64_t kDeepest = 10'000;  // hits that can be paged through
constexpr std::size_t kNumbers = 5;
constexpr std::size_t kBytes = kNumbers * sizeof(std::uint64_t);

// Larger values first.
std::uint64_t descending(std::uint64_t value) { return ~value; }
std::uint64_t descending(Time time) {
  constexpr auto kSign = std::uint64_t{1} << 63;  // so that times before 1970 come last
  return ~(static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ kSign);
}
// The bits of numbers that are not negative stand in the order of the numbers.
std::uint64_t descending(double score) {
  return ~std::bit_cast<std::uint64_t>(score > 0 ? score : 0.0);
}

std::uint64_t sorted_by(const Hit& hit, SortOrder sort) {
  switch (sort) {
    case SortOrder::sources: return descending(std::uint64_t{hit.sources});
    case SortOrder::size: return descending(hit.size);
    case SortOrder::newest: return descending(hit.modified);
    case SortOrder::relevance: break;
  }
  return 0;
}

// A search that gives no scores is taken at its order.
bool has_scores(const SearchPage& page) {
  return std::any_of(page.hits.begin(), page.hits.end(),
                     [](const Hit& hit) { return hit.score > 0; });
}

struct Entry {
  MergedPlace place;
  const Hit* hit = nullptr;
};

// A member's own order is kept, also where what it says of its hits would have it otherwise: so
// what comes later in it never comes earlier in the whole.
void add_entries(std::vector<Entry>& all, const MemberAnswer& answer, SortOrder sort) {
  const bool scored = has_scores(answer.page);
  std::pair<std::uint64_t, std::uint64_t> before{};
  for (std::size_t at = 0; at < answer.page.hits.size(); ++at) {
    const auto& hit = answer.page.hits[at];
    const double score = scored ? hit.score : 1.0 / static_cast<double>(at + 2);
    before = std::max(before, std::pair(sorted_by(hit, sort), descending(score)));
    all.push_back({{before.first, before.second, answer.member, at}, &hit});
  }
}

void add_name(Hit& hit, const std::string& name) {
  if (name == hit.name || hit.names.size() >= kMostNames) return;
  if (std::find(hit.names.begin(), hit.names.end(), name) == hit.names.end())
    hit.names.push_back(name);
}

// The same content as another search found it.
void join(Hit& hit, const Hit& other) {
  hit.sources = std::max(hit.sources, other.sources);
  hit.score = std::max(hit.score, other.score);
  hit.modified = std::max(hit.modified, other.modified);
  add_name(hit, other.name);
  for (const auto& name : other.names) add_name(hit, name);
}

struct Group {
  MergedPlace place;
  Hit hit;
};

std::vector<Group> grouped(const std::vector<MemberAnswer>& answers, SortOrder sort) {
  std::vector<Entry> entries;
  for (const auto& answer : answers) add_entries(entries, answer, sort);
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.place < b.place; });
  std::vector<Group> groups;
  std::map<ContentId, std::size_t> known;
  for (const auto& [place, hit] : entries) {
    const auto [found, fresh] = known.emplace(hit->content, groups.size());
    if (fresh)
      groups.push_back({place, *hit});
    else
      join(groups[found->second].hit, *hit);
  }
  return groups;
}

Facets counted(const std::vector<Group>& groups) {
  Facets facets;
  for (const auto& [place, hit] : groups) {
    ++facets.types.at(static_cast<std::size_t>(hit.type));
    ++facets.sizes.at(Facets::size_class(hit.size));
  }
  return facets;
}

bool is_whole(const MemberAnswer& answer) {
  return answer.page.next.empty() && !answer.page.has_more;
}

// Which contents are behind the window, and whether they are the same ones, nobody knows: so the
// numbers of the search that counts most.
void count(SearchPage& page, const std::vector<MemberAnswer>& answers,
           const std::vector<Group>& groups, bool is_first) {
  page.total = groups.size();
  page.has_more = !std::all_of(answers.begin(), answers.end(), is_whole);
  if (is_first) page.facets = counted(groups);
  if (!page.has_more) return;
  for (const auto& answer : answers) {
    if (answer.page.total <= page.total) continue;
    page.total = answer.page.total;
    if (is_first && answer.page.facets) page.facets = answer.page.facets;
  }
}

}  // namespace

std::string text_of(const MergedCursor& cursor) {
  std::array<std::uint8_t, kBytes> bytes{};
  std::size_t at = 0;
  const auto& [sorted, score, member, place] = cursor.last;
  for (const auto number : {cursor.before, sorted, score, member, place})
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.at(at++) = static_cast<std::uint8_t>(number >> shift);
  return to_hex(bytes.data(), bytes.size());
}

Result<MergedCursor> merged_cursor_from(const std::string& text) {
  MergedCursor cursor;
  if (text.empty()) return cursor;
  const auto wrong = [] {
    return invalid_argument(
        "'after' is no place in these results; use the 'next' of the page before");
  };
  std::array<std::uint8_t, kBytes> bytes{};
  if (!from_hex(text, bytes.data(), bytes.size())) return wrong();
  std::size_t at = 0;
  auto& [sorted, score, member, place] = cursor.last;
  for (auto* number : {&cursor.before, &sorted, &score, &member, &place})
    for (int i = 0; i < 8; ++i) *number = *number << 8 | bytes.at(at++);
  if (cursor.before == 0 || cursor.before > kDeepest) return wrong();
  return cursor;
}

std::size_t window_of(const MergedCursor& cursor, std::size_t limit) {
  return static_cast<std::size_t>(cursor.before) + std::max<std::size_t>(limit, 1) + 1;
}

SearchPage merged(const std::vector<MemberAnswer>& answers, const SearchRequest& request,
                  const MergedCursor& cursor) {
  auto groups = grouped(answers, request.sort);
  SearchPage page;
  page.query = request.query;
  for (const auto& answer : answers)
    if (page.searched_for.empty()) page.searched_for = answer.page.searched_for;
  const bool is_first = cursor.before == 0;
  count(page, answers, groups, is_first);
  auto next = groups.begin();
  if (!is_first)
    next = std::find_if(groups.begin(), groups.end(),
                        [&](const Group& one) { return cursor.last < one.place; });
  const auto limit = std::max<std::size_t>(request.page.limit, 1);
  MergedPlace last;
  for (; next != groups.end() && page.hits.size() < limit; ++next) {
    last = next->place;
    page.hits.push_back(std::move(next->hit));
  }
  if (next == groups.end()) return page;
  const auto shown = cursor.before + page.hits.size();
  if (shown <= kDeepest)
    page.next = text_of({last, shown});
  else
    page.has_more = true;
  return page;
}

std::vector<std::string> merged_suggestions(const std::vector<std::vector<std::string>>& lists,
                                            std::size_t limit) {
  std::size_t longest = 0;
  for (const auto& list : lists) longest = std::max(longest, list.size());
  std::vector<std::string> merged;
  std::set<std::string_view> known;
  for (std::size_t at = 0; at < longest; ++at)
    for (const auto& list : lists)
      if (at < list.size() && merged.size() < limit && known.insert(list[at]).second)
        merged.push_back(list[at]);
  return merged;
}

}  // namespace swapmeet
