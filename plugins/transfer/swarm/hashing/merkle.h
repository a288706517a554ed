// The Merkle tree of BEP 52 over a file, or a piece of one, that is read block by block: leaves of
// 16 KiB, zero hashes up to a power of two, the content id at the root, and the layers between,
// from which a receiver proves single pieces. Threads: a MerkleBuilder is for one thread; functions
// are free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "swapmeet/id.h"
#include "swapmeet/result.h"
#include "transfer/swarm/hashing/sha256.h"

namespace swapmeet::transfer_swarm {

// 64 TiB; what is said to be larger is not believed: its pieces would fill the memory.
constexpr std::uint64_t kMostFileSize = std::uint64_t{1} << 46;

inline constexpr std::uint64_t kLeafSize = 16 << 10;
inline constexpr std::uint64_t kBlockSize = 1 << 20;
// Files up to this size keep all their leaves; larger ones a node a block.
inline constexpr std::uint64_t kMostWithLeaves = std::uint64_t{64} << 20;

struct MerkleTree {
  ContentId content;
  std::uint64_t size = 0;
  std::uint64_t span = kLeafSize;  // bytes below each node of `layer`
  std::string layer;               // 32 bytes a node
};

class MerkleBuilder {
 public:
  explicit MerkleBuilder(HashWith with = HashWith::fastest) : hash_(with) {}
  // The next bytes: whole leaves, an even number of them is fastest; less only at the end of the
  // file.
  void add(const char* bytes, std::size_t size);
  // Both begin anew.
  MerkleTree finish();
  // Instead: the node above all that was added, filled up with zero leaves to `span` bytes, a power
  // of two and at least a block.
  NodeHash finish_piece(std::uint64_t span);
  void clear();  // begins anew

 private:
  void add_leaf(const NodeHash& leaf);
  void close_blocks();

  Sha256 hash_;
  std::uint64_t size_ = 0;
  std::string leaves_;  // of all, or of the last block once there are blocks
  std::string blocks_;  // a node a block; empty up to kMostWithLeaves
};

// The layer with `piece` bytes below each node. `invalid_argument`: not a power of two, below what
// is kept, or so large that the file is a single piece.
Result<std::string> layer_at(const MerkleTree& tree, std::uint64_t piece);

// The hashes of the leaves of these bytes, 32 bytes each.
std::string leaf_hashes(std::string_view bytes);

// True when these leaves, filled up with zero leaves to `span` bytes, are below that node.
bool leaves_lead_to(std::string_view node, std::uint64_t span, std::string leaves);

// True when these nodes, 32 bytes each, one a piece, lead to the content id.
bool layer_leads_to(const ContentId& content, std::uint64_t file_size, std::uint64_t piece_size,
                    std::string_view nodes);

}  // namespace swapmeet::transfer_swarm
