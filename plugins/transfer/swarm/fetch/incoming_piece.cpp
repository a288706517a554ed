#include "transfer/swarm/fetch/incoming_piece.h"

namespace swapmeet::transfer_swarm {

void IncomingPiece::begin(std::size_t piece, std::size_t length) {
  piece_ = piece;
  length_ = length;
  filled_ = 0;
  hashed_ = 0;
  if (buffer_.size() < length) buffer_.resize(length);
  hashes_.clear();
}

void IncomingPiece::add(std::size_t bytes) {
  filled_ += bytes;
  const auto ready = whole() ? length_ : filled_ - filled_ % (2 * kLeafSize);
  hashes_.add(buffer_.data() + hashed_, ready - hashed_);
  hashed_ = ready;
}

}  // namespace swapmeet::transfer_swarm
