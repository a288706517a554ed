#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {

void add_uploads(Api& api) {
  api.add("GET", "/api/v1/uploads",
          [uploads = api.context().uploads](http::Request& request) -> Result<http::Response> {
            if (!uploads) return not_here("transfer");
            if (auto allowed = check_person(request); !allowed) return std::move(allowed).error();
            auto running = uploads->list();
            if (!running) return std::move(running).error();
            return http::json(wire::to_json(*running));
          });
  api.add("GET", "/api/v1/uploads/history",
          [uploads = api.context().uploads](http::Request& request) -> Result<http::Response> {
            if (!uploads) return not_here("transfer");
            if (auto allowed = check_person(request); !allowed) return std::move(allowed).error();
            const auto page = page_of(request);
            if (!page) return page.error();
            auto over = uploads->history(*page);
            if (!over) return std::move(over).error();
            return http::json(wire::to_json(*over));
          });
}

}  // namespace swapmeet
