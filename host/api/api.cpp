#include "host/api/api.h"

#include <stdexcept>

#include "host/api/request.h"
#include "host/plugins/guard.h"
#include "swapmeet/watch.h"

namespace swapmeet {

Api::Api(ApiContext context) : context_(std::move(context)) {
  add_openapi(*this);
  add_status(*this);
  add_events(*this);
  add_resource({}, add_sessions);
  add_resource(Accounts::kInterface, add_accounts);
  add_resource(Registry::kInterface, add_peers);
  add_resource(Registry::kInterface, add_changes);
  add_resource(Registry::kInterface, add_contents);
  add_resource(Search::kInterface, add_search);
  add_resource(Watches::kInterface, add_watches);
  add_resource(Shares::kInterface, add_shares);
  add_resource(Downloads::kInterface, add_downloads);
  add_resource(Uploads::kInterface, add_uploads);
  add_resource(Inbox::kInterface, add_inbox);
}

void Api::add_resource(std::string_view interface_id, void (*add_routes)(Api&)) {
  interface_id_ = interface_id;
  add_routes(*this);
  interface_id_ = {};
}

void Api::add(const std::string& method, const std::string& pattern, Call call,
              const http::RouteOptions& options) {
  auto handler = [call = std::move(call), threw = context_.threw,
                  interface_id = interface_id_](http::Request& request) {
    auto response = guarded(
        [&]() -> Result<http::Response> {
          if (auto readable = check_text(request); !readable) return std::move(readable).error();
          return call(request);
        },
        [&](const std::string& what) {
          if (threw)
            threw(interface_id, request.method + ' ' + request.path + ", request " + request.id,
                  what);
        });
    return response ? std::move(*response) : http::problem(response.error(), request.id);
  };
  auto added = context_.routes.add(method, pattern, std::move(handler), options);
  if (!added) throw std::logic_error(added.error().message);
  routes_.push_back(std::move(*added));
}

}  // namespace swapmeet
