// The search contract: a query in, a ranked page of hits out. `search.fts` keeps an index of its
// own that follows the registry, `search.remote` asks an index server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/feed.h"
#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/media_type.h"
#include "swapmeet/page.h"
#include "swapmeet/result.h"

namespace swapmeet {

enum class SortOrder { relevance, sources, size, newest };
std::string_view name_of(SortOrder order);  // "relevance", …
std::optional<SortOrder> sort_order_from(std::string_view name);

struct SearchRequest {
  std::string query;  // what the person typed; the language is query.h's
  PageRequest page;
  SortOrder sort = SortOrder::relevance;
  Identity viewer;
};

// One content, whatever names it goes by.
struct Hit {
  ContentId content;
  std::string name;  // the one that matches best
  std::string path;  // of the same listing
  std::uint64_t size = 0;
  MediaType type = MediaType::other;
  std::uint32_t sources = 0;       // peers that are present and have it
  std::vector<std::string> names;  // other names it goes by, at most 10

  bool operator==(const Hit&) const = default;
};

struct SearchPage {
  std::string query;
  std::uint64_t total = 0;  // hits in all pages
  std::vector<Hit> hits;
  std::string next;  // empty: this was the last page
};

// Thread-safe; may block for a disk or a network.
class Search {
 public:
  static constexpr const char* kInterface = "swapmeet.search/1";
  virtual ~Search() = default;

  // Hits grouped by content id, best first, in a stable order. Only contents that a present peer
  // has and `viewer` may see. `invalid_argument` with a position: the query is wrong there.
  virtual Result<SearchPage> search(const SearchRequest& request) = 0;
  // The side that follows the registry; nullptr when it has no index of its own.
  virtual ChangeFollower* follower() noexcept = 0;
};

}  // namespace swapmeet
