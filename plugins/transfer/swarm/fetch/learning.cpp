#include "transfer/swarm/fetch/learning.h"

#include <algorithm>
#include <utility>

#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

// A source that takes longer to say what the file is gets another beside it.
constexpr std::chrono::milliseconds kLearnAlone = 2s;
// Bytes of a last piece that are fetched at once; of a larger one first the last leaf.
constexpr std::size_t kSmallLastPiece = 4 * kLeafSize;

Error corrupt(std::string why) { return {ErrorCode::corrupt, std::move(why), {}}; }

// By the last leaf and the hashes of those beside it, so that many who begin together do not all
// need the same piece first. `not_found`: the source does not tell these hashes.
Result<void> prove_size(SourceLink& link, const PieceMap& pieces) {
  const auto last = pieces.count() - 1;
  const auto count = (pieces.length(last) + kLeafSize - 1) / kLeafSize;
  std::string leaves(count * 32, '\0');
  auto got = link.client().open_leaves(piece_size_for(pieces.file_size()), leaves.size());
  if (got) got = link.fill(leaves.data(), leaves.size());
  if (!got) return got;
  if (!pieces.matches_leaves(last, leaves))
    return corrupt("its leaves do not lead to the Merkle layer");
  const auto before = (count - 1) * kLeafSize;
  std::string leaf(pieces.length(last) - before, '\0');
  got = link.client().open_range(pieces.offset(last) + before, leaf.size(), pieces.file_size());
  if (got) got = link.fill(leaf.data(), leaf.size());
  if (got && leaf_hashes(leaf) != leaves.substr((count - 1) * 32))
    return corrupt("sent wrong bytes");
  return got;
}

Result<std::string> layer_from(SourceLink& link, const ContentId& content, std::uint64_t size) {
  const auto piece = piece_size_for(size);
  std::string layer(piece_count(size) * 32, '\0');
  auto got = link.client().open_layer(piece, layer.size());
  if (got) got = link.fill(layer.data(), layer.size());
  if (!got) return got.error();
  if (!layer_leads_to(content, size, piece, layer))
    return corrupt("its Merkle layer does not lead to the content id");
  return layer;
}

Result<Learned> learn_of_size(SourceLink& link, const ContentId& content, std::uint64_t size) {
  Learned facts{size, {}, {}};
  if (size == 0) return corrupt("it says that its file is empty");
  if (size > kMostFileSize) return corrupt("it says that its file is huge");
  const auto count = piece_count(size);
  if (count > 1) {
    auto layer = layer_from(link, content, size);
    if (!layer) return layer.error();
    facts.layer = std::move(*layer);
  }
  const PieceMap pieces(content, size, piece_size_for(size), facts.layer, {});
  const auto last = count - 1;
  if (pieces.length(last) > kSmallLastPiece && count > 1) {
    auto proven = prove_size(link, pieces);
    if (proven) return facts;
    if (proven.error().code != ErrorCode::not_found) return proven.error();
  }
  facts.last_piece.resize(pieces.length(last));
  auto got = link.client().open_range(pieces.offset(last), facts.last_piece.size(), size);
  if (got) got = link.receive(pieces, last, facts.last_piece.data());
  if (!got) return got.error();
  return facts;
}

}  // namespace

Result<Learned> learn_from(SourceLink& link, const ContentId& content,
                           std::optional<std::uint64_t> hint) {
  Result<Learned> facts = Error{ErrorCode::conflict, "", {}};
  if (hint) facts = learn_of_size(link, content, *hint);
  const bool doubtful = !facts && (facts.error().code == ErrorCode::conflict ||
                                   facts.error().code == ErrorCode::corrupt);
  if (!doubtful) return facts;
  const auto size = link.client().size();
  if (!size) return size.error();
  if (hint == *size) return facts;
  return learn_of_size(link, content, *size);
}

void Learning::hear_size(std::uint64_t size) {
  if (!told_size_ && size <= kMostFileSize) told_size_ = size;
}

void Learning::begin(Instant now, std::chrono::milliseconds stall_after) {
  next_try_ = now + std::min(kLearnAlone, stall_after);
}

bool Learning::finish(Learned facts) {
  if (learned_) return false;
  learned_ = std::move(facts);
  return true;
}

}  // namespace swapmeet::transfer_swarm
