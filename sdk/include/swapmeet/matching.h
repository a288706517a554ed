// What a query means, in the plainest way: does it match this one listing? The definition that
// every search is held to (the search contract compares with it), and all that a search over a
// handful of listings needs.
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/listing.h"
#include "swapmeet/query.h"

namespace swapmeet {

// Each term occurs among the searchable words of the listing's name or folder (a phrase in a row),
// each filter holds, and nothing negated does. `path:` is any part of the path, `peer:` the whole
// name or id of the peer, `ext:` the ending; all folded. Of an attribute, holds() below; a listing
// that does not have it matches only a filter that is negated.
bool matches(const Query& query, const Listing& listing, const PeerId& peer,
             std::string_view peer_name);

// The same of one listing, taken apart once to be compared with many queries. Refers to the
// listing.
class QueriedListing {
 public:
  explicit QueriedListing(const Listing& listing);
  // The searchable words of name and folder; those in one row stand in a row there.
  const std::vector<std::vector<std::string>>& words() const { return words_; }
  bool matches(const Query& query, const PeerId& peer, std::string_view peer_name) const;

 private:
  bool holds(const QueryFilter& filter, const PeerId& peer, std::string_view peer_name) const;

  const Listing& listing_;
  std::vector<std::vector<std::string>> words_;
  MediaType type_;
  std::string extension_;  // folded, like the path
  std::string path_;
};

// The words of the term stand in a row in one of the runs of words; the last of them may be the
// beginning of a word when the term is a prefix. Whether the term is negated does not matter.
bool stands_in_a_row(const QueryTerm& term, const std::vector<std::vector<std::string>>& runs);

// Whether the value is what a filter of its attribute asks for: the words stand in a row in it, or
// it is a number and compares so. Whether the filter is negated does not matter.
bool holds(const QueryFilter& filter, std::string_view value);

// All terms that are not negated occur in the name, the last part of the path: such hits come
// first. False when there are none.
bool matches_name(const Query& query, std::string_view path);

}  // namespace swapmeet
