// A piece that is on its way: the bytes that have come, and their hashes, which are made while the
// bytes are in the processor's cache and the next ones arrive. It outlives a connection that breaks
// in the middle.
// Threads: for one at a time.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "transfer/swarm/hashing/merkle.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

class IncomingPiece {
 public:
  // A piece of so many bytes, of which none has come.
  void begin(std::size_t piece, std::size_t length);
  std::size_t piece() const { return piece_; }
  std::size_t length() const { return length_; }
  std::size_t filled() const { return filled_; }
  bool whole() const { return filled_ == length_; }
  // Where the next bytes belong.
  std::span<char> room() { return {buffer_.data() + filled_, length_ - filled_}; }
  // So many of them are there.
  void add(std::size_t bytes);
  // A whole one is what the content id promises. Once only.
  bool proven(const PieceMap& pieces) { return pieces.matches(piece_, hashes_); }
  const char* bytes() const { return buffer_.data(); }

 private:
  std::size_t piece_ = 0;
  std::size_t length_ = 0;
  std::size_t filled_ = 0;
  std::size_t hashed_ = 0;
  std::vector<char> buffer_;  // of the longest piece so far
  MerkleBuilder hashes_;
};

}  // namespace swapmeet::transfer_swarm
