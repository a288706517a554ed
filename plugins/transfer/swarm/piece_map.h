// The pieces of one download: how many there are, what each must hash to, and which are missing,
// being fetched, or proven.
// Threads: PieceMap is for one thread at a time (its transfer holds a lock); functions are free.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/id.h"
#include "transfer/swarm/merkle.h"

namespace swapmeet::swarm {

// 64 TiB; what is said to be larger is not believed: its pieces would fill the memory.
constexpr std::uint64_t kMostFileSize = std::uint64_t{1} << 46;
// 1 MiB to 16 MiB, so that a file has about 4,096 pieces at most.
std::uint64_t piece_size_for(std::uint64_t file_size);
// The pieces of a file of that size, of piece_size_for it.
std::uint64_t piece_count(std::uint64_t file_size);
// How many bytes these bits (PieceMap::proven_bits) stand for.
std::uint64_t proven_bytes(std::string_view bits, std::uint64_t file_size);

class PieceMap {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  struct Run {
    std::size_t first = 0;
    std::size_t count = 0;
  };

  // `layer` is empty for a file of one piece; `proven` is what proven_bits() gave, or empty.
  PieceMap(const ContentId& content, std::uint64_t file_size, std::uint64_t piece_size,
           std::string layer, std::string_view proven);

  std::uint64_t file_size() const { return file_size_; }
  std::size_t count() const { return pieces_.size(); }
  std::uint64_t offset(std::size_t piece) const { return piece * piece_size_; }
  std::size_t length(std::size_t piece) const;
  std::uint64_t proven_bytes() const { return proven_bytes_; }
  bool complete() const { return proven_ == pieces_.size(); }
  bool is_proven(std::size_t piece) const { return pieces_[piece].state == Piece::proven; }
  std::string proven_bits() const;  // a bit a piece, lowest first
  // `hashes` has got the piece's bytes, and is used up.
  bool matches(std::size_t piece, MerkleBuilder& hashes) const;

  // Up to `most` adjacent missing pieces, now being fetched. When none is missing: one that has
  // been on its way since before `slow_before`, to be fetched twice.
  std::optional<Run> take(std::size_t most, Instant now, Instant slow_before);
  void give_back(const Run& run);       // those that are not proven are missing again
  bool mark_proven(std::size_t piece);  // false: it was already
  std::size_t missing() const { return missing_; }

 private:
  struct Piece {
    enum State : std::uint8_t { wanted, taken, proven } state = wanted;
    Instant since{};
  };
  ContentId content_;
  std::uint64_t file_size_;
  std::uint64_t piece_size_;
  std::string layer_;
  std::vector<Piece> pieces_;
  std::size_t proven_ = 0;
  std::size_t missing_ = 0;
  std::uint64_t proven_bytes_ = 0;
};

}  // namespace swapmeet::swarm
