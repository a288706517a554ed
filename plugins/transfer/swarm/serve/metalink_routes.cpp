#include "transfer/swarm/serve/metalink_routes.h"

#include <algorithm>
#include <utility>

#include "swapmeet/wire/client.h"
#include "swapmeet/wire/metalink.h"
#include "swapmeet/wire/torrent.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::milliseconds kPatience{2000};  // of a worker, for a file to be hashed

Result<FileHashes::Hashes> hashes_for(const Serving& serving, const Opened& opened) {
  auto hashes = serving.hashes.make(opened.content, opened.place, kPatience);
  if (hashes) return hashes;
  const auto code = hashes.error().code;
  if (code != ErrorCode::conflict && code != ErrorCode::corrupt) return hashes;
  if (code == ErrorCode::corrupt && serving.spoiled)
    serving.spoiled(opened.place.file);
  else if (serving.changed)
    serving.changed(opened.place.file, 0);
  return not_shared(opened.content.text());
}

// "?offer=…", when the content is fetched by the token of an offer.
std::string query_of(const http::Request& request) {
  const auto* offer = request.query_value("offer");
  return offer == nullptr ? "" : "?offer=" + wire::percent_encode(*offer);
}

// This peer, under the address the client used, plus every other present source. The registry
// answers this host's account, which may know more than the asker: of what it knows, what is for
// few is left out, and names with it.
ContentRecord sources_of(const Serving& serving, const http::Request& request,
                         const Opened& opened) {
  ContentRecord record;
  const auto query = query_of(request);
  if (serving.registry != nullptr && query.empty())
    if (auto known = serving.registry->content({opened.content, request.identity}))
      for (auto& source : known->sources)
        if (!source.restricted) record.sources.push_back(std::move(source));
  record.content = opened.content;
  record.size = opened.place.stamp.size;
  record.names.insert(record.names.begin(), opened.place.name);
  const auto* host = request.headers.find("Host");
  if (host == nullptr) return record;
  const auto url = "http://" + *host + "/content/" + opened.content.text() + query;
  if (std::none_of(record.sources.begin(), record.sources.end(),
                   [&](const Source& source) { return source.url == url; }))
    record.sources.insert(record.sources.begin(), Source{{}, "", url, record.size});
  return record;
}

// The Merkle layer of such pieces; empty when there is a single one.
Result<std::string> layer_for(const Serving& serving, const http::Request& request,
                              const Opened& opened, std::uint64_t piece) {
  if (opened.place.stamp.size <= piece) return std::string();
  const auto tree = serving.tree(opened.content, request.query_value("offer"));
  if (!tree) return not_shared(opened.content.text());
  return layer_at(*tree, piece);
}

http::Response document(const char* type, std::string text, const std::string& name) {
  http::Response response;
  response.headers.set("Content-Type", type);
  response.headers.set("Content-Disposition", http::content_disposition(name));
  response.body = std::move(text);
  return response;
}

}  // namespace

http::Response hashes_of(const Serving& serving, const http::Request& request) {
  const auto opened = open_content(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  const auto hashes = hashes_for(serving, *opened);
  if (!hashes) return http::problem(hashes.error(), request.id);
  auto layer = layer_for(serving, request, *opened, (*hashes)->piece);
  if (!layer) return http::problem(layer.error(), request.id);
  auto told = **hashes;
  told.layer = std::move(*layer);
  return http::json(wire::to_json(told));
}

http::Response metalink_of(const Serving& serving, const http::Request& request) {
  const auto opened = open_content(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  const auto hashes = hashes_for(serving, *opened);
  if (!hashes) return http::problem(hashes.error(), request.id);
  auto text = wire::metalink(sources_of(serving, request, *opened), hashes->get());
  if (!text) return http::problem(text.error(), request.id);
  return document(wire::kMetalinkType, std::move(*text), opened->place.name + ".meta4");
}

http::Response torrent_of(const Serving& serving, const http::Request& request) {
  const auto form = wire::torrent_form_from(request.query_value("version"));
  if (!form) return http::problem(form.error(), request.id);
  const auto opened = open_content(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  const auto hashes = hashes_for(serving, *opened);
  if (!hashes) return http::problem(hashes.error(), request.id);
  const auto layer = layer_for(serving, request, *opened, (*hashes)->piece);
  if (!layer) return http::problem(layer.error(), request.id);
  auto text = wire::torrent(sources_of(serving, request, *opened), *layer, (*hashes)->sha1, *form);
  if (!text) return http::problem(text.error(), request.id);
  return document(wire::kTorrentType, std::move(*text), opened->place.name + ".torrent");
}

void describe(const Serving& serving, const http::Request& request, const ContentId& content,
              http::Headers& headers) {
  const auto described_by = [&](const char* suffix, const char* type) {
    return "</content/" + content.text() + suffix + query_of(request) +
           R"(>; rel="describedby"; type=")" + type + '"';
  };
  headers.set("Link", described_by(".meta4", wire::kMetalinkType) + ", " +
                          described_by(".torrent", wire::kTorrentType));
  const auto hashes = serving.hashes.find(content);
  if (!hashes) return;
  const auto digest = wire::sha256_base64(*hashes);
  headers.set("Repr-Digest", "sha-256=:" + digest + ':');
  headers.set("Digest", "SHA-256=" + digest);
}

}  // namespace swapmeet::transfer_swarm
