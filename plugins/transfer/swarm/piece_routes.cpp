#include "transfer/swarm/piece_routes.h"

#include "swapmeet/wire/piece_report.h"

namespace swapmeet::swarm {

http::Response pieces_of(const Serving& serving, const http::Request& request) {
  const auto opened = open_content_or_growing(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  wire::PieceReport report{opened->content, opened->place.stamp.size, !opened->growing, 0, {}};
  if (opened->growing) {
    report.piece = opened->growing->facts().piece;
    report.bits = opened->growing->bits();
  }
  auto response = http::json(wire::to_json(report));
  response.headers.set("Cache-Control", "no-store");
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

}  // namespace swapmeet::swarm
