#include "swapmeet/hits.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <vector>

#include "swapmeet/matching.h"

namespace swapmeet {

std::size_t Facets::size_class(std::uint64_t bytes) {
  return static_cast<std::size_t>(std::upper_bound(kSizes.begin(), kSizes.end(), bytes) -
                                  kSizes.begin());
}

namespace {

constexpr std::size_t kMostNames = 10;

Result<std::size_t> offset_of(const std::string& after) {
  std::size_t offset = 0;
  const auto* end = after.data() + after.size();
  if (after.empty()) return offset;
  const auto [stop, error] = std::from_chars(after.data(), end, offset);
  if (error == std::errc{} && stop == end) return offset;
  return invalid_argument(
      "'after' is no place in these results; use the 'next' of the page before");
}

}  // namespace

// Places are below 2^49, so that the division is exact in the 53 bits of a double.
double score_of(std::uint64_t hit_order) {
  constexpr auto kPlaces = static_cast<double>(std::uint64_t{1} << 49);
  return 1.0 - static_cast<double>(hit_order) / kPlaces;
}

void HitList::add(const Listing& listing, const PeerId& peer, std::string_view peer_name) {
  auto& group = groups_[listing.content];
  group.sources.insert(peer);
  const std::string name(name_of_path(listing.path));
  group.names.insert(name);
  if (!matches(query_, listing, peer, peer_name)) return;
  group.modified = std::max(group.modified, listing.modified);
  const bool in_name = matches_name(query_, listing.path);
  if (group.matches && !shows_better(in_name, listing, group)) return;
  group.matches = true;
  group.in_name = in_name;
  group.hit = {.content = listing.content,
               .name = name,
               .path = listing.path,
               .size = listing.size,
               .type = media_type_of(name),
               .sources = 0,
               .names = {},
               .attributes = listing.attributes};
}

// The listing that a hit shows is the one whose name fits best, then the first in byte order, and
// of several peers' the one with the most attributes.
bool HitList::shows_better(bool in_name, const Listing& listing, const Group& group) {
  const auto rank = [](bool named, std::string_view path, const auto& attributes) {
    const auto name = name_of_path(path);
    return std::tuple(!named, name.size(), name, path,
                      std::numeric_limits<std::size_t>::max() - attributes.size());
  };
  return rank(in_name, listing.path, listing.attributes) <
         rank(group.in_name, group.hit.path, group.hit.attributes);
}

std::uint64_t HitList::Group::order() const {
  return hit_order(in_name, static_cast<std::uint32_t>(sources.size()), hit.name.size());
}

bool HitList::comes_before(const Group& a, const Group& b, SortOrder sort) {
  if (sort == SortOrder::newest && a.modified != b.modified) return a.modified > b.modified;
  if (sort == SortOrder::size && a.hit.size != b.hit.size) return a.hit.size > b.hit.size;
  if (sort == SortOrder::sources && a.sources.size() != b.sources.size())
    return a.sources.size() > b.sources.size();
  return std::pair(a.order(), a.hit.content) < std::pair(b.order(), b.hit.content);
}

Result<SearchPage> HitList::page(const SearchRequest& request, std::size_t most) {
  const auto offset = offset_of(request.page.after);
  if (!offset) return offset.error();
  std::vector<const Group*> all;
  for (const auto& [content, group] : groups_)
    if (group.matches) all.push_back(&group);
  std::sort(all.begin(), all.end(),
            [&](const Group* a, const Group* b) { return comes_before(*a, *b, request.sort); });
  SearchPage page;
  page.query = request.query;
  page.has_more = all.size() > most;
  all.resize(std::min(all.size(), most));
  page.total = all.size();
  const auto first = std::min(*offset, all.size());
  const auto last =
      first + std::min(std::max<std::size_t>(request.page.limit, 1), all.size() - first);
  for (auto i = first; i < last; ++i) {
    auto hit = all[i]->hit;
    hit.sources = static_cast<std::uint32_t>(all[i]->sources.size());
    hit.score = score_of(all[i]->order());
    hit.modified = all[i]->modified;
    if (all[i]->sources.size() == 1) hit.peer = *all[i]->sources.begin();
    for (const auto& name : all[i]->names)
      if (name != hit.name && hit.names.size() < kMostNames) hit.names.push_back(name);
    page.hits.push_back(std::move(hit));
  }
  if (last < all.size()) page.next = std::to_string(last);
  return page;
}

}  // namespace swapmeet
