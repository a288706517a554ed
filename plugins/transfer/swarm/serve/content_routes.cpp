#include "transfer/swarm/serve/content_routes.h"

#include <fcntl.h>

#include <optional>
#include <utility>

#include "swapmeet/json_object.h"
#include "swapmeet/media_type.h"
#include "transfer/swarm/base/peer_headers.h"
#include "transfer/swarm/serve/content_serving.h"
#include "transfer/swarm/serve/http_ranges.h"
#include "transfer/swarm/serve/metalink_routes.h"
#include "transfer/swarm/serve/piece_routes.h"

namespace swapmeet::transfer_swarm {
namespace {

// A sentence for a person who reads the answer; programs go by the status.
http::Response said(http::Response response, int status, std::string sentence) {
  response.status = status;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(sentence) + '\n';
  return response;
}

// What a reader calls itself, so that several behind one address have slots of their own.
std::string reader_of(const http::Request& request) {
  constexpr std::size_t kMost = 64;
  const auto* named = request.headers.find(kReaderHeader);
  return named == nullptr ? "" : named->substr(0, kMost);
}

// More connections bring nothing. Not 503, which says that others have to end first.
http::Response crowded(const UploadSlots::Turn& turn, std::size_t most,
                       const std::string& request_id) {
  const auto number = std::to_string(most);
  auto response = http::problem(
      {ErrorCode::too_many,
       "one reader may fetch over " + number + (most == 1 ? " connection" : " connections") +
           " at a time, and has so many answers already; ask over one of those",
       std::nullopt, turn.retry_after},
      request_id);
  response.headers.set(kConnectionsHeader, number);
  return response;
}

http::Response told_to_wait(const UploadSlots::Turn& turn, const std::string& request_id) {
  const auto wait = std::to_string(turn.retry_after.count());
  const auto place = std::to_string(turn.place);
  const std::string why = turn.place > 0 ? "place " + place + " in the queue" : "the queue is full";
  const Error error{ErrorCode::unavailable,
                    "all upload slots are taken, " + why + "; ask again in " + wait +
                        (wait == "1" ? " second" : " seconds"),
                    std::nullopt, turn.retry_after};
  if (turn.place == 0) return http::problem(error, request_id);
  auto response = http::problem(error, request_id, JsonObject().number("place", turn.place));
  response.headers.set(kPlaceHeader, place);
  return response;
}

// The answer with its bytes, when it is its turn.
http::Response admitted(const Serving& serving, const http::Request& request, const Opened& opened,
                        const RangeAnswer& range, http::Response response) {
  http::FileBody body{opened.file, range.offset, range.length, {}, {}, {}};
  if (request.method == "GET") {
    UploadRequest upload{request.remote_address,
                         request.remote_port,
                         reader_of(request),
                         opened.content,
                         opened.place.name,
                         range.length,
                         serving.who(request, opened.content).who,
                         range.offset,
                         opened.place.stamp.size};
    // A program that has all of its file rarely comes back for more; a peer may have a folder.
    const bool last = upload.reader.empty() && range.length == opened.place.stamp.size;
    auto admission = serving.meter.begin(upload, last);
    if (admission.turn.crowded)
      return crowded(admission.turn, serving.meter.connections(), request.id);
    if (admission.refused) return http::problem(*admission.refused, request.id);
    if (!admission.callbacks) return told_to_wait(admission.turn, request.id);
    body.on_sent = std::move(admission.callbacks->on_sent);
    body.on_end = std::move(admission.callbacks->on_end);
    body.allowance = std::move(admission.callbacks->allowance);
  }
  response.body = std::move(body);
  return response;
}

http::Response answer_with(const Serving& serving, const http::Request& request,
                           const Opened& opened) {
  const auto size = opened.place.stamp.size;
  const auto tag = '"' + opened.content.text() + '"';
  http::Response response;
  response.headers.set("ETag", tag);
  response.headers.set("Accept-Ranges", "bytes");
  const auto conditions = weigh_preconditions(request.headers, tag);
  if (conditions == Preconditions::failed)
    return said(std::move(response), 412, "this content is " + tag + ", whatever If-Match says");
  if (conditions == Preconditions::not_modified) {
    response.status = 304;
    return response;
  }
  const auto range = range_of(request, tag, size);
  if (range.kind != RangeAnswer::whole)
    response.headers.set("Content-Range", content_range(range, size));
  if (range.kind == RangeAnswer::unsatisfiable)
    return said(std::move(response), 416, "the file has " + std::to_string(size) + " bytes");
  if (opened.growing && !opened.growing->covers(range.offset, range.length))
    return not_there_yet(*opened.growing, request);
  if (range.kind == RangeAnswer::part) response.status = 206;
  response.headers.set("Content-Type", std::string(mime_type_of(opened.place.name)));
  response.headers.set("X-Content-Type-Options", "nosniff");
  if (!opened.growing) describe(serving, request, opened.content, response.headers);
  response.headers.set("Content-Disposition", http::content_disposition(opened.place.name));
  response.headers.set(kConnectionsHeader, std::to_string(serving.meter.connections()));
  return admitted(serving, request, opened, range, std::move(response));
}

// Whoever asks about a small file, or has sent the request for it already (the front shows it as a
// HEAD), fetches it next: the disk begins to read it, so that nobody waits for that when it is
// sent.
void expect(const Opened& opened) {
  constexpr std::uint64_t kSmall = 256 << 10;
  const auto size = opened.place.stamp.size;
  if (size > kSmall) return;
  ::posix_fadvise(opened.file->descriptor(), 0, static_cast<off_t>(size), POSIX_FADV_WILLNEED);
}

// Without a worker, when the file is open from an answer before.
std::optional<http::Response> bytes_at_once(const Serving& serving, http::Request& request) {
  if (serving.open == nullptr || !request.query.empty()) return std::nullopt;
  const auto content = ContentId::parse(request.params.at("cid"));
  if (!content) return std::nullopt;
  const auto who =
      serving.tickets == nullptr ? unticketed(request) : serving.tickets->known(request, *content);
  if (!who) return std::nullopt;
  const auto opened = serving.open->find(*content, *who);
  if (!opened) return std::nullopt;
  return answer_with(serving, request, *opened);
}

http::Response bytes_of(const Serving& serving, http::Request& request) {
  // One route for all: a segment of a pattern matches as a whole.
  const auto asks_for = [&](std::string_view suffix) {
    auto& name = request.params.at("cid");
    if (!name.ends_with(suffix)) return false;
    name.resize(name.size() - suffix.size());
    return true;
  };
  if (asks_for(".meta4")) return metalink_of(serving, request);
  if (asks_for(".torrent")) return torrent_of(serving, request);
  if (request.method == "HEAD")  // of what comes next: most of a file's ranges find it open
    if (auto answer = bytes_at_once(serving, request)) return std::move(*answer);
  const auto opened = open_content_or_growing(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  if (request.method == "HEAD") expect(*opened);
  return answer_with(serving, request, *opened);
}

http::Response layer_of(const Serving& serving, const http::Request& request) {
  const auto* piece_text = request.query_value("piece");
  const auto piece = piece_text != nullptr ? parse_decimal(*piece_text) : std::nullopt;
  if (!piece)
    return http::problem(
        {ErrorCode::invalid_argument, "say the piece size in bytes: ?piece=1048576", {}},
        request.id);
  const auto opened = open_content_or_growing(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  const auto tree = opened->growing ? std::optional(opened->growing->tree())
                                    : serving.tree(opened->content, request.query_value("offer"));
  if (!tree) return http::problem(not_shared(request.params.at("cid")), request.id);
  auto layer = layer_at(*tree, *piece);
  if (!layer) return http::problem(layer.error(), request.id);
  http::Response response;
  response.headers.set("Content-Type", "application/octet-stream");
  response.body = std::move(*layer);
  return response;
}

}  // namespace

Result<std::vector<Registration>> add_content_routes(http::Routes& routes, const Serving& serving) {
  std::vector<Registration> registrations;
  const auto handler_of = [&](auto work) {
    return [serving, work](http::Request& request) {
      auto answer =
          sqlite::attempt([&]() -> Result<http::Response> { return work(serving, request); });
      return answer ? std::move(*answer) : http::problem(answer.error(), request.id);
    };
  };
  const auto keep = [&](Result<Registration> added) -> Result<void> {
    if (!added) return added.error();
    registrations.push_back(std::move(*added));
    return {};
  };
  const auto add = [&](const char* pattern, auto work, const http::RouteOptions& options = {}) {
    return keep(routes.add("GET", pattern, handler_of(work), options));
  };
  http::RouteOptions bytes;
  if (serving.open != nullptr)
    bytes.at_once = [serving](http::Request& request) { return bytes_at_once(serving, request); };
  auto added = add("/content/{cid}", bytes_of, bytes);
  if (added) added = add("/content/{cid}/layer", layer_of);
  if (added) added = add("/content/{cid}/hashes", hashes_of);
  if (added) added = add("/content/{cid}/pieces", pieces_of);
  if (added) added = add("/content/{cid}/leaves", leaves_of);
  if (added) added = keep(routes.add("POST", "/content/{cid}/doubts", handler_of(doubts_about)));
  if (!added) return added.error();
  return registrations;
}

}  // namespace swapmeet::transfer_swarm
