// The order of hits, which every search keeps to, and the way from listings to a page of hits:
// grouped by content, ranked and paged as the search contract wants it. HitList is for searches
// that look at listings one by one. Threads: hit_order is a pure function; a HitList is for one
// thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "swapmeet/query.h"
#include "swapmeet/search.h"

namespace swapmeet {

// Where a hit stands by relevance; the smallest comes first. All words in the name come before some
// in the folder only: who types "matrix" wants the film, not everything in a folder of that name.
// Then more sources: what many have is likelier meant, and quicker to fetch. Then the shorter name,
// in bytes: what is left over of it was not asked for; 255 bytes and more count alike. Between
// equals a search keeps an order of its own that does not change from page to page; HitList takes
// the byte order of the content ids.
constexpr std::uint64_t hit_order(bool words_in_name, std::uint32_t sources,
                                  std::size_t name_size) {
  constexpr std::uint32_t kMostSources = std::numeric_limits<std::uint32_t>::max();
  constexpr std::size_t kLongestName = 255;
  return (words_in_name ? 0 : std::uint64_t{1} << 48) |
         std::uint64_t{kMostSources - sources} << 16 | std::min(name_size, kLongestName);
}

// Hit::score of a hit that stands there: from 1 down to 0, another one for each place.
double score_of(std::uint64_t hit_order);

class HitList {
 public:
  explicit HitList(Query query) : query_(std::move(query)) {}

  // A listing of a present peer, if the viewer may see it, whether it matches the query or not: one
  // that does not is still a source and a name of its content.
  void add(const Listing& listing, const PeerId& peer, std::string_view peer_name);
  // In the order that the request asks for, and by hit_order between equals. At most `most` hits in
  // all pages. `invalid_argument`: the request's `after` is no place in them.
  Result<SearchPage> page(const SearchRequest& request, std::size_t most);

 private:
  struct Group {
    Hit hit;
    bool matches = false;
    bool in_name = false;
    Time modified{};
    std::set<PeerId> sources;
    std::set<std::string, std::less<>> names;
    std::uint64_t order() const;
  };
  static bool shows_better(bool in_name, const Listing& listing, const Group& group);
  static bool comes_before(const Group& a, const Group& b, SortOrder sort);

  Query query_;
  std::map<ContentId, Group> groups_;
};

}  // namespace swapmeet
