#include "search/memory/postings.h"

#include <algorithm>
#include <cstring>

namespace swapmeet::search_memory {

PackedPostings::Range PackedPostings::add(std::span<const Rank> ranks) {
  const auto begin = chunks_.size();
  while (!ranks.empty()) {
    const auto window = Window::of(ranks.front());
    const auto next = std::find_if(ranks.begin(), ranks.end(),
                                   [&](Rank rank) { return Window::of(rank) != window; });
    const auto count = static_cast<std::size_t>(next - ranks.begin());
    add_chunk(window, ranks.first(count));
    ranks = ranks.subspan(count);
  }
  return {begin, chunks_.size()};
}

void PackedPostings::add_chunk(std::uint32_t window, std::span<const Rank> ranks) {
  chunks_.push_back({static_cast<std::uint16_t>(window),
                     static_cast<std::uint16_t>(ranks.size() - 1),
                     static_cast<std::uint32_t>(data_.size())});
  if (ranks.size() <= kMostListed) {
    for (const auto rank : ranks) data_.push_back(static_cast<std::uint16_t>(Window::place(rank)));
    return;
  }
  data_.resize(data_.size() + kBitmap);
  auto* bitmap = data_.data() + data_.size() - kBitmap;
  for (const auto rank : ranks) {
    auto& word = bitmap[Window::place(rank) / 16];
    word = static_cast<std::uint16_t>(word | 1U << (rank % 16));
  }
}

void PackedPostings::finish() {
  chunks_.shrink_to_fit();
  data_.shrink_to_fit();
}

std::size_t PackedPostings::count(Range range) const {
  std::size_t count = 0;
  for (auto at = range.begin; at < range.end; ++at) count += chunks_[at].count();
  return count;
}

bool PackedPostings::mark(Range range, bool one_word, std::uint32_t window, Window& marks) const {
  const auto* at = chunks_.data() + range.begin;
  const auto* const end = chunks_.data() + range.end;
  if (one_word) {
    at = std::lower_bound(at, end, window, [](const Chunk& chunk, std::uint32_t wanted) {
      return chunk.window < wanted;
    });
    if (at == end || at->window != window) return false;
    mark_chunk(*at, marks);
    return true;
  }
  bool any = false;
  for (; at != end; ++at) {
    if (at->window != window) continue;
    mark_chunk(*at, marks);
    any = true;
  }
  return any;
}

void PackedPostings::mark_chunk(const Chunk& chunk, Window& marks) const {
  const auto* data = data_.data() + chunk.at;
  if (chunk.count() <= kMostListed) {
    for (std::size_t i = 0; i < chunk.count(); ++i) marks.set(data[i]);
    return;
  }
  for (std::uint32_t word = 0; word < Window::kWords; ++word) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, data + std::size_t{word} * 4, sizeof bits);  // little-endian
    marks.add_word(word, bits);
  }
}

void PackedPostings::save(SnapshotWriter& out) const {
  out.table(chunks_);
  out.table(data_);
}

void PackedPostings::load(SnapshotReader& in) {
  chunks_ = in.table<Chunk>();
  data_ = in.table<std::uint16_t>();
}

}  // namespace swapmeet::search_memory
