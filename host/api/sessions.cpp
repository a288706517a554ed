#include <algorithm>
#include <utility>

#include "host/api/api.h"
#include "host/api/auditing.h"
#include "host/api/request.h"
#include "host/auth/session_table.h"
#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

constexpr std::string_view kDeviceCookie = "swapmeet_device=";

// Sent by a program in a field of its own, by a browser as a cookie.
std::string device_of(const http::Request& request) {
  if (const auto* field = request.headers.find("Swapmeet-Device")) return *field;
  const auto* cookies = request.headers.find("Cookie");
  if (!cookies) return {};
  std::string_view rest = *cookies;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto cookie = trim(rest.substr(0, end));
    if (cookie.starts_with(kDeviceCookie)) return std::string(cookie.substr(kDeviceCookie.size()));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

constexpr std::size_t kLongestAgent = 200;

Visit visit_of(const http::Request& request) {
  Visit visit{.device = device_of(request)};
  if (const auto* agent = request.headers.find("User-Agent");
      agent && is_utf8(*agent) && !has_unicode_control(*agent) && agent->size() <= kLongestAgent)
    visit.agent = *agent;
  return visit;
}

http::Response opened(const Session& session, bool secure) {
  auto response = http::json(wire::to_json(session), 201);
  response.headers.set("Cache-Control", "no-store");
  if (!session.device.empty())
    response.headers.set("Set-Cookie", std::string(kDeviceCookie) + session.device +
                                           "; Path=/api/v1/sessions; Max-Age=31536000; HttpOnly; "
                                           "SameSite=Strict" +
                                           (secure ? "; Secure" : ""));
  return response;
}

// Its turn to be looked at may be a while from now, and no thread waits for it.
Result<http::Response> log_in(Auth* auth, http::Request& request) {
  if (!auth) return not_here("auth");
  auto credentials = body_of<wire::Credentials>(request);
  if (!credentials) return std::move(credentials).error();
  LogIn wanted{.account = std::move(credentials->account),
               .password = std::move(credentials->password),
               .address = request.remote_address,
               .deadline = request.deadline};
  http::Response later;
  later.body =
      http::LaterBody{[auth, wanted = std::move(wanted), visit = visit_of(request), id = request.id,
                       secure = request.secure](const http::LaterBody::Answer& answer) {
        auth->log_in(wanted, visit, [answer, id, secure](Result<Session> session) {
          answer(session ? opened(*session, secure) : http::problem(session.error(), id));
        });
      }};
  return later;
}

// Whose sessions or keys are meant: one's own, or, for an admin, those of ?account=.
Result<std::string> account_of(const http::Request& request) {
  if (request.identity.is_guest()) return unauthenticated("log in first: guests have no sessions");
  const auto* wanted = request.query_value("account");
  if (!wanted || folded_account_name(*wanted) == request.identity.account)
    return request.identity.account;
  if (auto person = check_person(request); !person) return std::move(person).error();
  return folded_account_name(*wanted);
}

// One of one's own, or, for an admin, any.
Result<std::string> own_session(const SessionTable& table, const http::Request& request) {
  if (request.identity.is_guest()) return unauthenticated("log in first: guests have no sessions");
  const auto& id = request.params.at("id");
  auto owner = table.owner_of(id);
  if (!owner) return owner;
  if (*owner != request.identity.account && !request.identity.has_role("admin"))
    return Error{ErrorCode::not_found, "there is no session and no key '" + id + "'", {}};
  return id;
}

Result<http::Response> end_current(const ApiContext& context, http::Request& request) {
  auto& table = context.auth->table();
  if (!table.account_of(request.bearer()))
    return Error{ErrorCode::not_found, "there is no session: nobody has logged in", {}};
  const auto id = SessionTable::id_of(request.bearer());
  if (auto ended = table.end_one(id); !ended) return std::move(ended).error();
  record(context, request, "session.ended", request.identity.account, id);
  return no_content();
}

Result<http::Response> end_one(const ApiContext& context, http::Request& request) {
  auto& table = context.auth->table();
  const auto id = own_session(table, request);
  if (!id) return id.error();
  const auto owner = table.owner_of(*id).value_or("");
  if (auto ended = table.end_one(*id); !ended) return std::move(ended).error();
  record(context, request, "session.ended", owner, *id);
  return no_content();
}

Result<http::Response> end_all(const ApiContext& context, http::Request& request) {
  const auto account = account_of(request);
  if (!account) return account.error();
  auto& table = context.auth->table();
  const auto all = table.sessions(*account, "");
  for (const auto& one : all)
    if (auto ended = table.end_one(one.id); !ended && ended.error().code != ErrorCode::not_found)
      return std::move(ended).error();
  record(context, request, "sessions.ended", *account, std::to_string(all.size()));
  return no_content();
}

Result<http::Response> list_sessions(const ApiContext& context, http::Request& request) {
  const auto account = account_of(request);
  if (!account) return account.error();
  return http::json(
      wire::sessions_to_json(context.auth->table().sessions(*account, request.bearer())));
}

}  // namespace

void add_sessions(Api& api) {
  api.add("POST", "/api/v1/sessions",
          [auth = api.context().auth](http::Request& request) { return log_in(auth, request); });
  const auto add = [&api](const char* method, const char* pattern, auto call) {
    api.add(method, pattern,
            [&context = api.context(), call](http::Request& request) -> Result<http::Response> {
              if (!context.auth) return not_here("auth");
              return call(context, request);
            });
  };
  add("GET", "/api/v1/sessions", list_sessions);
  add("DELETE", "/api/v1/sessions", end_all);
  add("DELETE", "/api/v1/sessions/current", end_current);
  add("DELETE", "/api/v1/sessions/{id}", end_one);
  api.add("GET", "/api/v1/tickets/key",
          [issuer = api.context().ticket_issuer](http::Request&) -> Result<http::Response> {
            if (!issuer) return Error{ErrorCode::not_found, "this host issues no tickets", {}};
            return http::json(wire::to_json(wire::TicketKey{issuer->ticket_key()}));
          });
}

}  // namespace swapmeet
