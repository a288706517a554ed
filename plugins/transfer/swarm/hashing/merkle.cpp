#include "transfer/swarm/hashing/merkle.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kNode = sizeof(NodeHash);
// Bytes of the leaves' hashes of a block, and of the largest file that keeps all of them.
constexpr std::size_t kBlockLeaves = kBlockSize / kLeafSize * kNode;
constexpr std::size_t kMostLeaves = kMostWithLeaves / kLeafSize * kNode;

void append(std::string& nodes, const NodeHash& node) {
  nodes.append(reinterpret_cast<const char*>(node.data()), kNode);
}

NodeHash only(const std::string& nodes) {
  NodeHash node;
  std::copy_n(nodes.begin(), kNode, node.begin());
  return node;
}

// A layer of the tree; `filler` stands for the nodes beyond its end.
struct Layer {
  std::string nodes;
  std::string filler;

  // One level up: every two nodes become one.
  void rise(Sha256& hash) {
    if (nodes.size() / kNode % 2 != 0) nodes += filler;
    std::string above;
    above.reserve(nodes.size() / 2);
    std::size_t at = 0;
    for (; at + 4 * kNode <= nodes.size(); at += 4 * kNode)
      for (const auto& node : hash.two(nodes.data() + at, nodes.data() + at + 2 * kNode, 2 * kNode))
        append(above, node);
    if (at < nodes.size()) append(above, hash(nodes.data() + at, 2 * kNode));
    nodes = std::move(above);
    const auto pair = filler + filler;
    filler.clear();
    append(filler, hash(pair.data(), pair.size()));
  }
};

// Up from nodes above `span` bytes each to those above `wanted` bytes.
Layer layer_above(std::string nodes, std::uint64_t span, std::uint64_t wanted, Sha256& hash) {
  Layer leaves{{}, std::string(kNode, '\0')};
  for (auto at = kLeafSize; at < span; at *= 2) leaves.rise(hash);
  Layer layer{std::move(nodes), std::move(leaves.filler)};
  for (; span < wanted; span *= 2) layer.rise(hash);
  return layer;
}

NodeHash root(std::string nodes, std::uint64_t span, Sha256& hash) {
  auto layer = layer_above(std::move(nodes), span, span, hash);
  while (layer.nodes.size() > kNode) layer.rise(hash);
  return only(layer.nodes);
}

}  // namespace

void MerkleBuilder::add(const char* bytes, std::size_t size) {
  size_ += size;
  for (std::size_t at = 0; at < size;) {
    const auto left = size - at;
    if (left >= 2 * kLeafSize) {
      for (const auto& leaf : hash_.two(bytes + at, bytes + at + kLeafSize, kLeafSize))
        add_leaf(leaf);
      at += 2 * kLeafSize;
    } else {
      const auto length = std::min<std::size_t>(kLeafSize, left);
      add_leaf(hash_(bytes + at, length));
      at += length;
    }
  }
}

void MerkleBuilder::add_leaf(const NodeHash& leaf) {
  if (blocks_.empty() && leaves_.size() == kMostLeaves) close_blocks();
  append(leaves_, leaf);
  if (!blocks_.empty() && leaves_.size() == kBlockLeaves) close_blocks();
}

void MerkleBuilder::close_blocks() {
  if (!leaves_.empty())
    blocks_ += layer_above(std::exchange(leaves_, {}), kLeafSize, kBlockSize, hash_).nodes;
}

void MerkleBuilder::clear() {
  size_ = 0;
  leaves_.clear();
  blocks_.clear();
}

MerkleTree MerkleBuilder::finish() {
  MerkleTree tree;
  tree.size = size_;
  if (size_ == 0) {
    tree.content = kEmptyContent;
    return tree;
  }
  const bool small = blocks_.empty();
  if (!small) close_blocks();
  tree.span = small ? kLeafSize : kBlockSize;
  tree.layer = std::move(small ? leaves_ : blocks_);
  tree.content.bytes = root(tree.layer, tree.span, hash_);
  clear();
  return tree;
}

NodeHash MerkleBuilder::finish_piece(std::uint64_t span) {
  const bool small = blocks_.empty();
  if (!small) close_blocks();
  const auto node = only(
      layer_above(std::move(small ? leaves_ : blocks_), small ? kLeafSize : kBlockSize, span, hash_)
          .nodes);
  clear();
  return node;
}

Result<std::string> layer_at(const MerkleTree& tree, std::uint64_t piece) {
  const bool power = piece != 0 && (piece & (piece - 1)) == 0;
  if (!power || piece < tree.span)
    return Error{ErrorCode::invalid_argument,
                 "the piece size must be a power of two of at least " + std::to_string(tree.span) +
                     " for this file",
                 {}};
  if (piece >= tree.size)
    return Error{ErrorCode::invalid_argument,
                 "the file is a single piece at this piece size: its content id proves it",
                 {}};
  Sha256 hash;
  return layer_above(tree.layer, tree.span, piece, hash).nodes;
}

std::string leaf_hashes(std::string_view bytes) {
  Sha256 hash;
  std::string leaves;
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(kLeafSize, bytes.size())))
    append(leaves, hash(bytes.data(), std::min<std::size_t>(kLeafSize, bytes.size())));
  return leaves;
}

bool leaves_lead_to(std::string_view node, std::uint64_t span, std::string leaves) {
  if (leaves.empty() || leaves.size() > span / kLeafSize * kNode) return false;
  Sha256 hash;
  return layer_above(std::move(leaves), kLeafSize, span, hash).nodes == node;
}

bool layer_leads_to(const ContentId& content, std::uint64_t file_size, std::uint64_t piece_size,
                    std::string_view nodes) {
  const auto count = (file_size + piece_size - 1) / piece_size;
  if (count == 0 || nodes.size() != count * kNode) return false;
  Sha256 hash;
  return root(std::string(nodes), piece_size, hash) == content.bytes;
}

}  // namespace swapmeet::transfer_swarm
