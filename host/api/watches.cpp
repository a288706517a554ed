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
  for (auto& watch : watches.of(asker_of(request))) {
    const auto waiting = watch.collect ? watches.count_waiting(watch.id) : 0;
    records.push_back(
        {std::move(watch.id), std::move(watch.request.query), watch.keep, watch.collect, waiting});
  }
  return http::json(wire::to_json(records));
}

Result<http::Response> make(const ApiContext& context, WatchList& watches, http::Request& request) {
  auto wanted = body_of<wire::WatchOrder>(request);
  if (!wanted) return std::move(wanted).error();
  if (auto rate = check_rate(context, request, Limited::new_watches); !rate)
    return std::move(rate).error();
  const auto keep = wanted->keep.value_or(WatchList::kKeep);
  auto id =
      watches.add({wanted->query, request.identity}, asker_of(request), keep, wanted->collect);
  if (!id) return std::move(id).error();
  return http::json(wire::to_json(wire::WatchRecord{*id, wanted->query, keep, wanted->collect, 0}),
                    201);
}

Result<http::Response> forget_waiting(WatchList& watches, http::Request& request) {
  const auto* text = request.query_value("until");
  const auto until = text ? from_rfc3339(*text) : std::nullopt;
  if (!until)
    return invalid_argument("until is missing: the `found` of the last match that was seen");
  if (auto forgotten = watches.forget_waiting(request.params.at("id"), *until); !forgotten)
    return std::move(forgotten).error();
  return no_content();
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
  api.add("GET", "/api/v1/watches/{id}/matches",
          [watches](http::Request& request) -> Result<http::Response> {
            if (!watches) return not_here("search");
            const auto waiting = watches->waiting(request.params.at("id"));
            if (!waiting) return waiting.error();
            return http::json(wire::to_json(*waiting));
          });
  api.add("DELETE", "/api/v1/watches/{id}/matches",
          [watches](http::Request& request) -> Result<http::Response> {
            return watches ? forget_waiting(*watches, request) : not_here("search");
          });
}

}  // namespace swapmeet
