#include "search/memory/segment.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <numeric>
#include <utility>

#include "search/memory/attribute_table.h"
#include "swapmeet/query.h"

namespace swapmeet::search_memory {
namespace {

constexpr std::size_t kStart = 3;  // bytes of a word by which the fresh ones are grouped

std::string_view start_of(std::string_view word) {
  return word.substr(0, (is_attribute_word(word) ? word_in(word) : 0) + kStart);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (auto& run : searchable_words(text))
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

bool Occurrences::mark(std::uint32_t window, Window& marks) const {
  bool any = false;
  for (const auto& [postings, range, one_word] : packed_)
    any = postings->mark(range, one_word, window, marks) || any;
  const auto first = Rank{window} * Window::kRanks;
  for (const auto ranks : lists_) {
    auto at = std::lower_bound(ranks.begin(), ranks.end(), first);
    for (; at != ranks.end() && Window::of(*at) == window; ++at) {
      marks.set(Window::place(*at));
      any = true;
    }
  }
  return any;
}

void Occurrences::add(std::span<const Rank> ranks) {
  if (ranks.empty()) return;
  lists_.push_back(ranks);
  count_ += ranks.size();
}

void Occurrences::add(const PackedPostings& packed, PackedPostings::Range range, bool one_word) {
  if (range.begin == range.end) return;
  packed_.push_back({&packed, range, one_word});
  count_ += packed.count(range);
}

FreshSegment::Lists& FreshSegment::lists_of(std::string&& word, const RankedSegment& ranked) {
  const auto [at, is_new] = words_.try_emplace(std::move(word));
  if (is_new) {
    by_start_[std::string(start_of(at->first))].push_back(&*at);
    if (!is_attribute_word(at->first) && !ranked.has(at->first))
      signatures_.add(at->first, static_cast<std::uint32_t>(in_order_.size()));
    in_order_.push_back(&*at);
  }
  return at->second;
}

void FreshSegment::add(const Entry& entry, std::string_view folder, std::string_view name,
                       const RankedSegment& ranked, std::vector<std::string> of_attributes) {
  const auto rank = static_cast<Rank>(entries_.size());
  entries_.push_back(entry);
  for (auto& word : words_of(name)) note(lists_of(std::move(word), ranked), rank, true);
  for (auto& word : words_of(folder)) note(lists_of(std::move(word), ranked), rank, false);
  for (auto& word : of_attributes) note(lists_of(std::move(word), ranked), rank, false);
}

Occurrences FreshSegment::find(std::string_view word, bool prefix, bool name_only) const {
  Occurrences found;
  const auto take = [&](const Lists& lists) {
    found.add(lists.name);
    if (!name_only) found.add(lists.path);
  };
  if (!prefix) {
    if (const auto at = words_.find(std::string(word)); at != words_.end()) take(at->second);
    return found;
  }
  const auto start = start_of(word);
  for (auto at = by_start_.lower_bound(start);
       at != by_start_.end() && at->first.starts_with(start); ++at)
    for (const auto* one : at->second)
      if (one->first.starts_with(word)) take(one->second);
  return found;
}

void FreshSegment::each_near(const Pattern& word, std::size_t most, const Near& take) const {
  signatures_.each_near(
      word, most,
      [this](std::size_t number) -> std::string_view { return in_order_[number]->first; },
      [](std::size_t) { return true; },
      [&](std::size_t number, std::size_t edits) {
        const auto& [text, lists] = *in_order_[number];
        take(text, lists.name.size() + lists.path.size(), edits);
      });
}

std::vector<const FreshSegment::Words::value_type*> FreshSegment::sorted_words() const {
  auto words = in_order_;
  std::sort(words.begin(), words.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  return words;
}

std::string_view RankedSegment::text(std::size_t word) const {
  const auto begin = words_[word].text;
  return std::string_view(texts_).substr(begin, words_[word + 1].text - begin);
}

std::size_t RankedSegment::documents(std::size_t word) const {
  const auto& begin = words_[word];
  const auto& end = words_[word + 1];
  return names_.count({begin.name, end.name}) + paths_.count({begin.path, end.path});
}

bool RankedSegment::has(std::string_view word) const {
  const auto at = first_not_before(word);
  return at + 1 < words_.size() && text(at) == word;
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

Occurrences RankedSegment::find(std::string_view word, bool prefix, bool name_only) const {
  Occurrences found;
  const auto begin = first_not_before(word);
  auto end = begin;
  while (end + 1 < words_.size() && (prefix ? text(end).starts_with(word) : text(end) == word)) {
    ++end;
    if (!prefix) break;
  }
  if (begin == end) return found;
  found.add(names_, {words_[begin].name, words_[end].name}, !prefix);
  if (!name_only) found.add(paths_, {words_[begin].path, words_[end].path}, !prefix);
  return found;
}

void RankedSegment::each_near(const Pattern& word, std::size_t most, const Near& take) const {
  std::size_t least = 0;  // documents
  signatures_.each_near(
      word, most, [this](std::size_t number) { return text(number); },
      [&](std::size_t number) { return documents(number) >= least; },
      [&](std::size_t number, std::size_t edits) {
        least = take(text(number), documents(number), edits);
      });
}

Rank RankedSegment::next_content(Rank rank) const {
  const auto next = rank + 1;
  auto word = next / 64;
  if (word >= begins_.size()) return next;
  auto bits = begins_[word] & (~std::uint64_t{0} << (next % 64));
  while (bits == 0 && ++word < begins_.size()) bits = begins_[word];
  return bits == 0 ? static_cast<Rank>(entries_.size())
                   : static_cast<Rank>(word * 64) + static_cast<Rank>(std::countr_zero(bits));
}

std::span<const Entry> RankedSegment::entries_of(std::uint32_t content) const {
  const auto first = content < firsts_.size() ? firsts_[content] : kNowhere;
  if (first == kNowhere) return {};
  return std::span(entries_).subspan(first, next_content(first) - first);
}

void RankedSegment::save(SnapshotWriter& out) const {
  out.table(entries_);
  out.text(texts_);
  out.table(words_);
  signatures_.save(out);
  names_.save(out);
  paths_.save(out);
  out.table(firsts_);
  out.table(begins_);
}

void RankedSegment::load(SnapshotReader& in) {
  entries_ = in.table<Entry>();
  texts_ = in.text();
  words_ = in.table<Word>();
  signatures_.load(in);
  names_.load(in);
  paths_.load(in);
  firsts_ = in.table<Rank>();
  begins_ = in.table<std::uint64_t>();
}

}  // namespace swapmeet::search_memory
