// Which pieces a source is asked for next. The rarest go first, as in BitTorrent: those that the
// fewest of the peers have that fetch the same content at this time. From a source that has
// everything each of these peers takes a part of its own first, and the last rare pieces are left
// to whom they belong, so that the source sends each of them once and not to all.
// Threads: free functions of what they are given; no lock, no clock, no chance.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "swapmeet/time.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

// The source that asks for work.
struct Candidate {
  bool partial = false;
  const std::string* has = nullptr;  // bits of its pieces; nullptr: all, as far as is known
  std::size_t next_piece = 0;        // that follows the last one it was asked for; 0: none yet
  std::size_t look_ahead = 1;        // pieces that it may be asked for at once
  std::chrono::nanoseconds piece_time{};
  Instant spare_until{};  // until then it may be left to others
};

// Those who are at the same content.
struct Company {
  std::size_t partial = 0;  // peers that have a part of it
  double rank = 0;          // of this host among them, from 0 to below 1
  std::size_t working = 1;  // sources that this host fetches from
};

// A rare piece of the part that is this host's own: in the order of ranks, the n-th of k peers has
// the n-th of k parts of the file.
std::optional<std::size_t> own_rare_piece(const PieceMap& pieces, const Company& company);

// What to ask PieceMap::take for. `any`: a number made at random. `longest`: after that a piece on
// its way may be fetched from another source too. nullopt: nothing for now.
std::optional<PieceMap::Wish> choose_pieces(const PieceMap& pieces, const Candidate& source,
                                            const Company& company, std::uint64_t any,
                                            std::chrono::milliseconds longest, Instant now);

}  // namespace swapmeet::transfer_swarm
