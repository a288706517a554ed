#include "search/memory/cursor.h"

#include <algorithm>
#include <bit>

namespace search_memory {
namespace {
constexpr std::size_t kFew = 8;  // lists that are asked one by one
}  // namespace

Cursor Cursor::of_word(const Segment& segment, std::string_view word, bool name_only) {
  const auto postings = segment.postings(word);
  Cursor cursor;
  cursor.lists_.push_back({postings.name});
  if (!name_only && !postings.path.empty()) cursor.lists_.push_back({postings.path});
  for (const auto& list : cursor.lists_) cursor.size_ += list.ranks.size();
  return cursor;
}

Cursor Cursor::of_prefix(const Segment& segment, std::string_view prefix, bool name_only) {
  Cursor cursor;
  segment.each_with_prefix(prefix, [&](const Postings& postings) {
    if (!postings.name.empty()) cursor.lists_.push_back({postings.name});
    if (!name_only && !postings.path.empty()) cursor.lists_.push_back({postings.path});
  });
  for (const auto& list : cursor.lists_) cursor.size_ += list.ranks.size();
  if (cursor.lists_.size() > kFew) cursor.window_.resize(kWindow / 64);
  return cursor;
}

Cursor Cursor::of_all(const Segment& segment) {
  Cursor cursor;
  cursor.all_ = static_cast<Rank>(segment.entries().size());
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
  const auto place = [&](std::size_t at) {
    return ranks.begin() + static_cast<std::ptrdiff_t>(std::min(at, ranks.size()));
  };
  const auto found = std::lower_bound(place(list.at), place(list.at + step + 1), target);
  list.at = static_cast<std::size_t>(found - ranks.begin());
  return list.at < ranks.size() ? ranks[list.at] : kEnd;
}

// False: nothing matches from `first` on. Lists that have ended are dropped.
bool Cursor::fill_window(Rank first) {
  Rank least = kEnd;
  std::erase_if(lists_, [&](List& list) {
    const auto rank = seek_list(list, first);
    least = std::min(least, rank);
    return rank == kEnd;
  });
  if (least == kEnd) return false;
  window_begin_ = least / 64 * 64;
  window_end_ = window_begin_ + kWindow;
  std::fill(window_.begin(), window_.end(), 0);
  for (auto& list : lists_)
    for (; list.at < list.ranks.size() && list.ranks[list.at] < window_end_; ++list.at) {
      const auto bit = list.ranks[list.at] - window_begin_;
      window_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
  return true;
}

Rank Cursor::seek(Rank target) {
  if (target < all_) return target;
  if (window_.empty()) {
    Rank least = kEnd;
    for (auto& list : lists_) least = std::min(least, seek_list(list, target));
    return least;
  }
  for (;; target = window_end_) {
    if (target >= window_end_ && !fill_window(target)) return kEnd;
    const auto from = std::max(target, window_begin_) - window_begin_;
    auto word = from / 64;
    auto bits = window_[word] & (~std::uint64_t{0} << (from % 64));
    while (bits == 0 && ++word < window_.size()) bits = window_[word];
    if (bits != 0)
      return window_begin_ + static_cast<Rank>(word) * 64 +
             static_cast<Rank>(std::countr_zero(bits));
  }
}

}  // namespace search_memory
