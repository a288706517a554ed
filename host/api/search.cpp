#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {

void add_search(Api& api) {
  api.add("GET", "/api/v1/search",
          [search = api.context().search](http::Request& request) -> Result<http::Response> {
            if (!search) return not_here("search");
            auto page = page_of(request);
            if (!page) return std::move(page).error();
            const auto* words = request.query_value("q");
            if (!words)
              return Error{ErrorCode::invalid_argument, "q is missing: /api/v1/search?q=words", {}};
            SearchRequest wanted{.query = *words,
                                 .page = *page,
                                 .sort = SortOrder::relevance,
                                 .viewer = request.identity};
            if (const auto* sort = request.query_value("sort")) {
              const auto order = sort_order_from(*sort);
              if (!order)
                return Error{ErrorCode::invalid_argument,
                             "sort must be relevance, sources, size or newest",
                             {}};
              wanted.sort = *order;
            }
            auto found = search->search(wanted);
            if (!found) return std::move(found).error();
            return http::json(wire::to_json(*found));
          });
}

}  // namespace swapmeet
