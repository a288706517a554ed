// Moves through the ranks of one segment that match one word, from the best to the worst.
// Threads: one thread; what it reads must not change meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "search/memory/segment.h"

namespace search_memory {

class Cursor {
 public:
  static constexpr Rank kEnd = 0xFFFF'FFFF;

  // Documents with the word in their name, or (unless `name_only`) elsewhere in their path.
  static Cursor of_word(const Segment& segment, std::string_view word, bool name_only);
  // With any word that begins so. When those are too many to gather, every document passes and
  // `unsure` is set: its text has to be looked at.
  static Cursor of_prefix(const Segment& segment, std::string_view prefix, bool name_only);
  static Cursor of_all(const Segment& segment);

  // The first matching rank that is not before `target`; targets never go back.
  Rank seek(Rank target);
  std::size_t size() const { return size_; }  // about how many match
  bool unsure() const { return unsure_; }

 private:
  struct List {
    Ranks ranks;
    std::size_t at = 0;
  };
  static Rank seek_list(List& list, Rank target);

  List lists_[2];
  std::vector<std::uint64_t> bits_;  // of a prefix: a bit a rank
  Rank all_ = 0;                     // every rank below it matches
  std::size_t size_ = 0;
  bool unsure_ = false;
};

}  // namespace search_memory
