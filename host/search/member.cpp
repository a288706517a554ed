#include "host/search/member.h"

#include <algorithm>

namespace swapmeet {
namespace {
constexpr std::size_t kMostAtOnce = 1000;  // what an index gives in one answer
}

Result<SearchPage> Member::first_hits(const SearchRequest& request) {
  const auto wanted = request.page.limit;
  auto asked = request;
  asked.page = {std::min(wanted, kMostAtOnce), ""};
  auto found = search(asked);
  while (found && found->hits.size() < wanted && !found->next.empty()) {
    asked.page = {std::min(wanted - found->hits.size(), kMostAtOnce), found->next};
    auto more = search(asked);
    if (!more) return more;
    if (more->hits.empty()) break;
    std::move(more->hits.begin(), more->hits.end(), std::back_inserter(found->hits));
    found->next = std::move(more->next);
  }
  return found;
}

}  // namespace swapmeet
