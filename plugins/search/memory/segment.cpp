#include "search/memory/segment.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "swapmeet/query.h"

namespace search_memory {
namespace {

constexpr std::size_t kStart = 3;  // bytes of a word by which the fresh ones are grouped
constexpr std::size_t kMostFolders = 100'000;  // whose words the builder remembers

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (auto& run : swapmeet::searchable_words(text))
    std::move(run.begin(), run.end(), std::back_inserter(words));
  return words;
}

// A document's word is noted once: in the name, or else in the path.
template <class Lists>
void note(Lists& lists, Rank rank, bool in_name) {
  if (!lists.name.empty() && lists.name.back() == rank) return;
  auto& list = in_name ? lists.name : lists.path;
  if (list.empty() || list.back() != rank) list.push_back(rank);
}

}  // namespace

FreshSegment::Lists& FreshSegment::lists_of(std::string&& word) {
  const auto [at, is_new] = words_.try_emplace(std::move(word));
  if (is_new) by_start_[at->first.substr(0, kStart)].push_back(&*at);
  return at->second;
}

void FreshSegment::add(const Entry& entry, std::string_view folder, std::string_view name) {
  const auto rank = static_cast<Rank>(entries_.size());
  entries_.push_back(entry);
  for (auto& word : words_of(name)) note(lists_of(std::move(word)), rank, true);
  for (auto& word : words_of(folder)) note(lists_of(std::move(word)), rank, false);
}

Postings FreshSegment::postings(std::string_view word) const {
  const auto found = words_.find(std::string(word));
  if (found == words_.end()) return {};
  return {found->second.name, found->second.path};
}

void FreshSegment::each_with_prefix(std::string_view prefix,
                                    const std::function<void(const Postings&)>& visit) const {
  const auto start = prefix.substr(0, kStart);
  for (auto at = by_start_.lower_bound(start);
       at != by_start_.end() && at->first.starts_with(start); ++at)
    for (const auto* word : at->second)
      if (word->first.starts_with(prefix)) visit({word->second.name, word->second.path});
}

std::string_view RankedSegment::text(std::size_t word) const {
  const auto begin = words_[word].text;
  return std::string_view(texts_).substr(begin, words_[word + 1].text - begin);
}

std::size_t RankedSegment::first_not_before(std::string_view wanted) const {
  std::size_t low = 0;
  std::size_t high = words_.empty() ? 0 : words_.size() - 1;
  while (low < high) {
    const auto middle = std::midpoint(low, high);
    if (text(middle) < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

Postings RankedSegment::postings_at(std::size_t word) const {
  const auto& at = words_[word];
  const Ranks all(ranks_.data() + at.ranks, at.name_count + at.path_count);
  return {all.first(at.name_count), all.subspan(at.name_count)};
}

Postings RankedSegment::postings(std::string_view word) const {
  const auto at = first_not_before(word);
  if (at + 1 >= words_.size() || text(at) != word) return {};
  return postings_at(at);
}

void RankedSegment::each_with_prefix(std::string_view prefix,
                                     const std::function<void(const Postings&)>& visit) const {
  for (auto at = first_not_before(prefix); at + 1 < words_.size() && text(at).starts_with(prefix);
       ++at)
    visit(postings_at(at));
}

std::uint32_t RankedSegment::Builder::number_of(std::string word) {
  const auto [at, is_new] =
      numbers_.try_emplace(std::move(word), static_cast<std::uint32_t>(lists_.size()));
  if (is_new) lists_.emplace_back();
  return at->second;
}

void RankedSegment::Builder::add(const Entry& entry, std::string_view folder,
                                 std::string_view name) {
  const auto rank = static_cast<Rank>(entries_.size());
  entries_.push_back(entry);
  for (auto& word : words_of(name)) note(lists_[number_of(std::move(word))], rank, true);
  if (folders_.size() > kMostFolders) folders_.clear();
  const auto [at, is_new] = folders_.try_emplace(std::string(folder));
  if (is_new)
    for (auto& word : words_of(folder)) at->second.push_back(number_of(std::move(word)));
  for (const auto number : at->second) note(lists_[number], rank, false);
}

RankedSegment RankedSegment::Builder::finish() {
  RankedSegment segment;
  segment.entries_ = std::move(entries_);
  std::vector<const std::pair<const std::string, std::uint32_t>*> words;
  words.reserve(numbers_.size());
  std::size_t letters = 0;
  std::size_t ranks = 0;
  for (const auto& word : numbers_) {
    words.push_back(&word);
    letters += word.first.size();
    ranks += lists_[word.second].name.size() + lists_[word.second].path.size();
  }
  std::sort(words.begin(), words.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  segment.texts_.reserve(letters);
  segment.ranks_.reserve(ranks);
  segment.words_.reserve(words.size() + 1);
  for (const auto* word : words) {
    auto& lists = lists_[word->second];
    segment.words_.push_back({segment.texts_.size(), segment.ranks_.size(),
                              static_cast<std::uint32_t>(lists.name.size()),
                              static_cast<std::uint32_t>(lists.path.size())});
    segment.texts_ += word->first;
    segment.ranks_.insert(segment.ranks_.end(), lists.name.begin(), lists.name.end());
    segment.ranks_.insert(segment.ranks_.end(), lists.path.begin(), lists.path.end());
    lists = {};
  }
  segment.words_.push_back({segment.texts_.size(), segment.ranks_.size(), 0, 0});
  return segment;
}

}  // namespace search_memory
