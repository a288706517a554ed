#include "host/api/settings.h"

#include "host/api/request.h"

namespace swapmeet {

void add_settings(Api& api, SettingsActions actions) {
  const auto for_owner = [&api](const char* method, const char* pattern, auto call) {
    api.add(method, pattern, [call](http::Request& request) -> Result<http::Response> {
      if (auto person = check_person(request); !person) return std::move(person).error();
      auto answer = call(request);
      if (!answer) return std::move(answer).error();
      return http::json(wire::to_json(*answer));
    });
  };
  for_owner("GET", "/api/v1/settings",
            [list = std::move(actions.list)](http::Request&) { return list(); });
  for_owner(
      "PATCH", "/api/v1/settings",
      [change = std::move(actions.change)](http::Request& request) -> Result<wire::ReloadReport> {
        const auto changes = body_of<std::vector<wire::SettingChange>>(request);
        if (!changes) return changes.error();
        return change(*changes);
      });
  for_owner("POST", "/api/v1/settings/reload",
            [reload = std::move(actions.reload)](http::Request&) { return reload(); });
}

}  // namespace swapmeet
