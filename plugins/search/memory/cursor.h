// Moves through the ranks of one segment that match one word, from the best to the worst.
// Threads: one thread; what it reads must not change meanwhile.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "search/memory/segment.h"

namespace search_memory {

class Cursor {
 public:
  static constexpr Rank kEnd = 0xFFFF'FFFF;

  // Documents with the word in their name, or (unless `name_only`) elsewhere in their path.
  static Cursor of_word(const Segment& segment, std::string_view word, bool name_only);
  // With any word that begins so.
  static Cursor of_prefix(const Segment& segment, std::string_view prefix, bool name_only);
  static Cursor of_all(const Segment& segment);

  // The first matching rank that is not before `target`; targets never go back.
  Rank seek(Rank target);
  std::size_t size() const { return size_; }  // how many match, at most

 private:
  // A prefix has so many lists that asking each at every step would cost too much: their ranks are
  // put together a window at a time, a bit a rank.
  static constexpr Rank kWindow = 1 << 16;
  struct List {
    Ranks ranks;
    std::size_t at = 0;
  };
  static Rank seek_list(List& list, Rank target);
  bool fill_window(Rank first);

  std::vector<List> lists_;
  std::vector<std::uint64_t> window_;  // empty: there are few lists
  Rank window_begin_ = 0;
  Rank window_end_ = 0;
  Rank all_ = 0;  // every rank below it matches
  std::size_t size_ = 0;
};

}  // namespace search_memory
