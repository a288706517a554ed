// A ranked segment from the one before and what came since: words keep their lists, whose ranks
// become new ones; no text is read.
#include <algorithm>
#include <bit>
#include <utility>

#include "search/memory/attribute_table.h"
#include "search/memory/segment.h"

namespace swapmeet::search_memory {
namespace {

// Puts ranks below a limit in order: many of them by a bit each.
class Sorter {
 public:
  explicit Sorter(std::size_t limit) : bits_(limit / 64 + 1) {}

  void sort(std::vector<Rank>& ranks) {
    if (ranks.size() < bits_.size() / 16) return std::sort(ranks.begin(), ranks.end());
    for (const auto rank : ranks) bits_[rank / 64] |= std::uint64_t{1} << (rank % 64);
    auto at = ranks.begin();
    for (std::size_t word = 0; word < bits_.size(); ++word)
      for (auto bits = std::exchange(bits_[word], 0); bits != 0; bits &= bits - 1)
        *at++ = static_cast<Rank>(word * 64) + static_cast<Rank>(std::countr_zero(bits));
  }

 private:
  std::vector<std::uint64_t> bits_;
};

}  // namespace

RankedSegment RankedSegment::merged(const RankedSegment& ranked, const FreshSegment& fresh,
                                    std::span<const Rank> order) {
  RankedSegment merged;
  const auto of_ranked = static_cast<Rank>(ranked.entries_.size());
  std::vector<Rank> moved(of_ranked + fresh.entries().size(), kNowhere);
  merged.entries_.reserve(order.size());
  for (const auto at : order) {
    moved[at] = static_cast<Rank>(merged.entries_.size());
    merged.entries_.push_back(at < of_ranked ? ranked.entries_[at]
                                             : fresh.entries()[at - of_ranked]);
  }
  std::vector<Rank> name;  // of one word
  std::vector<Rank> path;
  const auto move_to = [&](std::vector<Rank>& list, Rank at) {
    if (moved[at] != kNowhere) list.push_back(moved[at]);
  };
  const auto add_ranked = [&](std::size_t word) {
    const auto& begin = ranked.words_[word];
    const auto& end = ranked.words_[word + 1];
    ranked.names_.each({begin.name, end.name}, [&](Rank at) { move_to(name, at); });
    ranked.paths_.each({begin.path, end.path}, [&](Rank at) { move_to(path, at); });
  };
  const auto add_fresh = [&](const FreshSegment::Lists& lists) {
    for (const auto at : lists.name) move_to(name, of_ranked + at);
    for (const auto at : lists.path) move_to(path, of_ranked + at);
  };
  Sorter sorter(order.size());
  const auto finish_word = [&](std::string_view text) {
    if (name.empty() && path.empty()) return;
    sorter.sort(name);
    sorter.sort(path);
    merged.add_word(text, name, path);
    name.clear();
    path.clear();
  };
  const auto fresh_words = fresh.sorted_words();
  const auto ranked_words = ranked.words_.empty() ? 0 : ranked.words_.size() - 1;
  auto next = fresh_words.begin();
  for (std::size_t word = 0; word < ranked_words || next != fresh_words.end();) {
    const bool has_ranked = word < ranked_words;
    const auto text =
        !has_ranked || (next != fresh_words.end() && (*next)->first < ranked.text(word))
            ? std::string_view((*next)->first)
            : ranked.text(word);
    if (has_ranked && ranked.text(word) == text) add_ranked(word++);
    if (next != fresh_words.end() && (*next)->first == text) add_fresh((*next++)->second);
    finish_word(text);
  }
  merged.finish();
  return merged;
}

void RankedSegment::add_word(std::string_view text, std::span<const Rank> name,
                             std::span<const Rank> path) {
  words_.push_back(next_word());
  texts_ += text;
  names_.add(name);
  paths_.add(path);
}

RankedSegment::Word RankedSegment::next_word() const {
  return {static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(names_.end()),
          static_cast<std::uint32_t>(paths_.end())};
}

// Of what a typing error may have meant, words that many documents have are tried first.
void RankedSegment::sign_words() {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> words;  // documents, number
  for (std::uint32_t word = 0; word + 1 < words_.size(); ++word)
    if (!is_attribute_word(text(word)))
      words.emplace_back(static_cast<std::uint32_t>(documents(word)), word);
  std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  for (const auto& [count, word] : words) signatures_.add(text(word), word);
}

void RankedSegment::finish() {
  words_.push_back(next_word());
  words_.shrink_to_fit();
  texts_.shrink_to_fit();
  names_.finish();
  paths_.finish();
  sign_words();
  begins_.resize(entries_.size() / 64 + 1);
  for (Rank rank = 0; rank < entries_.size(); ++rank) {
    const auto content = entries_[rank].content;
    if (content >= firsts_.size()) firsts_.resize(content + 1, kNowhere);
    if (firsts_[content] != kNowhere) continue;
    firsts_[content] = rank;
    begins_[rank / 64] |= std::uint64_t{1} << (rank % 64);
  }
}

}  // namespace swapmeet::search_memory
