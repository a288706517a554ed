// From listings to a page of hits: grouped by content, ranked and paged as the search contract
// wants it. For searches that look at listings one by one. Threads: one object, one thread.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "swapmeet/query.h"
#include "swapmeet/search.h"

namespace swapmeet {

class HitList {
 public:
  explicit HitList(Query query) : query_(std::move(query)) {}

  // A listing of a present peer, if the viewer may see it, whether it matches the query or not: one
  // that does not is still a source and a name of its content.
  void add(const Listing& listing, const PeerId& peer, std::string_view peer_name);
  // In the order that the request asks for; by relevance: words in the name before words in the
  // path, more sources, then name and content. At most `most` hits in all pages.
  // `invalid_argument`: the request's `after` is no place in them.
  Result<SearchPage> page(const SearchRequest& request, std::size_t most);

 private:
  struct Group {
    Hit hit;
    bool matches = false;
    bool in_name = false;
    Time modified{};
    std::set<PeerId> sources;
    std::set<std::string, std::less<>> names;
  };
  static bool comes_before(const Group& a, const Group& b, SortOrder sort);

  Query query_;
  std::map<ContentId, Group> groups_;
};

}  // namespace swapmeet
