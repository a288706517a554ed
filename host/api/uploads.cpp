#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {

void add_uploads(Api& api) {
  api.add_for_person("GET", "/api/v1/uploads",
                     [uploads = api.context().uploads](http::Request&) -> Result<http::Response> {
                       if (!uploads) return not_here("transfer");
                       auto running = uploads->list();
                       if (!running) return std::move(running).error();
                       return http::json(wire::to_json(*running));
                     });
}

}  // namespace swapmeet
