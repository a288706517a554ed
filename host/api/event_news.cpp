#include "host/api/event_news.h"

#include <chrono>

namespace swapmeet {

void tell_account_changed(const ApiContext& context, const std::string& account, const char* what) {
  if (context.events)
    context.events->publish(
        {"account.changed", {{"account", account}, {"what", std::string(what)}}});
}

void tell_search_asked(const ApiContext& context, const SearchRequest& request,
                       const SearchPage& found, Instant began) {
  if (!context.events) return;
  const auto took = context.clock.steady() - began;
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  context.events->publish({"search.asked",
                           {{"query", request.query},
                            {"account", request.viewer.account},
                            {"hits", found.total},
                            {"milliseconds", static_cast<std::uint64_t>(milliseconds)}}});
}

}  // namespace swapmeet
