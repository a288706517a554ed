#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {

void add_contents(Api& api) {
  api.add("GET", "/api/v1/contents/{content}",
          [registry = api.context().registry](http::Request& request) -> Result<http::Response> {
            if (!registry) return not_here("registry");
            auto id = id_of<ContentId>(request, "content");
            if (!id) return std::move(id).error();
            auto content = registry->content(*id, request.identity);
            if (!content) return std::move(content).error();
            return http::json(wire::to_json(*content));
          });
}

}  // namespace swapmeet
