#include "host/api/api.h"
#include "openapi_json.h"

namespace swapmeet {

void add_openapi(Api& api) {
  api.add("GET", "/api/v1/openapi.json", [](http::Request&) -> Result<http::Response> {
    return http::json(std::string(kOpenApi));
  });
}

}  // namespace swapmeet
