// What handlers read from requests: page, ids, tokens; and the interface they need.
#pragma once

#include <string>

#include "host/api/api.h"
#include "host/limits/limits.h"
#include "swapmeet/http.h"
#include "swapmeet/id.h"
#include "swapmeet/page.h"
#include "swapmeet/result.h"
#include "swapmeet/wire/json.h"

namespace swapmeet {

// `limit` (1 to 1,000, default 50) and `after`.
Result<PageRequest> page_of(const http::Request& request);
// Parameters of path and query must be UTF-8, for they come back in JSON.
Result<void> check_text(const http::Request& request);
// `name` as "true" or "false"; false when it is not given.
Result<bool> flag_of(const http::Request& request, const std::string& name);
// Content-Type, where it is given, must be application/json.
Result<void> check_json_type(const http::Request& request);
// What this host does for its person is for its owner and for admins only: `not_allowed`.
Result<void> check_person(const http::Request& request);
// The peer's token: Swapmeet-Peer-Token, or else the bearer token of a guest. The session of an
// account, or the owner's token, is never taken for a peer's.
std::string peer_token_of(const http::Request& request);

template <class Id>
Result<Id> id_of(const http::Request& request, const std::string& name) {
  const auto& text = request.params.at(name);
  if (const auto id = Id::parse(text)) return *id;
  return Error{ErrorCode::invalid_argument,
               "'" + text + "' is no id of " + std::to_string(2 * Id::kSize) + " hex digits",
               {}};
}

// The peer in the path, for a call that speaks for it. The registry checks its token; where there
// are accounts, the caller must also be logged in as the account that registered it, so that what
// was a member's ends with the account.
Result<PeerId> own_peer_of(const ApiContext& context, const http::Request& request);

// `not_allowed` when the peer is banned.
Result<void> check_ban(const ApiContext& context, const PeerId& peer);
// `too_many` when the caller, or all together, do that too often.
Result<void> check_rate(const ApiContext& context, const http::Request& request, Limited what,
                        std::uint64_t cost = 1);

template <class T>
Result<T> body_of(const http::Request& request) {
  if (auto type = check_json_type(request); !type) return std::move(type).error();
  return wire::from_json<T>(request.body);
}

http::Response no_content();

// "this host has no search: …", for a resource whose plugin is not configured.
Error not_here(const std::string& what);

}  // namespace swapmeet
