#include "host/api/api.h"
#include "host/api/request.h"
#include "swapmeet/wire/gzip.h"

namespace swapmeet {
namespace {

constexpr std::size_t kMostBody = 16 << 20;
constexpr std::size_t kMostInflated = 64 << 20;  // a small body must not become a huge one

Result<std::string> inflate(const std::string& body) {
  auto text = wire::gunzip(body, kMostInflated);
  if (!text && text.error().code == ErrorCode::too_large)
    return too_large("the body inflates to more than 64 MiB; send smaller batches");
  if (!text) return Error{text.error().code, "the body: " + text.error().message, {}};
  return text;
}

Result<http::Response> announce(const ApiContext& context, http::Request& request) {
  auto id = own_peer_of(context, request);
  if (!id) return std::move(id).error();
  // Nothing is inflated or read for who may not announce.
  const auto token = peer_token_of(request);
  if (auto own = context.registry->check_token(*id, token); !own) return std::move(own).error();
  if (auto rate = check_rate(context, request, Limited::announcements); !rate)
    return std::move(rate).error();
  if (const auto* coding = request.headers.find("Content-Encoding")) {
    if (*coding != "gzip") return invalid_argument("Content-Encoding may only be gzip");
    auto text = inflate(request.body);
    if (!text) return std::move(text).error();
    request.body = std::move(*text);
  }
  auto batch = wire::batch_from_ndjson(request.body);
  if (!batch) return std::move(batch).error();
  if (auto rate = check_rate(context, request, Limited::changes, batch->changes.size()); !rate)
    return std::move(rate).error();
  auto position = context.registry->announce(*id, token, *batch);
  if (!position) return std::move(position).error();
  return http::json(wire::to_json(*position));
}

}  // namespace

void add_changes(Api& api) {
  api.add("GET", "/api/v1/peers/{id}/changes",
          [&context = api.context()](http::Request& request) -> Result<http::Response> {
            if (!context.registry) return not_here("registry");
            auto id = own_peer_of(context, request);
            if (!id) return std::move(id).error();
            auto position = context.registry->announced(*id, peer_token_of(request));
            if (!position) return std::move(position).error();
            return http::json(wire::to_json(*position));
          });
  api.add("POST", "/api/v1/peers/{id}/changes",
          [&context = api.context()](http::Request& request) -> Result<http::Response> {
            if (!context.registry) return not_here("registry");
            return announce(context, request);
          },
          {.max_body = kMostBody});
}

}  // namespace swapmeet
