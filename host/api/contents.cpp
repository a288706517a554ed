#include "host/api/api.h"
#include "host/api/hash_finder.h"
#include "host/api/request.h"
#include "swapmeet/wire/metalink.h"

namespace swapmeet {
namespace {

constexpr std::string_view kMetalink = ".meta4";
constexpr std::string_view kTorrent = ".torrent";

// With the hashes that a source tells; `?hashes=false`: without asking for any.
Result<http::Response> as_metalink(const ContentRecord& content, HashFinder& finder,
                                   bool with_hashes) {
  HashFinder::Hashes hashes;
  if (with_hashes && !content.sources.empty()) {
    auto found = finder.find(content);
    if (!found) return std::move(found).error();
    hashes = std::move(*found);
  }
  auto text = wire::metalink(content, hashes.get());
  if (!text) return std::move(text).error();
  http::Response response;
  response.headers.set("Content-Type", wire::kMetalinkType);
  response.headers.set("Content-Disposition", "attachment; filename=\"" + content.content.text() +
                                                  std::string(kMetalink) + "\"");
  response.body = std::move(*text);
  return response;
}

// One route for {content}, {content}.meta4 and {content}.torrent: a segment matches as a whole.
Result<http::Response> describe(const ApiContext& context, HashFinder& finder,
                                http::Request& request) {
  auto& name = request.params.at("content");
  if (name.ends_with(kTorrent))
    return Error{ErrorCode::unsupported,
                 "torrents are not made in this version; .meta4 lists the sources",
                 {}};
  const bool wants_metalink = name.ends_with(kMetalink);
  if (wants_metalink) name.resize(name.size() - kMetalink.size());
  auto id = id_of<ContentId>(request, "content");
  if (!id) return std::move(id).error();
  auto content = context.registry->content(*id, request.identity);
  if (!content) return std::move(content).error();
  if (wants_metalink) {
    const auto with_hashes =
        request.query_value("hashes") == nullptr ? Result<bool>(true) : flag_of(request, "hashes");
    if (!with_hashes) return with_hashes.error();
    return as_metalink(*content, finder, *with_hashes);
  }
  if (context.authenticator && content->ticket.empty()) {
    auto ticket = context.authenticator->issue_ticket(
        {.content = *id, .account = request.identity.account, .expires = {}});
    if (!ticket) return std::move(ticket).error();
    content->ticket = std::move(*ticket);
  }
  return http::json(wire::to_json(*content));
}

}  // namespace

void add_contents(Api& api) {
  api.add("GET", "/api/v1/contents/{content}",
          [&context = api.context(), finder = std::make_shared<HashFinder>()](
              http::Request& request) -> Result<http::Response> {
            if (!context.registry) return not_here("registry");
            return describe(context, *finder, request);
          });
}

}  // namespace swapmeet
