// The pieces of one download: how many there are, what each must hash to, and which are missing,
// being fetched, or proven.
// Threads: PieceMap is for one thread at a time (its transfer holds a lock); functions are free.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/time.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {

// 1 MiB; more for a file that would have more than 4,096 pieces, but no more than 4 MiB, as each
// source's piece is in memory until it is proven; up to 16 MiB above 256 GiB.
std::uint64_t piece_size_for(std::uint64_t file_size);
// The pieces of a file of that size, of piece_size_for it.
std::uint64_t piece_count(std::uint64_t file_size);
bool has_bit(std::string_view bits, std::size_t piece);
// How many bytes these bits (PieceMap::proven_bits) stand for.
std::uint64_t proven_bytes(std::string_view bits, std::uint64_t file_size);

class PieceMap {
 public:
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

  // The hashes of these leaves lead to the piece's.
  bool matches_leaves(std::size_t piece, std::string leaves) const;

  // What a source is to be asked for.
  struct Wish {
    std::size_t most = 1;              // pieces at once
    Instant slow_before{};             // what is on its way since before may be fetched twice
    const std::string* has = nullptr;  // bits of what the source has; nullptr: everything
    std::size_t from = 0;              // where to begin to look, of equally rare ones
    // When the first piece would be there, and how long after it each further one. nullopt: nobody
    // knows.
    std::optional<Instant> due = std::nullopt;
    std::chrono::nanoseconds piece_time{};
    std::span<const Run> own = {};     // what is on its way from there already
    std::span<const Run> beside = {};  // and over other connections to the same source
  };
  // Up to `most` adjacent missing pieces, now being fetched: the rarest that the source has, as far
  // as that is known. When none is missing: one that other sources bring later than this one would,
  // or that is on its way for long, to be fetched twice.
  std::optional<Run> take(const Wish& wish, Instant now);
  // These, or what is missing of them, are on their way now.
  void claim(const Run& run, Instant now);
  // How many of the partial sources have each piece, or fetch it; empty: there are none.
  struct Copies {
    std::vector<std::uint16_t> of;
    std::string first;  // bits of those that none of them has yet, but one fetches
  };
  void set_copies(Copies copies) { copies_ = std::move(copies); }
  bool has_copies() const { return !copies_.of.empty(); }
  // A piece that this map lacks is on its way to somebody for the first time.
  bool awaits_first_copy() const;
  std::size_t rare() const;  // how many are
  // It is missing, and no partial source has or fetches it.
  bool is_rare(std::size_t piece) const {
    return pieces_[piece].state == Piece::wanted && copies_of(piece) == 0;
  }
  void give_back(const Run& run);       // those that are not proven are missing again
  bool mark_proven(std::size_t piece);  // false: it was already
  std::size_t missing() const { return missing_; }

 private:
  struct Piece {
    enum State : std::uint8_t { wanted, taken, proven } state = wanted;
    Instant since{};
    Instant due = Instant::max();  // max: nobody knows
  };
  std::uint16_t copies_of(std::size_t piece) const {
    return copies_.of.empty() ? std::uint16_t{0} : copies_.of[piece];
  }
  std::optional<Run> take_missing(const Wish& wish, Instant now);
  std::optional<Run> take_late(const Wish& wish, Instant now);

  ContentId content_;
  std::uint64_t file_size_;
  std::uint64_t piece_size_;
  std::string layer_;
  std::vector<Piece> pieces_;
  Copies copies_;
  std::size_t proven_ = 0;
  std::size_t missing_ = 0;
  std::uint64_t proven_bytes_ = 0;
};

}  // namespace swapmeet::transfer_swarm
