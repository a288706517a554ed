// The search contract: a query in, a ranked page of hits out. `search.fts` keeps an index of its
// own that follows the registry, `search.remote` asks an index server.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/deadline.h"
#include "swapmeet/feed.h"
#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/media_type.h"
#include "swapmeet/page.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

enum class SortOrder { relevance, sources, size, newest };
std::string_view name_of(SortOrder order);  // "relevance", …
std::optional<SortOrder> sort_order_from(std::string_view name);

struct SearchRequest {
  std::string query;  // what the person typed; the language is query.h's
  PageRequest page;
  SortOrder sort = SortOrder::relevance;
  Identity viewer;
  Deadline deadline = {};
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
  // How well it answers the query, from 0 to 1: what the hits of several searches are merged by.
  // score_of(hit_order(…)) for the order that hits.h defines (swapmeet/hits.h).
  double score = 0;
  Time modified{};  // of the listing whose name is shown; by newest: the newest that matches
  std::map<std::string, std::string> attributes = {};  // of the listing whose name is shown
  PeerId peer = {};  // where `sources` is 1: the one; zero: not told

  bool operator==(const Hit&) const = default;
};

// How many hits there are of each type, and of each class of size: below 1 MB, 10 MB, 100 MB and
// 1 GB (powers of 1,000), and the rest.
struct Facets {
  static constexpr std::array<std::uint64_t, 4> kSizes = {1'000'000, 10'000'000, 100'000'000,
                                                          1'000'000'000};
  std::array<std::uint64_t, kMediaTypes> types{};
  std::array<std::uint64_t, kSizes.size() + 1> sizes{};

  static std::size_t size_class(std::uint64_t bytes);
  bool operator==(const Facets&) const = default;
};

struct SearchPage {
  std::string query;
  // What was searched for as well, because next to nothing was found for `query` as it was typed:
  // the hits for `query` come first. Empty: nothing else.
  std::string searched_for;
  // Hits in all pages. When `has_more`, more than these match: a search may stop when it has as
  // many of the best as can be paged through.
  std::uint64_t total = 0;
  bool has_more = false;
  std::vector<Hit> hits;
  std::string next;  // empty: this was the last page
  // With the first page, of a search that counts: of the hits in `total`, so a least when
  // `has_more`.
  std::optional<Facets> facets;
  // Which searches of several gave nothing, as a sentence each: "search.mine did not answer in
  // time". Only the host fills it in. With it, `total` and the facets are a least.
  std::vector<std::string> left_out = {};
};

struct SuggestRequest {
  std::string typed;  // a query whose last word is perhaps not typed to its end
  std::size_t limit = 10;
  Identity viewer;
  Deadline deadline = {};
};

// [any thread, many at a time; between start and stop; may block for a disk or a network]
class Search {
 public:
  static constexpr const char* kInterface = "swapmeet.search/3";
  virtual ~Search() = default;

  // Hits grouped by content id, best first, in a stable order. Only contents that a present peer
  // has and `viewer` may see. `invalid_argument` with a position: the query is wrong there.
  // `timed_out`, `cancelled`: the request's deadline.
  virtual Result<SearchPage> search(const SearchRequest& request) = 0;
  // What the query that is being typed may become: whole queries, the likeliest first, which differ
  // from `typed` in the last word and find something that `viewer` may see. Nothing (also for a
  // query that is wrong, or not one yet) when there is none. For every key that is pressed, so it
  // should take milliseconds; a search that has no way to tell leaves it at that.
  virtual Result<std::vector<std::string>> suggest(const SuggestRequest& request) {
    static_cast<void>(request);
    return std::vector<std::string>{};
  }
  // The side that follows the registry; nullptr when it has no index of its own.
  // [the host's main thread, once after start]
  virtual ChangeFollower* follower() = 0;
};

}  // namespace swapmeet
