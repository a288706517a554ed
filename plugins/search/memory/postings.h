// Where words are in a ranked segment, packed: for each word and window (window.h) a chunk, which
// holds two bytes a rank, or a bitmap where the word is in more than a sixteenth of the window's
// documents (after "Roaring bitmaps", Chambi, Lemire, Kaser, Godin 2016).
// Threads: never changes after it is made.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "search/memory/snapshot_file.h"
#include "search/memory/window.h"

namespace swapmeet::search_memory {

class PackedPostings {
 public:
  struct Chunk {
    std::uint16_t window = 0;
    std::uint16_t last = 0;  // how many ranks, less one
    std::uint32_t at = 0;    // of the first in data_
    std::size_t count() const { return std::size_t{last} + 1; }
  };
  // The chunks of some words in a row, in order of word and then window.
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  // Of one word; `ranks` ascend.
  Range add(std::span<const Rank> ranks);
  void finish();  // nothing is added any more
  std::size_t end() const { return chunks_.size(); }
  std::size_t count(Range range) const;  // ranks, with repetitions
  template <class Take>
  void each(Range range, Take&& take) const;
  // Sets the places of those in the window; false: there are none.
  bool mark(Range range, bool one_word, std::uint32_t window, Window& marks) const;

  void save(SnapshotWriter& out) const;
  void load(SnapshotReader& in);

 private:
  static constexpr std::size_t kMostListed = Window::kRanks / 16;
  static constexpr std::size_t kBitmap = Window::kRanks / 16;  // its size in data_
  void add_chunk(std::uint32_t window, std::span<const Rank> ranks);
  void mark_chunk(const Chunk& chunk, Window& marks) const;

  std::vector<Chunk> chunks_;
  std::vector<std::uint16_t> data_;
};

template <class Take>
void PackedPostings::each(Range range, Take&& take) const {
  for (auto at = range.begin; at < range.end; ++at) {
    const auto& chunk = chunks_[at];
    const auto first = Rank{chunk.window} * Window::kRanks;
    if (chunk.count() <= kMostListed) {
      for (std::size_t i = 0; i < chunk.count(); ++i) take(first + data_[chunk.at + i]);
      continue;
    }
    for (std::uint32_t word = 0; word < kBitmap; ++word)
      for (unsigned bits = data_[chunk.at + word]; bits != 0; bits &= bits - 1)
        take(first + word * 16 + static_cast<Rank>(std::countr_zero(bits)));
  }
}

}  // namespace swapmeet::search_memory
