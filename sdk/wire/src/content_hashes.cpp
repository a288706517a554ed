#include "swapmeet/wire/content_hashes.h"

#include <Poco/Base64Encoder.h>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <sstream>
#include <utility>

#include "json_tools.h"

namespace swapmeet::wire {
namespace {

constexpr std::uint64_t kLeastPiece = 1 << 20;
constexpr std::uint64_t kMostPieces = 4096;

bool is_hash(const std::string& text) {
  std::array<std::uint8_t, 32> bytes{};
  return text.size() == 2 * bytes.size() && from_hex(text, bytes.data(), bytes.size());
}

// From hex to `each` bytes for every piece; nothing when it is anything else.
std::optional<std::string> bytes_from(const std::string& hex, std::size_t each,
                                      std::size_t pieces) {
  std::string bytes(each * pieces, '\0');
  const bool whole = hex.size() == 2 * bytes.size() &&
                     from_hex(hex, reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  return whole ? std::optional(std::move(bytes)) : std::nullopt;
}

std::string hex_digits(const std::string& bytes) {
  return to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
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
  out.texts("pieces", hashes.pieces);
  if (!hashes.sha1.empty()) out.text("sha1", hex_digits(hashes.sha1));
  if (!hashes.layer.empty()) out.text("layer", hex_digits(hashes.layer));
  return out.end().take();
}

Result<ContentHashes> content_hashes_from(std::string_view json) {
  JsonReader in(json);
  ContentHashes hashes;
  hashes.content = in.id<ContentId>("content");
  hashes.size = in.file_size("size");
  hashes.sha256 = in.text("sha256");
  hashes.piece = in.number("piece");
  hashes.pieces = in.texts("pieces");
  if (!is_hash(hashes.sha256) || !std::all_of(hashes.pieces.begin(), hashes.pieces.end(), is_hash))
    in.fail("pieces", "and sha256 must have 64 hexadecimal digits each");
  if (!std::has_single_bit(hashes.piece) ||
      hashes.pieces.size() != count_of(hashes.size, hashes.piece))
    in.fail("pieces", "are not as many as a content of that size has");
  const auto take = [&](const char* name, std::size_t each, std::string& bytes) {
    if (!in.has(name)) return;
    if (auto read = bytes_from(in.text(name), each, hashes.pieces.size()))
      bytes = std::move(*read);
    else
      in.fail(name, "has not " + std::to_string(2 * each) + " hexadecimal digits for each piece");
  };
  take("sha1", kSha1Size, hashes.sha1);
  take("layer", kNodeSize, hashes.layer);
  return in.finish(std::move(hashes));
}

std::string sha256_base64(const ContentHashes& hashes) {
  std::array<std::uint8_t, 32> bytes{};
  from_hex(hashes.sha256, bytes.data(), bytes.size());
  std::ostringstream text;
  Poco::Base64Encoder encoder(text);
  encoder.rdbuf()->setLineLength(0);
  encoder.write(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  encoder.close();
  return text.str();
}

}  // namespace swapmeet::wire
