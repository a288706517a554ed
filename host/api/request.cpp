#include "host/api/request.h"

#include <charconv>

namespace swapmeet {

Result<PageRequest> page_of(const http::Request& request) {
  PageRequest page;
  if (const auto* after = request.query_value("after")) page.after = *after;
  if (const auto* limit = request.query_value("limit")) {
    const auto [end, error] =
        std::from_chars(limit->data(), limit->data() + limit->size(), page.limit);
    if (error != std::errc{} || end != limit->data() + limit->size() || page.limit < 1 ||
        page.limit > 1000)
      return Error{ErrorCode::invalid_argument, "limit must be a number from 1 to 1000", {}};
  }
  return page;
}

std::string bearer_of(const http::Request& request) {
  const auto* field = request.headers.find("Authorization");
  if (!field || field->size() < 7) return {};
  const std::string scheme = field->substr(0, 7);
  return scheme == "Bearer " || scheme == "bearer " ? field->substr(7) : std::string();
}

std::string peer_token_of(const http::Request& request) {
  const auto* token = request.headers.find("Swapmeet-Peer-Token");
  return token ? *token : bearer_of(request);
}

Error not_here(const std::string& what) {
  return {ErrorCode::unsupported,
          "this host has no " + what + ": its configuration has no [" + what + "] section",
          {}};
}

}  // namespace swapmeet
