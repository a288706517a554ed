#include "transfer/swarm/pieces/piece_map.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

// So much longer somebody else must take for a piece that it is fetched a second time.
constexpr int kMuchLater = 2;

}  // namespace

bool has_bit(std::string_view bits, std::size_t piece) {
  return piece / 8 < bits.size() &&
         ((static_cast<unsigned char>(bits[piece / 8]) >> (piece % 8)) & 1U) != 0;
}

std::uint64_t piece_size_for(std::uint64_t file_size) {
  std::uint64_t size = 1 << 20;
  while (size < (4 << 20) && file_size / size > 4096) size *= 2;
  while (size < (16 << 20) && file_size / size > 65536) size *= 2;
  return size;
}

std::uint64_t piece_count(std::uint64_t file_size) {
  const auto piece = piece_size_for(file_size);
  return file_size / piece + (file_size % piece != 0 ? 1 : 0);
}

std::uint64_t proven_bytes(std::string_view bits, std::uint64_t file_size) {
  const auto piece = piece_size_for(file_size);
  const auto count = piece_count(file_size);
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < count && i / 8 < bits.size(); ++i)
    if (has_bit(bits, i)) bytes += std::min(piece, file_size - i * piece);
  return bytes;
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
    if (has_bit(proven, i)) mark_proven(i);
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

bool PieceMap::matches(std::size_t piece, MerkleBuilder& hashes) const {
  if (pieces_.size() == 1) return hashes.finish().content == content_;
  const auto hash = hashes.finish_piece(piece_size_);
  return std::memcmp(hash.data(), layer_.data() + piece * hash.size(), hash.size()) == 0;
}

bool PieceMap::matches_leaves(std::size_t piece, std::string leaves) const {
  return leaves_lead_to(std::string_view(layer_).substr(piece * 32, 32), piece_size_,
                        std::move(leaves));
}

bool PieceMap::awaits_first_copy() const {
  for (std::size_t i = 0; i < pieces_.size() && i / 8 < copies_.first.size(); ++i)
    if (pieces_[i].state != Piece::proven && has_bit(copies_.first, i)) return true;
  return false;
}

std::size_t PieceMap::rare() const {
  std::size_t rare = 0;
  for (std::size_t i = 0; i < pieces_.size(); ++i)
    if (is_rare(i)) ++rare;
  return rare;
}

std::optional<PieceMap::Run> PieceMap::take(const Wish& wish, Instant now) {
  // Not what is on its way already, while there is anything else to fetch from others.
  if (missing_ > 0) return take_missing(wish, now);
  return take_late(wish, now);
}

std::optional<PieceMap::Run> PieceMap::take_late(const Wish& wish, Instant now) {
  // What should be there by now is late again by as much.
  const auto expected = [now](const Piece& piece) {
    return piece.due >= now ? piece.due : now + (now - piece.due);
  };
  const auto is_in = [](std::span<const Run> runs, std::size_t i) {
    return std::any_of(runs.begin(), runs.end(),
                       [i](const Run& run) { return run.first <= i && i < run.first + run.count; });
  };
  std::optional<std::size_t> latest;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const auto& piece = pieces_[i];
    if (piece.state != Piece::taken || is_in(wish.own, i)) continue;
    if (wish.has != nullptr && !has_bit(*wish.has, i)) continue;
    const bool is_later = wish.due && piece.due != Instant::max() && !is_in(wish.beside, i) &&
                          expected(piece) - now > kMuchLater * (*wish.due - now);
    if (!is_later && piece.since >= wish.slow_before) continue;
    if (!latest || expected(piece) > expected(pieces_[*latest])) latest = i;
  }
  if (!latest) return std::nullopt;
  pieces_[*latest] = {Piece::taken, now, wish.due.value_or(Instant::max())};
  return Run{*latest, 1};
}

void PieceMap::claim(const Run& run, Instant now) {
  for (auto i = run.first; i < run.first + run.count; ++i) {
    if (pieces_[i].state != Piece::wanted) continue;
    pieces_[i] = {Piece::taken, now};
    --missing_;
  }
}

std::optional<PieceMap::Run> PieceMap::take_missing(const Wish& wish, Instant now) {
  const auto may = [&](std::size_t i) {
    return pieces_[i].state == Piece::wanted && (wish.has == nullptr || has_bit(*wish.has, i));
  };
  const auto count = pieces_.size();
  std::size_t best = count;
  for (std::size_t step = 0; step < count; ++step) {
    const auto i = (wish.from + step) % count;
    if (!may(i) || (best < count && copies_of(i) >= copies_of(best))) continue;
    best = i;
    if (copies_of(i) == 0) break;
  }
  if (best == count) return std::nullopt;
  Run run{best, 0};
  const auto rarest = copies_of(best);
  for (auto i = best; i < count && run.count < wish.most && may(i) && copies_of(i) <= rarest; ++i) {
    const auto after = std::chrono::duration_cast<Instant::duration>(
        wish.piece_time * static_cast<std::int64_t>(run.count));
    pieces_[i] = {Piece::taken, now, wish.due ? *wish.due + after : Instant::max()};
    ++run.count;
  }
  missing_ -= run.count;
  return run;
}

void PieceMap::give_back(const Run& run) {
  for (auto i = run.first; i < run.first + run.count; ++i) {
    if (pieces_[i].state != Piece::taken) continue;
    pieces_[i].state = Piece::wanted;
    ++missing_;
  }
}

bool PieceMap::mark_proven(std::size_t piece) {
  auto& state = pieces_[piece].state;
  if (state == Piece::proven) return false;
  if (state == Piece::wanted) --missing_;
  state = Piece::proven;
  ++proven_;
  proven_bytes_ += length(piece);
  return true;
}

}  // namespace swapmeet::transfer_swarm
