// How a download comes to know what its file is: the exact size and the Merkle layer, both proven
// against the content id by what one source sends. Learning says who may try; learn_from() tries.
// Threads: Learning is for one thread at a time (its transfer holds a lock) and reads no clock;
// learn_from() is for the source's worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "transfer/swarm/fetch/source_link.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

// What a source knows of a content, proven against its id: with the last leaf also the exact size.
struct Learned {
  std::uint64_t size = 0;
  std::string layer;
  std::string last_piece;  // empty: not fetched yet
};

// Asks for more of a file that seems to have so many bytes, right behind what is asked for to learn
// about it.
using AskMore = std::function<void(std::uint64_t size)>;

// `hint`: the size that others say it has, which may be wrong. One round trip if it is right, and
// what `more` has asked for is on its way then, unless the client has nothing more that it expects.
// Errors as SourceClient has them; `corrupt` when what comes does not lead to the content id.
Result<Learned> learn_from(SourceLink& link, const ContentId& content,
                           std::optional<std::uint64_t> hint, const AskMore& more = {});

// Whose turn it is to learn. All who may at once when the file seems to have several pieces, as the
// hashes are little beside it; else one source at a time, and another beside one that takes long.
class Learning {
 public:
  // What others say of the size. The first who says something that can be counts.
  void hear_size(std::uint64_t size);
  const std::optional<std::uint64_t>& told_size() const { return told_size_; }

  bool may_try(Instant now) const { return !learned_ && (is_large() || now >= next_try_); }
  // How many may at once.
  std::size_t most_at_once() const {
    return is_large() ? std::numeric_limits<std::size_t>::max() : 2;
  }
  // One tries; another may beside it in a moment, or after `stall_after` if that is less.
  void begin(Instant now, std::chrono::milliseconds stall_after);
  // It was in vain: another may try at once.
  void fail() { next_try_ = Instant{}; }
  // False: somebody else was faster, and what he learned stays.
  bool finish(Learned facts);
  const std::optional<Learned>& learned() const { return learned_; }

 private:
  bool is_large() const { return told_size_ && piece_count(*told_size_) > 1; }
  std::optional<std::uint64_t> told_size_;
  Instant next_try_{};
  std::optional<Learned> learned_;
};

}  // namespace swapmeet::transfer_swarm
