#include "transfer/swarm/serve/piece_routes.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "swapmeet/wire/piece_report.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::uint64_t kMostPiece = 16 << 20;

}  // namespace

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
