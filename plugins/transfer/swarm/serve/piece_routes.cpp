#include "transfer/swarm/serve/piece_routes.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "swapmeet/json_object.h"
#include "swapmeet/wire/piece_report.h"
#include "transfer/swarm/hashing/merkle.h"
#include "transfer/swarm/serve/http_ranges.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::uint64_t kMostPiece = 16 << 20;
constexpr std::size_t kNodeSize = 32;

// The bytes at this place; shorter where the file is.
std::string bytes_at(const Opened& opened, std::uint64_t offset, std::uint64_t length) {
  std::string bytes(length, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto got = pread(opened.file->descriptor(), bytes.data() + filled, bytes.size() - filled,
                           static_cast<off_t>(offset + filled));
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

// Whether what the range touches is what the tree says.
bool is_right(const Opened& opened, const MerkleTree& tree, std::uint64_t offset,
              std::uint64_t length) {
  const auto end = std::min(tree.size, offset + std::min(length, kMostPiece));
  for (auto at = offset / tree.span * tree.span; at < end; at += tree.span) {
    const auto wanted = std::min(tree.span, tree.size - at);
    const auto bytes = bytes_at(opened, at, wanted);
    const auto node = std::string_view(tree.layer).substr(at / tree.span * kNodeSize, kNodeSize);
    if (bytes.size() != wanted || !leaves_lead_to(node, tree.span, leaf_hashes(bytes)))
      return false;
  }
  return true;
}

}  // namespace

http::Response doubts_about(const Serving& serving, const http::Request& request) {
  const auto number = [&](const char* name) -> std::optional<std::uint64_t> {
    const auto* text = request.query_value(name);
    return text == nullptr ? std::nullopt : parse_decimal(*text);
  };
  const auto offset = number("offset");
  const auto length = number("length");
  if (!offset || !length)
    return http::problem({ErrorCode::invalid_argument,
                          "say where the wrong bytes are: ?offset=1048576&length=65536",
                          {}},
                         request.id);
  const auto opened = open_content(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  const auto tree = serving.tree(opened->content, request.query_value("offer"));
  if (!tree) return http::problem(not_shared(opened->content.text()), request.id);
  const bool wrong = *offset < tree->size && !is_right(*opened, *tree, *offset, *length);
  if (wrong && serving.spoiled) serving.spoiled(opened->place.file);
  return http::json(JsonObject().boolean("wrong", wrong).json());
}

http::Response pieces_of(const Serving& serving, const http::Request& request) {
  const auto opened = open_content_or_growing(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  wire::PieceReport report{opened->content, opened->place.stamp.size, !opened->growing, 0, {}, {}};
  if (opened->growing) {
    report.piece = opened->growing->facts().piece;
    report.bits = opened->growing->bits();
    report.coming = opened->growing->coming();
  }
  auto response = http::json(wire::to_json(report));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

http::Response leaves_of(const Serving& serving, const http::Request& request) {
  const auto* text = request.query_value("piece");
  std::uint64_t piece = 0;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), piece);
  if (!std::has_single_bit(piece) || piece < kBlockSize || piece > kMostPiece)
    return http::problem({ErrorCode::invalid_argument,
                          "say the piece size in bytes, a power of two from 1048576 to 16777216: "
                          "?piece=1048576",
                          {}},
                         request.id);
  const auto opened = open_content_or_growing(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  const auto size = opened->place.stamp.size;
  auto offset = size == 0 ? 0 : (size - 1) / piece * piece;
  if (opened->growing && !opened->growing->covers(offset, size - offset))
    return not_there_yet(*opened->growing, request);
  http::Response response;
  std::string leaves;
  for (std::string block; offset < size; offset += block.size()) {
    block.resize(std::min(kBlockSize, size - offset));
    const auto got =
        pread(opened->file->descriptor(), block.data(), block.size(), static_cast<off_t>(offset));
    if (got < 0 || static_cast<std::size_t>(got) != block.size())
      return http::problem(not_shared(opened->content.text()), request.id);
    leaves += leaf_hashes(block);
  }
  response.headers.set("Content-Type", "application/octet-stream");
  response.body = std::move(leaves);
  return response;
}

http::Response not_there_yet(const GrowingFile& file, const http::Request& request) {
  const auto& facts = file.facts();
  return http::problem(
      {ErrorCode::conflict,
       "this peer still fetches the content, and of what was asked for not all bytes are there: it "
       "has " +
           std::to_string(file.have()) + " of " + std::to_string(facts.size) + " bytes; /content/" +
           facts.content.text() + "/pieces says which",
       {}},
      request.id);
}

}  // namespace swapmeet::transfer_swarm
