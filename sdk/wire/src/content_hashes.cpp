#include "swapmeet/wire/content_hashes.h"

#include <algorithm>
#include <array>
#include <bit>

#include "json_tools.h"

namespace swapmeet::wire {
namespace {

constexpr std::uint64_t kLeastPiece = 1 << 20;
constexpr std::uint64_t kMostPieces = 4096;

bool is_hash(const std::string& text) {
  std::array<std::uint8_t, 32> bytes{};
  return text.size() == 2 * bytes.size() && from_hex(text, bytes.data(), bytes.size());
}

std::uint64_t count_of(std::uint64_t size, std::uint64_t piece) {
  return size / piece + (size % piece == 0 ? 0 : 1);
}

}  // namespace

std::uint64_t hashed_piece_size(std::uint64_t size) {
  auto piece = kLeastPiece;
  while (count_of(size, piece) > kMostPieces) piece *= 2;
  return piece;
}

std::string to_json(const ContentHashes& hashes) {
  JsonWriter out;
  out.begin().text("content", hashes.content.text()).number("size", hashes.size);
  out.text("sha256", hashes.sha256).number("piece", hashes.piece);
  return out.texts("pieces", hashes.pieces).end().take();
}

Result<ContentHashes> content_hashes_from(std::string_view json) {
  JsonReader in(json);
  ContentHashes hashes;
  hashes.content = in.id<ContentId>("content");
  hashes.size = in.number("size");
  hashes.sha256 = in.text("sha256");
  hashes.piece = in.number("piece");
  hashes.pieces = in.texts("pieces");
  if (!is_hash(hashes.sha256) || !std::all_of(hashes.pieces.begin(), hashes.pieces.end(), is_hash))
    in.fail("pieces", "and sha256 must have 64 hexadecimal digits each");
  if (!std::has_single_bit(hashes.piece) ||
      hashes.pieces.size() != count_of(hashes.size, hashes.piece))
    in.fail("pieces", "are not as many as a content of that size has");
  return in.finish(std::move(hashes));
}

}  // namespace swapmeet::wire
