#include "host/api/access.h"

#include "host/api/request.h"
#include "host/api/web_sessions.h"
#include "host/limits/bans.h"
#include "swapmeet/local_address.h"
#include "swapmeet/secret_file.h"

namespace swapmeet {
namespace {

// A name that a page of another site cannot have: DNS rebinding gives it this machine's address,
// but not this Host.
bool is_own_host(const std::string& host, const HostPort& listening) {
  for (const std::string& name :
       {listening.host, std::string("localhost"), std::string("127.0.0.1"), std::string("::1")})
    if (host == HostPort{name, listening.port}.text() ||
        (listening.port == 80 && host == host_in_url(name)))
      return true;
  return false;
}

// To see that the host is well, and to come in.
bool is_open_to_all(const http::Request& request) {
  for (const char* path : {"/", "/enter", "/healthz", "/api/v1/status"})
    if (request.path == path) return true;
  return false;
}

// What somebody who is not known yet needs: to see that the host is well, to become known, and to
// know others by their tickets.
bool is_open(const http::Request& request) {
  if (is_open_to_all(request) || request.path == "/api/v1/tickets/key") return true;
  return request.method == "POST" &&
         (request.path == "/api/v1/sessions" || request.path == "/api/v1/accounts");
}

bool is_reading(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

Error may_only_read(const Identity& who) {
  if (who.is_guest())
    return {ErrorCode::unauthenticated,
            "guests may search and browse here, no more: log in (POST /api/v1/sessions)",
            {}};
  return {ErrorCode::not_allowed, "the account '" + who.account + "' may only read", {}};
}

// Over the socket in the data folder, which no web site can reach and nobody but the owner open.
bool is_local(const http::Request& request) { return request.remote_address == kLocalAddress; }

// A key for programs, which may do less than its account.
std::optional<http::Response> with_key(Auth& auth, const Scopes& scopes, http::Request& request) {
  if (auto checked = check_scopes(scopes, request.method, request.path); !checked)
    return http::problem(checked.error(), request.id);
  auto identity = auth.identify(request.bearer());
  if (!identity) return http::problem(identity.error(), request.id);
  request.identity = std::move(*identity);
  return std::nullopt;
}

Identity owner() { return {.account = "owner", .groups = {}, .roles = {"admin"}}; }

}  // namespace

AccessGuard owner_guard(std::string token, HostPort listening, WebSessions* web, Auth* auth) {
  return [token = std::move(token), listening = std::move(listening), web,
          auth](http::Request& request) -> std::optional<http::Response> {
    if (is_local(request)) return request.identity = owner(), std::nullopt;
    const auto refuse = [&](ErrorCode code, const char* why) {
      return http::problem({code, why, {}}, request.id);
    };
    const auto* host = request.headers.find("Host");
    if (!host || !is_own_host(*host, listening))
      return refuse(
          ErrorCode::not_allowed,
          "this API answers only under its own address; the Host of the request is another");
    const auto* origin = request.headers.find("Origin");
    if (origin && *origin != (request.secure ? "https://" : "http://") + *host)
      return refuse(ErrorCode::not_allowed, "another web site may not use this API");
    const auto bearer = request.bearer();
    if (equal_in_constant_time(bearer, token) ||
        (web && web->has_entered(request) && is_from_own_page(request)))
      request.identity = owner();
    else if (const auto scopes = auth ? auth->scopes(bearer) : std::nullopt)
      return with_key(*auth, *scopes, request);
    else if (!is_open_to_all(request))
      return refuse(ErrorCode::unauthenticated,
                    "this API is its owner's: send the content of api.token in the data folder as "
                    "'Authorization: Bearer …'");
    return std::nullopt;
  };
}

AccessGuard public_guard(std::string token, Auth* auth, const Bans* bans, WebSessions* web) {
  return [token = std::move(token), auth, bans,
          web](http::Request& request) -> std::optional<http::Response> {
    if (is_local(request)) return request.identity = owner(), std::nullopt;
    const auto bearer = request.bearer();
    if (equal_in_constant_time(bearer, token) ||
        (web && web->has_entered(request) && is_from_own_page(request))) {
      request.identity = owner();
      return std::nullopt;
    }
    if (bans && request.path != "/healthz")
      if (const auto welcome = bans->check_address(request.remote_address); !welcome)
        return http::problem(welcome.error(), request.id);
    if (!auth || request.path == "/healthz") return std::nullopt;  // needs nobody to be known
    if (const auto scopes = auth->scopes(bearer)) return with_key(*auth, *scopes, request);
    auto identity = auth->identify(bearer);
    if (!identity)
      return is_open(request) ? std::nullopt
                              : std::optional(http::problem(identity.error(), request.id));
    request.identity = std::move(*identity);
    if (request.identity.read_only && !is_reading(request) && !is_open(request))
      return http::problem(may_only_read(request.identity), request.id);
    return std::nullopt;
  };
}

}  // namespace swapmeet
