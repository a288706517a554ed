#include "host/api/api.h"
#include "host/api/request.h"
#include "host/api/watch_list.h"

namespace swapmeet {

void add_watches(Api& api) {
  auto* watches = api.context().watch_list;
  api.add("POST", "/api/v1/watches", [watches](http::Request& request) -> Result<http::Response> {
    if (!watches) return not_here("search");
    auto wanted = body_of<WatchRequest>(request);
    if (!wanted) return std::move(wanted).error();
    wanted->viewer = request.identity;
    const auto& account = request.identity.account;
    auto id = watches->add(*wanted, account.empty() ? request.remote_address : '@' + account);
    if (!id) return std::move(id).error();
    return http::json(wire::to_json(wire::WatchRecord{*id, wanted->query}), 201);
  });
  api.add("DELETE", "/api/v1/watches/{id}",
          [watches](http::Request& request) -> Result<http::Response> {
            if (!watches) return not_here("search");
            if (!watches->remove(request.params.at("id")))
              return Error{ErrorCode::not_found, "there is no such watch (any more)", {}};
            return no_content();
          });
}

}  // namespace swapmeet
