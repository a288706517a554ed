#include <algorithm>

#include "transfer/swarm/fetch/transfer_state.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

// A source that takes longer to say what the file is gets another beside it.
constexpr auto kLearnAlone = 2s;
// Bytes of a last piece that are fetched at once; of a larger one first the last leaf.
constexpr std::size_t kSmallLastPiece = 4 * kLeafSize;

}  // namespace

std::size_t Transfer::State::wait_for_turn(PoolSource& source, std::size_t wanted) {
  if (!source.pace) return wanted;
  auto allowed = options.pacer->allow(*source.pace, wanted);
  if (allowed.bytes == 0) {
    std::unique_lock lock(mutex);
    while (allowed.bytes == 0) {
      source.heard = Steady::now();  // nothing is expected meanwhile
      const auto until = source.heard + allowed.wait;
      if (changed.wait_until(lock, until,
                             [&] { return over() || interrupted || !source.sent_home.empty(); }))
        return 0;
      allowed = options.pacer->allow(*source.pace, wanted);
    }
  }
  return static_cast<std::size_t>(allowed.bytes);
}

Result<std::size_t> Transfer::State::some(PoolSource& source, char* to, std::size_t most) {
  const auto allowed = wait_for_turn(source, most);
  if (allowed == 0) return ended();
  auto got = source.client->read(to, allowed);
  if (!got) return got;
  source.received += *got;
  if (source.pace) options.pacer->sent(*source.pace, *got);
  return got;
}

Result<void> Transfer::State::fill(PoolSource& source, char* to, std::size_t size) {
  while (size > 0) {
    const auto got = some(source, to, size);
    if (!got) return got.error();
    to += *got;
    size -= *got;
  }
  return {};
}

Result<void> Transfer::State::receive(PoolSource& source, const PieceMap& pieces, std::size_t piece,
                                      char* to) {
  MerkleBuilder hashes;
  const auto length = pieces.length(piece);
  for (std::size_t filled = 0, hashed = 0; filled < length;) {
    const auto got = some(source, to + filled, length - filled);
    if (!got) return got.error();
    filled += *got;
    const auto ready = filled == length ? length : filled - filled % (2 * kLeafSize);
    hashes.add(to + hashed, ready - hashed);
    hashed = ready;
  }
  if (!pieces.matches(piece, hashes)) return Error{ErrorCode::corrupt, "sent wrong bytes", {}};
  return {};
}

Result<Learned> Transfer::State::learn_from(PoolSource& source, std::uint64_t size) {
  Learned facts{size, {}, {}};
  if (size == 0) return Error{ErrorCode::corrupt, "it says that its file is empty", {}};
  if (size > kMostFileSize) return Error{ErrorCode::corrupt, "it says that its file is huge", {}};
  const auto piece = piece_size_for(size);
  const auto count = piece_count(size);
  if (count > 1) {
    facts.layer.resize(count * 32);
    auto opened = source.client->open_layer(piece, facts.layer.size());
    if (opened) opened = fill(source, facts.layer.data(), facts.layer.size());
    if (!opened) return opened.error();
    if (!layer_leads_to(plan.content, size, piece, facts.layer))
      return Error{ErrorCode::corrupt, "its Merkle layer does not lead to the content id", {}};
  }
  const PieceMap pieces(plan.content, size, piece, facts.layer, {});
  if (pieces.length(count - 1) > kSmallLastPiece && count > 1) {
    auto proven = prove_size(source, pieces);
    if (proven) return facts;
    if (proven.error().code != ErrorCode::not_found) return proven.error();
  }
  facts.last_piece.resize(pieces.length(count - 1));
  auto got = source.client->open_range(pieces.offset(count - 1), facts.last_piece.size(), size);
  if (got) got = receive(source, pieces, count - 1, facts.last_piece.data());
  if (!got) return got.error();
  return facts;
}

Result<void> Transfer::State::prove_size(PoolSource& source, const PieceMap& pieces) {
  const auto last = pieces.count() - 1;
  const auto piece_size = piece_size_for(pieces.file_size());
  const auto count = (pieces.length(last) + kLeafSize - 1) / kLeafSize;
  std::string leaves(count * 32, '\0');
  auto got = source.client->open_leaves(piece_size, leaves.size());
  if (got) got = fill(source, leaves.data(), leaves.size());
  if (!got) return got;
  if (!pieces.matches_leaves(last, leaves))
    return Error{ErrorCode::corrupt, "its leaves do not lead to the Merkle layer", {}};
  const auto before = (count - 1) * kLeafSize;
  std::string leaf(pieces.length(last) - before, '\0');
  got = source.client->open_range(pieces.offset(last) + before, leaf.size(), pieces.file_size());
  if (got) got = fill(source, leaf.data(), leaf.size());
  if (got && leaf_hashes(leaf) != leaves.substr((count - 1) * 32))
    return Error{ErrorCode::corrupt, "sent wrong bytes", {}};
  return got;
}

Result<Learned> Transfer::State::learn_from(PoolSource& source) {
  std::optional<std::uint64_t> hint;
  {
    const std::lock_guard lock(mutex);
    hint = told_size;
  }
  Result<Learned> facts = Error{ErrorCode::conflict, "", {}};
  if (hint) facts = learn_from(source, *hint);
  const bool doubtful = !facts && (facts.error().code == ErrorCode::conflict ||
                                   facts.error().code == ErrorCode::corrupt);
  if (!doubtful) return facts;
  const auto size = source.client->size();
  if (!size) return size.error();
  if (hint == *size) return facts;
  return learn_from(source, *size);
}

Result<void> Transfer::State::learn(PoolSource& source) {
  std::unique_lock lock(mutex);
  while (!map) {
    if (over()) return ended();
    const auto now = Steady::now();
    if (learned || now < learn_beside) {
      changed.wait_for(lock, kTick);
      continue;
    }
    learn_beside = now + std::min<Steady::duration>(kLearnAlone, options.patience.stall_after);
    source.asking = true;
    source.heard = now;
    const bool is_partial = source.partial;
    lock.unlock();
    auto ready = is_partial ? look_for_last(source) : Result<void>{};
    auto facts = ready ? learn_from(source) : Result<Learned>(ready.error());
    lock.lock();
    source.asking = false;
    if (!facts) {
      learn_beside = {};
      changed.notify_all();
      return facts.error();
    }
    if (!learned && !map) {
      source.bytes += facts->last_piece.size();
      if (options.received) options.received(facts->last_piece.size());
      is_public = is_public || source.listed;
      learned = std::move(*facts);
    }
    changed.notify_all();
  }
  source.last_piece = Steady::now();
  return {};
}

}  // namespace swapmeet::transfer_swarm
