#include "host/api/api.h"
#include "host/api/request.h"
#include "host/api/watch_list.h"

namespace swapmeet {

void add_watches(Api& api) {
  auto* watches = api.context().watch_list;
  api.add("POST", "/api/v1/watches", [watches](http::Request& request) -> Result<http::Response> {
    if (!watches) return not_here("search");
    auto wanted = body_of<wire::WatchOrder>(request);
    if (!wanted) return std::move(wanted).error();
    const auto& account = request.identity.account;
    const auto keep = wanted->keep.value_or(WatchList::kKeep);
    auto id = watches->add({wanted->query, request.identity},
                           account.empty() ? request.remote_address : '@' + account, keep);
    if (!id) return std::move(id).error();
    return http::json(wire::to_json(wire::WatchRecord{*id, wanted->query, keep}), 201);
  });
  api.add("DELETE", "/api/v1/watches/{id}",
          [watches](http::Request& request) -> Result<http::Response> {
            if (!watches) return not_here("search");
            auto removed = watches->remove(request.params.at("id"));
            if (!removed) return std::move(removed).error();
            return no_content();
          });
}

}  // namespace swapmeet
