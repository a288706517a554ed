#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "host/api/api.h"
#include "host/api/hash_finder.h"
#include "host/api/request.h"
#include "host/plugins/answers.h"
#include "host/reach/address_proofs.h"
#include "swapmeet/wire/metalink.h"
#include "swapmeet/wire/torrent.h"

namespace swapmeet {
namespace {

constexpr std::string_view kMetalink = ".meta4";
constexpr std::string_view kTorrent = ".torrent";
constexpr std::size_t kMostLinks = 20;  // sources that one redirection names

http::Response document(const ContentRecord& content, std::string_view suffix, const char* type,
                        std::string text) {
  http::Response response;
  response.headers.set("Content-Type", type);
  response.headers.set("Content-Disposition",
                       http::content_disposition(content.content.text() + std::string(suffix)));
  response.body = std::move(text);
  return response;
}

// With the hashes that a source tells; `?hashes=false`: without asking for any.
Result<http::Response> as_metalink(const ContentRecord& content, HashFinder& finder,
                                   const http::Request& request) {
  const auto with_hashes =
      request.query_value("hashes") == nullptr ? Result<bool>(true) : flag_of(request, "hashes");
  if (!with_hashes) return with_hashes.error();
  HashFinder::Hashes hashes;
  if (*with_hashes && !content.sources.empty()) {
    auto found = finder.find(content);
    if (!found) return std::move(found).error();
    hashes = std::move(found->agreed);
  }
  auto text = wire::metalink(content, hashes.get());
  if (!text) return std::move(text).error();
  return document(content, kMetalink, wire::kMetalinkType, std::move(*text));
}

// A hybrid when the sources agree on the SHA-1 hashes of the pieces, else of version 2 alone;
// `?version=1`: of version 1 alone.
Result<http::Response> as_torrent(const ContentRecord& content, HashFinder& finder,
                                  const http::Request& request) {
  const auto form = wire::torrent_form_from(request.query_value("version"));
  if (!form) return form.error();
  HashFinder::Found found;
  if (content.size > 0 && !content.sources.empty()) {
    auto told = finder.find(content);
    if (!told) return std::move(told).error();
    found = std::move(*told);
    if (found.layer.empty() && content.size > wire::hashed_piece_size(content.size))
      return Error{
          ErrorCode::unavailable,
          "no source that is present tells the Merkle layer of this content; try again later",
          {}};
  }
  auto text =
      wire::torrent(content, found.layer, found.agreed ? found.agreed->sha1 : std::string(), *form);
  if (!text) return std::move(text).error();
  return document(content, kTorrent, wire::kTorrentType, std::move(*text));
}

// RFC 6249: to one source, with the others, the documents about it, and the digest if that is
// known. The sources take turns, so that not all readers go to the first.
Result<http::Response> redirect(const ContentRecord& content, HashFinder& finder,
                                std::size_t turn) {
  std::vector<std::string> urls;
  for (const auto& source : content.sources)
    if (source.have >= content.size && urls.size() < kMostLinks) urls.push_back(source.url);
  if (urls.empty())
    return Error{
        ErrorCode::not_found,
        "nobody who is present has all of this content now; try again when a source is back",
        {}};
  std::rotate(urls.begin(), urls.begin() + static_cast<std::ptrdiff_t>(turn % urls.size()),
              urls.end());
  http::Response response;
  response.status = 307;
  response.headers.set("Location", urls.front());
  for (std::size_t i = 1; i < urls.size(); ++i)
    response.headers.add("Link", '<' + urls[i] + ">; rel=duplicate");
  const auto describe = [&](std::string_view suffix, const char* type) {
    response.headers.add("Link", "</api/v1/contents/" + content.content.text() +
                                     std::string(suffix) + ">; rel=describedby; type=\"" + type +
                                     '"');
  };
  describe(kMetalink, wire::kMetalinkType);
  describe(kTorrent, wire::kTorrentType);
  if (const auto found = finder.known(content.content); found && found->agreed)
    response.headers.set("Digest", "SHA-256=" + wire::sha256_base64(*found->agreed));
  return response;
}

// One for all sources, which says who comes; and one each for those that have it for few, as what
// one of these is shown must be of no use at another.
Result<void> add_tickets(const ApiContext& context, const Identity& viewer,
                         ContentRecord& content) {
  if (!context.ticket_issuer) return {};
  TicketClaims claims{.content = content.content,
                      .account = viewer.account,
                      .groups = viewer.groups,
                      .expires = {}};
  const auto issue = [&](std::string& to) -> Result<void> {
    if (!to.empty()) return {};
    auto ticket = context.ticket_issuer->issue(claims);
    if (!ticket) return std::move(ticket).error();
    to = std::move(*ticket);
    return {};
  };
  if (auto issued = issue(content.ticket); !issued) return issued;
  for (auto& source : content.sources) {
    if (!source.restricted) continue;
    claims.source = source.peer;
    if (auto issued = issue(source.ticket); !issued) return issued;
  }
  return {};
}

// One route for {content}, {content}.meta4 and {content}.torrent: a segment matches as a whole.
Result<http::Response> describe(const ApiContext& context, HashFinder& finder,
                                http::Request& request) {
  const auto asks_for = [&](std::string_view suffix) {
    auto& name = request.params.at("content");
    if (!name.ends_with(suffix)) return false;
    name.resize(name.size() - suffix.size());
    return true;
  };
  const bool wants_metalink = asks_for(kMetalink);
  const bool wants_torrent = !wants_metalink && asks_for(kTorrent);
  auto id = id_of<ContentId>(request, "content");
  if (!id) return std::move(id).error();
  auto content = context.registry->content({*id, request.identity, request.deadline});
  if (!content) return std::move(content).error();
  check_answer(*content);
  if (auto ticketed = add_tickets(context, request.identity, *content); !ticketed)
    return std::move(ticketed).error();
  if (wants_metalink) return as_metalink(*content, finder, request);
  if (wants_torrent) return as_torrent(*content, finder, request);
  return http::json(wire::to_json(*content));
}

}  // namespace

void add_contents(Api& api) {
  const auto& context = api.context();
  const auto finder =
      std::make_shared<HashFinder>(context.clock, [proofs = context.proofs](const PeerId& peer) {
        if (proofs) proofs->doubt(peer);
      });
  api.add("GET", "/api/v1/contents/{content}",
          [&context, finder](http::Request& request) -> Result<http::Response> {
            if (!context.registry) return not_here("registry");
            return describe(context, *finder, request);
          });
  api.add(
      "GET", "/api/v1/contents/{content}/bytes",
      [&context, finder, turn = std::make_shared<std::atomic<std::size_t>>(0)](
          http::Request& request) -> Result<http::Response> {
        if (!context.registry) return not_here("registry");
        const auto id = id_of<ContentId>(request, "content");
        if (!id) return id.error();
        const auto content = context.registry->content({*id, request.identity, request.deadline});
        if (!content) return content.error();
        check_answer(*content);
        return redirect(*content, *finder, (*turn)++);
      });
}

}  // namespace swapmeet
