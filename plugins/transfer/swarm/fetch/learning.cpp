#include "transfer/swarm/fetch/learning.h"

#include <algorithm>
#include <utility>

#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

// A source that takes longer to say what the file is gets another beside it.
constexpr std::chrono::milliseconds kLearnAlone = 200ms;
// Bytes of a last piece that are fetched at once; of a larger one first the last leaf.
constexpr std::size_t kSmallLastPiece = 4 * kLeafSize;

Error corrupt(std::string why) { return {ErrorCode::corrupt, std::move(why), {}}; }

// What has to be asked for to learn what a file of that size is.
class Lesson {
 public:
  Lesson(SourceLink& link, const ContentId& content, std::uint64_t size)
      : link_(link), content_(content), size_(size), last_(piece_count(size) - 1) {}

  Result<Learned> take(const AskMore& more) {
    ask();
    if (more && last_ > 0) more(size_);
    Learned facts{size_, {}, {}};
    if (last_ > 0) {
      auto layer = hear_layer();
      if (!layer) return layer.error();
      facts.layer = std::move(*layer);
    }
    const PieceMap pieces(content_, size_, piece_size_, facts.layer, {});
    if (by_leaves()) {
      const auto proven = hear_leaves(pieces);
      if (proven) return facts;
      if (proven.error().code != ErrorCode::not_found) return proven.error();
      link_.client().forget();  // it does not tell leaves: then the piece itself
      ask_last_piece();
    }
    auto piece = hear_last_piece(pieces);
    if (!piece) return piece.error();
    facts.last_piece = std::move(*piece);
    return facts;
  }

 private:
  std::uint64_t last_length() const { return size_ - last_ * piece_size_; }
  std::uint64_t leaves() const { return (last_length() + kLeafSize - 1) / kLeafSize; }
  // The size is proven by the last leaf and the hashes of those beside it, so that many who begin
  // together do not all need the same piece first.
  bool by_leaves() const { return last_ > 0 && last_length() > kSmallLastPiece; }
  std::uint64_t last_leaf_offset() const {
    return last_ * piece_size_ + (leaves() - 1) * kLeafSize;
  }

  void ask() {
    auto& client = link_.client();
    if (last_ > 0) client.ask_layer(piece_size_, (last_ + 1) * 32);
    if (!by_leaves()) return ask_last_piece();
    client.ask_leaves(piece_size_, leaves() * 32);
    client.ask_range(last_leaf_offset(), size_ - last_leaf_offset(), size_);
  }

  void ask_last_piece() { link_.client().ask_range(last_ * piece_size_, last_length(), size_); }

  Result<void> next_answer() { return link_.next_answer(std::exchange(first_, false)); }

  Result<std::string> hear(std::uint64_t bytes) {
    std::string all(bytes, '\0');
    auto got = next_answer();
    if (got) got = link_.fill(all.data(), all.size());
    if (!got) return got.error();
    return all;
  }

  Result<std::string> hear_layer() {
    auto layer = hear((last_ + 1) * 32);
    if (layer && !layer_leads_to(content_, size_, piece_size_, *layer))
      return corrupt("its Merkle layer does not lead to the content id");
    return layer;
  }

  // `not_found`: it does not tell these hashes.
  Result<void> hear_leaves(const PieceMap& pieces) {
    const auto all = hear(leaves() * 32);
    if (!all) return all.error();
    if (!pieces.matches_leaves(last_, *all)) {
      link_.client().doubt(last_ * piece_size_, last_length());
      return corrupt("its leaves do not lead to the Merkle layer");
    }
    const auto leaf = hear(size_ - last_leaf_offset());
    if (!leaf) return leaf.error();
    if (leaf_hashes(*leaf) != all->substr((leaves() - 1) * 32))
      return link_.wrong_bytes(last_leaf_offset(), leaf->size());
    return {};
  }

  Result<std::string> hear_last_piece(const PieceMap& pieces) {
    auto got = next_answer();
    if (!got) return got.error();
    IncomingPiece piece;
    piece.begin(last_, last_length());
    got = link_.receive(piece, pieces);
    if (!got) return got.error();
    return std::string(piece.bytes(), piece.length());
  }

  SourceLink& link_;
  const ContentId content_;
  const std::uint64_t size_;
  const std::uint64_t piece_size_ = piece_size_for(size_);
  const std::uint64_t last_;  // piece
  bool first_ = true;         // no answer has come yet
};

Result<Learned> learn_of_size(SourceLink& link, const ContentId& content, std::uint64_t size,
                              const AskMore& more) {
  if (size == 0) return corrupt("it says that its file is empty");
  if (size > kMostFileSize) return corrupt("it says that its file is huge");
  return Lesson(link, content, size).take(more);
}

}  // namespace

Result<Learned> learn_from(SourceLink& link, const ContentId& content,
                           std::optional<std::uint64_t> hint, const AskMore& more) {
  Result<Learned> facts = Error{ErrorCode::conflict, "", {}};
  if (hint) facts = learn_of_size(link, content, *hint, more);
  const bool doubtful = !facts && (facts.error().code == ErrorCode::conflict ||
                                   facts.error().code == ErrorCode::corrupt);
  if (!doubtful) return facts;
  const auto size = link.client().size();
  if (!size) return size.error();
  if (hint == *size) return facts;
  return learn_of_size(link, content, *size, more);
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
