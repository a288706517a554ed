#include "transfer/swarm/inbox/exchange.h"

#include <chrono>

#include "swapmeet/wire/client.h"

namespace swapmeet::transfer_swarm {

Result<std::string> exchange_over_http(const std::string& url, const std::string& token,
                                       const std::string& method, const std::string& target,
                                       const std::string& body) {
  wire::ClientOptions options;
  options.url = url;
  options.token = token;
  options.timeout = std::chrono::milliseconds(2'500);
  wire::Client client(options);
  http::Headers headers;
  if (!body.empty()) headers.set("Content-Type", "application/json");
  auto reply = client.request(method, target, body, headers);
  if (!reply) return std::move(reply).error();
  return std::move(reply->body);
}

Result<std::string> find_url(Registry& registry, const Offer& offer) {
  const auto record = registry.peer(offer.peer);
  if (!record && record.error().code == ErrorCode::not_found)
    return Error{
        ErrorCode::unavailable, "the index does not know " + offer.peer_name + " any more", {}};
  if (!record) return record.error();
  if (!record->present)
    return Error{ErrorCode::unavailable,
                 offer.peer_name + " is not there now; it is tried again when it returns",
                 {}};
  if (!record->dialable)
    return Error{ErrorCode::unavailable,
                 "the index cannot reach " + offer.peer_name +
                     " where it says that it is; it is tried again when it can",
                 {}};
  return pinned_url(url_of(*record), record->fingerprint);
}

bool is_passing(const Error& error) {
  switch (error.code) {
    case ErrorCode::unavailable:
    case ErrorCode::timed_out:
    case ErrorCode::too_many:
    case ErrorCode::no_space:
    case ErrorCode::internal: return true;
    default: return false;
  }
}

}  // namespace swapmeet::transfer_swarm
