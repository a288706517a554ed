#include "host/api/api.h"
#include "host/api/event_news.h"
#include "host/api/request.h"

namespace swapmeet {

namespace {

// `limit` of suggestions: 1 to 100, default 10.
Result<std::size_t> suggestions_of(const http::Request& request) {
  constexpr std::size_t kDefault = 10;
  constexpr std::size_t kMost = 100;
  if (!request.query_value("limit")) return kDefault;
  const auto page = page_of(request);
  if (!page) return page.error();
  if (page->limit > kMost)
    return Error{ErrorCode::invalid_argument, "limit must be a number from 1 to 100", {}};
  return page->limit;
}

}  // namespace

void add_search(Api& api) {
  api.add("GET", "/api/v1/search/suggest",
          [search = api.context().search,
           &context = api.context()](http::Request& request) -> Result<http::Response> {
            if (!search) return not_here("search");
            if (auto rate = check_rate(context, request, Limited::searches); !rate)
              return std::move(rate).error();
            const auto limit = suggestions_of(request);
            if (!limit) return limit.error();
            const auto* typed = request.query_value("q");
            if (!typed)
              return Error{
                  ErrorCode::invalid_argument, "q is missing: /api/v1/search/suggest?q=wor", {}};
            const SuggestRequest wanted{*typed, *limit, request.identity, request.deadline};
            auto found = search->suggest(wanted);
            if (!found) return std::move(found).error();
            return http::json(wire::to_json(wire::Suggestions{std::move(*found)}));
          });
  api.add("GET", "/api/v1/search",
          [search = api.context().search,
           &context = api.context()](http::Request& request) -> Result<http::Response> {
            if (!search) return not_here("search");
            if (auto rate = check_rate(context, request, Limited::searches); !rate)
              return std::move(rate).error();
            const auto began = context.clock.steady();
            auto page = page_of(request);
            if (!page) return std::move(page).error();
            const auto* words = request.query_value("q");
            if (!words)
              return Error{ErrorCode::invalid_argument, "q is missing: /api/v1/search?q=words", {}};
            SearchRequest wanted{.query = *words,
                                 .page = *page,
                                 .sort = SortOrder::relevance,
                                 .viewer = request.identity,
                                 .deadline = request.deadline};
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
            tell_search_asked(context, wanted, *found, began);
            return http::json(wire::to_json(*found));
          });
}

}  // namespace swapmeet
