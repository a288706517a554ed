#include "host/api/api.h"
#include "host/api/request.h"
#include "host/api/watch_list.h"

namespace swapmeet {

namespace {

// Others may come from a guest's address, and whoever has an id can listen to it and end it.
Result<http::Response> list(WatchList& watches, const http::Request& request) {
  if (request.identity.is_guest())
    return Error{ErrorCode::not_allowed,
                 "a guest's watches are known by their ids alone; an account can list its own",
                 {}};
  std::vector<wire::WatchRecord> records;
  for (auto& watch : watches.of(asker_of(request)))
    records.push_back({std::move(watch.id), std::move(watch.request.query), watch.keep});
  return http::json(wire::to_json(records));
}

Result<http::Response> make(const ApiContext& context, WatchList& watches, http::Request& request) {
  auto wanted = body_of<wire::WatchOrder>(request);
  if (!wanted) return std::move(wanted).error();
  if (auto rate = check_rate(context, request, Limited::new_watches); !rate)
    return std::move(rate).error();
  const auto keep = wanted->keep.value_or(WatchList::kKeep);
  auto id = watches.add({wanted->query, request.identity}, asker_of(request), keep);
  if (!id) return std::move(id).error();
  return http::json(wire::to_json(wire::WatchRecord{*id, wanted->query, keep}), 201);
}

}  // namespace

void add_watches(Api& api) {
  auto* watches = api.context().watch_list;
  api.add("POST", "/api/v1/watches",
          [watches, &context = api.context()](http::Request& request) -> Result<http::Response> {
            return watches ? make(context, *watches, request) : not_here("search");
          });
  api.add("GET", "/api/v1/watches", [watches](http::Request& request) -> Result<http::Response> {
    return watches ? list(*watches, request) : not_here("search");
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
