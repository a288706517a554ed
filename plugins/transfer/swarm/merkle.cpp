#include "transfer/swarm/merkle.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace swapmeet::swarm {
namespace {

constexpr std::size_t kNode = 32;

// One context for many hashes: making one each time costs more than hashing two nodes.
class Hasher {
 public:
  std::string operator()(std::string_view bytes) {
    unsigned char hash[kNode];
    if (EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context_.get(), hash, nullptr) != 1)
      throw std::runtime_error("SHA-256 is not available in OpenSSL");
    return {reinterpret_cast<const char*>(hash), kNode};
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

// One level up: every two nodes become one; `filler` stands for what is beyond the end.
std::string parents(std::string nodes, std::string& filler, Hasher& hash) {
  if (nodes.size() / kNode % 2 != 0) nodes += filler;
  std::string above;
  above.reserve(nodes.size() / 2);
  for (std::size_t at = 0; at < nodes.size(); at += 2 * kNode)
    above += hash(std::string_view(nodes).substr(at, 2 * kNode));
  filler = hash(filler + filler);
  return above;
}

// The node above one block, filled up to kBlockSize.
std::string block_node(std::string leaves, Hasher& hash) {
  std::string filler(kNode, '\0');
  for (auto span = kLeafSize; span < kBlockSize; span *= 2)
    leaves = parents(std::move(leaves), filler, hash);
  return leaves;
}

std::string filler_at(std::uint64_t span, Hasher& hash) {
  std::string filler(kNode, '\0');
  for (auto at = kLeafSize; at < span; at *= 2) filler = hash(std::string(filler).append(filler));
  return filler;
}

}  // namespace

void MerkleBuilder::add(const char* bytes, std::size_t size) {
  if (size == 0) return;
  Hasher hash;
  std::string leaves;
  for (std::size_t at = 0; at < size; at += kLeafSize)
    leaves += hash({bytes + at, std::min<std::size_t>(kLeafSize, size - at)});
  size_ += size;
  if (size_ <= kMostWithLeaves)
    leaves_ += leaves;
  else
    leaves_.clear();
  blocks_ += block_node(std::move(leaves), hash);
}

MerkleTree MerkleBuilder::finish() {
  MerkleTree tree;
  tree.size = size_;
  if (size_ == 0) {
    tree.content = kEmptyContent;
    return tree;
  }
  const bool small = size_ <= kMostWithLeaves;
  tree.span = small ? kLeafSize : kBlockSize;
  tree.layer = small ? std::move(leaves_) : std::move(blocks_);
  Hasher hash;
  auto nodes = tree.layer;
  auto filler = filler_at(tree.span, hash);
  while (nodes.size() > kNode) nodes = parents(std::move(nodes), filler, hash);
  std::copy(nodes.begin(), nodes.end(), tree.content.bytes.begin());
  return tree;
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
  Hasher hash;
  auto nodes = tree.layer;
  auto filler = filler_at(tree.span, hash);
  for (auto span = tree.span; span < piece; span *= 2)
    nodes = parents(std::move(nodes), filler, hash);
  return nodes;
}

}  // namespace swapmeet::swarm
