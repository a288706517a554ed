#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {

void add_sessions(Api& api) {
  api.add("POST", "/api/v1/sessions",
          [auth = api.context().auth](http::Request& request) -> Result<http::Response> {
            if (!auth) return not_here("auth");
            auto credentials = body_of<wire::Credentials>(request);
            if (!credentials) return std::move(credentials).error();
            auto session = auth->log_in({.account = std::move(credentials->account),
                                         .password = std::move(credentials->password),
                                         .address = request.remote_address,
                                         .deadline = request.deadline});
            if (!session) return std::move(session).error();
            auto response = http::json(wire::to_json(*session), 201);
            response.headers.set("Cache-Control", "no-store");
            return response;
          });
  api.add("GET", "/api/v1/tickets/key",
          [issuer = api.context().ticket_issuer](http::Request&) -> Result<http::Response> {
            if (!issuer) return Error{ErrorCode::not_found, "this host issues no tickets", {}};
            return http::json(wire::to_json(wire::TicketKey{issuer->ticket_key()}));
          });
}

}  // namespace swapmeet
