// What handlers read from requests: page, ids, tokens; and the interface they need.
#pragma once

#include <string>

#include "swapmeet/http.h"
#include "swapmeet/id.h"
#include "swapmeet/page.h"
#include "swapmeet/result.h"

namespace swapmeet {

// `limit` (1 to 1,000, default 50) and `after`.
Result<PageRequest> page_of(const http::Request& request);
// The peer's token: Swapmeet-Peer-Token, or else the bearer token.
std::string peer_token_of(const http::Request& request);
std::string bearer_of(const http::Request& request);

template <class Id>
Result<Id> id_of(const http::Request& request, const std::string& name) {
  const auto& text = request.params.at(name);
  if (const auto id = Id::parse(text)) return *id;
  return Error{ErrorCode::invalid_argument,
               "'" + text + "' is no id of " + std::to_string(2 * Id::kSize) + " hex digits",
               {}};
}

// "this host has no search: …", for a resource whose plugin is not configured.
Error not_here(const std::string& what);

}  // namespace swapmeet
