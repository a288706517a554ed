#include "search/memory/cursor.h"

#include <algorithm>
#include <bit>

namespace search_memory {

Cursor Cursor::of_word(const Segment& segment, std::string_view word, bool name_only) {
  const auto postings = segment.postings(word);
  Cursor cursor;
  cursor.lists_[0].ranks = postings.name;
  if (!name_only) cursor.lists_[1].ranks = postings.path;
  cursor.size_ = cursor.lists_[0].ranks.size() + cursor.lists_[1].ranks.size();
  return cursor;
}

Cursor Cursor::of_prefix(const Segment& segment, std::string_view prefix, bool name_only) {
  const auto documents = segment.documents().size();
  const auto most = documents / 4 + 1000;
  Cursor cursor;
  std::vector<Ranks> gathered;
  segment.each_with_prefix(prefix, [&](const Postings& postings) {
    gathered.push_back(postings.name);
    if (!name_only) gathered.push_back(postings.path);
    cursor.size_ += gathered.back().size() + (name_only ? 0 : postings.name.size());
    return cursor.size_ <= most;
  });
  if (cursor.size_ > most) {
    cursor = of_all(segment);
    cursor.unsure_ = true;
    return cursor;
  }
  cursor.bits_.resize(documents / 64 + 1);
  for (const auto& ranks : gathered)
    for (const auto rank : ranks) cursor.bits_[rank / 64] |= std::uint64_t{1} << (rank % 64);
  return cursor;
}

Cursor Cursor::of_all(const Segment& segment) {
  Cursor cursor;
  cursor.all_ = static_cast<Rank>(segment.documents().size());
  cursor.size_ = cursor.all_;
  return cursor;
}

// Doubles its steps from where it stands, then halves them: near targets cost little.
Rank Cursor::seek_list(List& list, Rank target) {
  const auto& ranks = list.ranks;
  if (list.at >= ranks.size()) return kEnd;
  if (ranks[list.at] >= target) return ranks[list.at];
  std::size_t step = 1;
  while (list.at + step < ranks.size() && ranks[list.at + step] < target) {
    list.at += step;
    step *= 2;
  }
  const auto end =
      ranks.begin() + static_cast<std::ptrdiff_t>(std::min(list.at + step + 1, ranks.size()));
  const auto found =
      std::lower_bound(ranks.begin() + static_cast<std::ptrdiff_t>(list.at), end, target);
  list.at = static_cast<std::size_t>(found - ranks.begin());
  return list.at < ranks.size() ? ranks[list.at] : kEnd;
}

Rank Cursor::seek(Rank target) {
  if (target < all_) return target;
  if (bits_.empty()) return std::min(seek_list(lists_[0], target), seek_list(lists_[1], target));
  std::size_t word = target / 64;
  if (word >= bits_.size()) return kEnd;
  auto bits = bits_[word] & (~std::uint64_t{0} << (target % 64));
  while (bits == 0) {
    if (++word == bits_.size()) return kEnd;
    bits = bits_[word];
  }
  return static_cast<Rank>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
}

}  // namespace search_memory
