#include "transfer/swarm/fetch/piece_choice.h"

#include <algorithm>

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

// At the end the fast fetch again what is on its way from the slow.
constexpr std::chrono::nanoseconds kLeastPatience = 1s;
constexpr int kPieceTimes = 3;

}  // namespace

std::optional<std::size_t> own_rare_piece(const PieceMap& pieces, const Company& company) {
  const auto count = static_cast<double>(pieces.count());
  const auto part = count / static_cast<double>(company.partial + 1);
  const auto begin = static_cast<std::size_t>(count * company.rank);
  const auto end = static_cast<std::size_t>(count * company.rank + part);
  for (auto piece = begin; piece < end; ++piece)
    if (pieces.is_rare(piece)) return piece;
  return std::nullopt;
}

std::optional<PieceMap::Wish> choose_pieces(const PieceMap& pieces, const Candidate& source,
                                            const Company& company, std::uint64_t any,
                                            std::chrono::milliseconds longest, Instant now) {
  const bool in_company = pieces.has_copies();
  auto from = in_company || source.next_piece == 0 ? any : source.next_piece;
  if (in_company && !source.partial) {
    const auto own = own_rare_piece(pieces, company);
    const auto rare = pieces.rare();
    const bool others_do = (rare > 0 && rare <= company.partial) || pieces.awaits_first_copy();
    if (!own && others_do && now < source.spare_until) return std::nullopt;
    from = own.value_or(from);
  }
  const auto fair = company.working == 1
                        ? pieces.missing()
                        : std::max<std::size_t>(1, pieces.missing() / (2 * company.working));
  const auto patience = std::min<std::chrono::nanoseconds>(
      longest, std::max(kLeastPatience, kPieceTimes * source.piece_time));
  return PieceMap::Wish{std::min(source.look_ahead, fair),
                        now - std::chrono::duration_cast<Instant::duration>(patience), source.has,
                        static_cast<std::size_t>(from)};
}

}  // namespace swapmeet::transfer_swarm
