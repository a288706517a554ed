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

// From well within a keystroke to the deadline, seconds.
const std::vector<double> kHowLong{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                   0.05,   0.1,     0.25,   0.5,   1,      2.5,   5};

}  // namespace

void add_search(Api& api) {
  auto& metrics = api.context().metrics;
  api.add("GET", "/api/v1/search/suggest",
          [search = api.context().search, &context = api.context(),
           took = metrics.histogram("suggest_duration_seconds", "How long suggestions took.",
                                    kHowLong)](http::Request& request) -> Result<http::Response> {
            if (!search) return not_here("search");
            if (auto rate = check_rate(context, request, Limited::searches); !rate)
              return std::move(rate).error();
            const auto began = context.clock.steady();
            const auto limit = suggestions_of(request);
            if (!limit) return limit.error();
            const auto* typed = request.query_value("q");
            if (!typed)
              return Error{
                  ErrorCode::invalid_argument, "q is missing: /api/v1/search/suggest?q=wor", {}};
            const SuggestRequest wanted{*typed, *limit, request.identity, request.deadline};
            auto found = search->suggest(wanted);
            if (!found) return std::move(found).error();
            took->observe(context.clock.steady() - began);
            return http::json(wire::to_json(wire::Suggestions{std::move(*found)}));
          });
  api.add("GET", "/api/v1/search",
          [search = api.context().search, &context = api.context(),
           took = metrics.histogram("search_duration_seconds", "How long searches took.",
                                    kHowLong)](http::Request& request) -> Result<http::Response> {
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
            took->observe(context.clock.steady() - began);
            tell_search_asked(context, wanted, *found, began);
            return http::json(wire::to_json(*found));
          });
}

}  // namespace swapmeet
