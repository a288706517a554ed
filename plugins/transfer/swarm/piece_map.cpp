#include "transfer/swarm/piece_map.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

namespace swapmeet::swarm {
namespace {

constexpr std::size_t kLeaf{16 << 10};

// One context for many hashes: making one each time costs more than hashing two nodes.
class Hasher {
 public:
  NodeHash operator()(const void* bytes, std::size_t size) {
    NodeHash hash;
    if (EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(context_.get(), bytes, size) != 1 ||
        EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) != 1)
      throw std::runtime_error("SHA-256 is not available in OpenSSL");
    return hash;
  }
  NodeHash operator()(const NodeHash& left, const NodeHash& right) {
    std::uint8_t both[64];
    std::memcpy(both, left.data(), 32);
    std::memcpy(both + 32, right.data(), 32);
    return (*this)(both, sizeof both);
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

// Folds nodes to one root, filling up to `width` (a power of two) with `filler`.
NodeHash fold(std::vector<NodeHash> nodes, std::uint64_t width, NodeHash filler, Hasher& hash) {
  if (nodes.empty()) nodes.push_back(filler);
  for (; width > 1; width /= 2) {
    if (nodes.size() % 2 != 0) nodes.push_back(filler);
    for (std::size_t i = 0; i < nodes.size() / 2; ++i)
      nodes[i] = hash(nodes[2 * i], nodes[2 * i + 1]);
    nodes.resize(nodes.size() / 2);
    filler = hash(filler, filler);
  }
  return nodes.front();
}

std::uint64_t power_of_two_from(std::uint64_t number) {
  std::uint64_t power = 1;
  while (power < number) power *= 2;
  return power;
}

}  // namespace

std::uint64_t piece_size_for(std::uint64_t file_size) {
  std::uint64_t size = 1 << 20;
  while (size < (16 << 20) && file_size / size > 4096) size *= 2;
  return size;
}

NodeHash node_hash(const char* bytes, std::size_t size, std::uint64_t span) {
  Hasher hash;
  std::vector<NodeHash> leaves;
  leaves.reserve(size / kLeaf + 1);
  for (std::size_t at = 0; at < size; at += kLeaf)
    leaves.push_back(hash(bytes + at, std::min(kLeaf, size - at)));
  return fold(std::move(leaves), span / kLeaf, NodeHash{}, hash);
}

NodeHash small_file_hash(const char* bytes, std::size_t size) {
  if (size == 0) return kEmptyContent.bytes;
  return node_hash(bytes, size, kLeaf * power_of_two_from((size + kLeaf - 1) / kLeaf));
}

bool layer_leads_to(const ContentId& content, std::uint64_t file_size, std::uint64_t piece_size,
                    std::string_view nodes) {
  const auto count = (file_size + piece_size - 1) / piece_size;
  if (count == 0 || nodes.size() != count * 32) return false;
  Hasher hash;
  std::vector<NodeHash> layer(count);
  std::memcpy(layer.data(), nodes.data(), nodes.size());
  NodeHash filler{};
  for (auto span = piece_size / kLeaf; span > 1; span /= 2) filler = hash(filler, filler);
  return fold(std::move(layer), power_of_two_from(count), filler, hash) == content.bytes;
}

std::uint64_t piece_count(std::uint64_t file_size) {
  const auto piece = piece_size_for(file_size);
  return (file_size + piece - 1) / piece;
}

std::uint64_t proven_bytes(std::string_view bits, std::uint64_t file_size) {
  return PieceMap({}, file_size, piece_size_for(file_size), {}, bits).proven_bytes();
}

PieceMap::PieceMap(const ContentId& content, std::uint64_t file_size, std::uint64_t piece_size,
                   std::string layer, std::string_view proven)
    : content_(content),
      file_size_(file_size),
      piece_size_(piece_size),
      layer_(std::move(layer)),
      pieces_((file_size + piece_size - 1) / piece_size),
      missing_(pieces_.size()) {
  for (std::size_t i = 0; i < pieces_.size() && i / 8 < proven.size(); ++i)
    if ((static_cast<unsigned char>(proven[i / 8]) >> (i % 8)) & 1U) mark_proven(i);
}

std::size_t PieceMap::length(std::size_t piece) const {
  return static_cast<std::size_t>(std::min(piece_size_, file_size_ - offset(piece)));
}

std::string PieceMap::proven_bits() const {
  std::string bits((pieces_.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < pieces_.size(); ++i)
    if (is_proven(i)) bits[i / 8] = static_cast<char>(bits[i / 8] | (1 << (i % 8)));
  return bits;
}

bool PieceMap::matches(std::size_t piece, const char* bytes) const {
  if (pieces_.size() == 1) return small_file_hash(bytes, length(0)) == content_.bytes;
  const auto hash = node_hash(bytes, length(piece), piece_size_);
  return std::memcmp(hash.data(), layer_.data() + piece * 32, 32) == 0;
}

std::optional<PieceMap::Run> PieceMap::take(std::size_t most, Instant now, Instant slow_before) {
  for (std::size_t i = 0; i < pieces_.size() && missing_ > 0; ++i) {
    if (pieces_[i].state != Piece::missing) continue;
    Run run{i, 0};
    for (; i < pieces_.size() && run.count < most && pieces_[i].state == Piece::missing; ++i) {
      pieces_[i] = {Piece::taken, now};
      ++run.count;
    }
    missing_ -= run.count;
    return run;
  }
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    if (pieces_[i].state != Piece::taken || pieces_[i].since >= slow_before) continue;
    pieces_[i].since = now;
    return Run{i, 1};
  }
  return std::nullopt;
}

void PieceMap::give_back(const Run& run) {
  for (auto i = run.first; i < run.first + run.count; ++i) {
    if (pieces_[i].state != Piece::taken) continue;
    pieces_[i].state = Piece::missing;
    ++missing_;
  }
}

bool PieceMap::mark_proven(std::size_t piece) {
  auto& state = pieces_[piece].state;
  if (state == Piece::proven) return false;
  if (state == Piece::missing) --missing_;
  state = Piece::proven;
  ++proven_;
  proven_bytes_ += length(piece);
  return true;
}

}  // namespace swapmeet::swarm
