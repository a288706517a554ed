#include "host/api/plugins.h"

#include "host/api/request.h"

namespace swapmeet {

void add_plugins(Api& api, PluginActions calls) {
  api.add("POST", "/api/v1/plugins/reload",
          [reload = std::move(calls.reload)](http::Request& request) -> Result<http::Response> {
            if (auto person = check_person(request); !person) return std::move(person).error();
            const auto* kind = request.query_value("kind");
            if (!kind)
              return invalid_argument("kind is missing: /api/v1/plugins/reload?kind=search");
            auto reloaded = reload(*kind);
            if (!reloaded) return std::move(reloaded).error();
            return http::json(wire::to_json(*reloaded));
          });
  api.add("GET", "/api/v1/plugins/shadow",
          [shadow = std::move(calls.shadow)](http::Request& request) -> Result<http::Response> {
            // What others have searched for is not for everybody.
            if (auto person = check_person(request); !person) return std::move(person).error();
            auto report = shadow();
            if (!report) return std::move(report).error();
            return http::json(wire::to_json(*report));
          });
}

}  // namespace swapmeet
