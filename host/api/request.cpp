#include "host/api/request.h"

#include <algorithm>
#include <charconv>

#include "host/limits/bans.h"
#include "swapmeet/listing.h"

namespace swapmeet {
namespace {
bool begins_without_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char wanted, char c) {
           return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
         });
}
}  // namespace

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

Result<void> check_text(const http::Request& request) {
  for (const auto& [name, value] : request.params)
    if (!is_utf8(value))
      return Error{ErrorCode::invalid_argument, "the " + name + " in the path is not UTF-8", {}};
  for (const auto& [name, value] : request.query)
    if (!is_utf8(name) || !is_utf8(value))
      return Error{ErrorCode::invalid_argument, "the query of the URL is not UTF-8", {}};
  return {};
}

Result<bool> flag_of(const http::Request& request, const std::string& name) {
  const auto* value = request.query_value(name);
  if (!value || *value == "false") return false;
  if (*value == "true") return true;
  return Error{ErrorCode::invalid_argument, name + " must be true or false", {}};
}

Result<void> check_json_type(const http::Request& request) {
  const auto* type = request.headers.find("Content-Type");
  if (!type) return {};
  constexpr std::string_view kJson = "application/json";
  if (begins_without_case(*type, kJson) &&
      type->find_first_not_of(" \t", kJson.size()) == type->find(';'))
    return {};
  return Error{ErrorCode::invalid_argument,
               "the body must be JSON, with Content-Type: application/json",
               {}};
}

Result<void> check_person(const http::Request& request) {
  if (request.identity.has_role("admin")) return {};
  return Error{ErrorCode::not_allowed,
               "only the owner of this host or an account with the role admin may do this",
               {}};
}

Result<PeerId> own_peer_of(const ApiContext& context, const http::Request& request) {
  auto id = id_of<PeerId>(request, "id");
  if (id)
    if (auto free = check_ban(context, *id); !free) return std::move(free).error();
  if (!id || !context.auth || !context.auth->has_accounts()) return id;
  const auto known = context.registry->peer(*id);
  if (!known) {
    if (known.error().code == ErrorCode::not_found) return id;
    return known.error();
  }
  if (known->account.empty() || known->account == request.identity.account) return id;
  // Somebody else may register it: the registry knows whether the time for that is over.
  if (request.method == "PUT" && known->transfer) return id;
  if (request.identity.is_guest())
    return Error{ErrorCode::unauthenticated,
                 "the peer " + id->text() +
                     " belongs to an account: log in as the one that "
                     "registered it",
                 {}};
  return Error{
      ErrorCode::not_allowed, "the peer " + id->text() + " belongs to another account", {}};
}

Result<void> check_ban(const ApiContext& context, const PeerId& peer) {
  return context.bans ? context.bans->check(peer) : Result<void>();
}

Result<void> check_rate(const ApiContext& context, const http::Request& request, Limited what,
                        std::uint64_t cost) {
  return context.limits ? context.limits->take(what, request, cost) : Result<void>();
}

http::Response no_content() { return {.status = 204, .headers = {}, .body = std::string()}; }

std::string peer_token_of(const http::Request& request) {
  const auto* token = request.headers.find("Swapmeet-Peer-Token");
  if (token) return *token;
  return request.identity.is_guest() ? request.bearer() : std::string();
}

Error not_here(const std::string& what) {
  auto why = "this host has no " + what + ": its configuration has no [" + what + "] section";
  if (what == "transfer") why += "; a peer shares and fetches, and `swapmeet up` makes one";
  return {ErrorCode::unsupported, std::move(why), {}};
}

}  // namespace swapmeet
