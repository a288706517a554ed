#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {
namespace {

bool is_configured(Shares& shares, const std::string& name) {
  const auto all = shares.list();
  return all && std::any_of(all->begin(), all->end(), [&](const ShareStatus& one) {
           return one.configured && one.share.name == name;
         });
}

// A share of the configuration file is changed there.
Result<void> change_in_file(const ApiContext& context, const std::string& name,
                            const std::vector<wire::SettingChange>& changes) {
  if (!context.change_settings)
    return conflict("the share '" + name + "' comes from the configuration file: change it there");
  return context.change_settings(changes);
}

Result<void> remove_from_file(const ApiContext& context, Shares& shares, const std::string& name) {
  const auto key = "share." + name;
  auto removed = change_in_file(
      context, name,
      {{key, std::nullopt}, {key + ".audience", std::nullopt}, {key + ".visible", std::nullopt}});
  if (removed && is_configured(shares, name))
    return conflict("the share '" + name +
                    "' does not come from the file but from the environment or from --set");
  return removed;
}

Result<ShareStatus> change_audience_in_file(const ApiContext& context, Shares& shares,
                                            const std::string& name, const Audience& audience) {
  const auto key = "share." + name;
  const auto visible = audience.visible ? std::optional<std::string>("yes") : std::nullopt;
  auto changed = change_in_file(
      context, name, {{key + ".audience", text_of(audience)}, {key + ".visible", visible}});
  if (!changed) return changed.error();
  auto all = shares.list();
  if (!all) return all.error();
  for (auto& one : *all)
    if (one.share.name == name) return std::move(one);
  return not_found("there is no share '" + name + "'");
}

}  // namespace

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
      [&api](Shares& shares, http::Request& request) -> Result<http::Response> {
        const auto audience = body_of<Audience>(request);
        if (!audience) return audience.error();
        const auto& name = request.params.at("name");
        auto changed = is_configured(shares, name)
                           ? change_audience_in_file(api.context(), shares, name, *audience)
                           : shares.set_audience(name, *audience);
        if (!changed) return std::move(changed).error();
        return http::json(wire::to_json(*changed));
      });
  add("POST", "/api/v1/shares/rescan",
      [done](Shares& shares, http::Request&) { return done(shares.rescan("")); });
  add("POST", "/api/v1/shares/{name}/rescan", [done](Shares& shares, http::Request& request) {
    return done(shares.rescan(request.params.at("name")));
  });
  add("DELETE", "/api/v1/shares/{name}", [&api, done](Shares& shares, http::Request& request) {
    const auto& name = request.params.at("name");
    return done(is_configured(shares, name) ? remove_from_file(api.context(), shares, name)
                                            : shares.remove(name));
  });
}

}  // namespace swapmeet
