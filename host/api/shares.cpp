#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {

void add_shares(Api& api) {
  const auto add = [&api](const char* method, const char* pattern, auto call) {
    api.add(
        method, pattern,
        [shares = api.context().shares, call](http::Request& request) -> Result<http::Response> {
          if (!shares) return not_here("transfer");
          if (auto allowed = check_person(request); !allowed) return std::move(allowed).error();
          return call(*shares, request);
        });
  };
  const auto done = [](Result<void> result) -> Result<http::Response> {
    if (!result) return std::move(result).error();
    return no_content();
  };
  add("GET", "/api/v1/shares", [](Shares& shares, http::Request&) -> Result<http::Response> {
    auto all = shares.list();
    if (!all) return std::move(all).error();
    return http::json(wire::to_json(*all));
  });
  add("POST", "/api/v1/shares",
      [](Shares& shares, http::Request& request) -> Result<http::Response> {
        auto spec = body_of<ShareSpec>(request);
        if (!spec) return std::move(spec).error();
        auto added = shares.add(*spec);
        if (!added) return std::move(added).error();
        return http::json(wire::to_json(*added), 201);
      });
  add("PATCH", "/api/v1/shares/{name}",
      [](Shares& shares, http::Request& request) -> Result<http::Response> {
        const auto audience = body_of<Audience>(request);
        if (!audience) return audience.error();
        auto changed = shares.set_audience(request.params.at("name"), *audience);
        if (!changed) return std::move(changed).error();
        return http::json(wire::to_json(*changed));
      });
  add("POST", "/api/v1/shares/rescan",
      [done](Shares& shares, http::Request&) { return done(shares.rescan("")); });
  add("POST", "/api/v1/shares/{name}/rescan", [done](Shares& shares, http::Request& request) {
    return done(shares.rescan(request.params.at("name")));
  });
  add("DELETE", "/api/v1/shares/{name}", [done](Shares& shares, http::Request& request) {
    return done(shares.remove(request.params.at("name")));
  });
}

}  // namespace swapmeet
