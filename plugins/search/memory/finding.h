// One search over the index as it stands: what matches, in which order, and the page that is asked
// for. The best of each segment are weighed, never all that match.
// Threads: one thread; documents and segments must not change meanwhile.
#pragma once

#include <cstddef>
#include <vector>

#include "search/memory/documents.h"
#include "search/memory/matcher.h"
#include "search/memory/segment.h"
#include "swapmeet/search.h"

namespace swapmeet::search_memory {

struct Segments {
  const RankedSegment& ranked;
  const FreshSegment* aging;  // or nullptr
  const FreshSegment& fresh;

  std::vector<const Segment*> all() const;
};

class Finder {
 public:
  Finder(const Documents& documents, const Segments& segments, const SearchRequest& request,
         std::size_t max_results);
  // `offset`: of the page's first hit.
  SearchPage page(const Query& query, std::size_t offset);

 private:
  struct Candidate {
    Entry entry;
    bool as_typed = true;  // found for the query, not for what it may have been meant to be
    bool in_name = false;
    Number sources = 0;
    std::uint64_t sorted = 0;  // what the request sorts by; the greatest comes first
  };
  void gather(const Query& query);
  void weigh();
  // When next to nothing was found: tries what may have been meant.
  void correct();
  void gather(const Matcher& matcher, const Segment& segment, Where where);
  void take(const Entry& entry, Where where);
  std::uint64_t sorted_by(const Entry& entry) const;
  bool comes_before(const Candidate& one, const Candidate& other) const;
  Facets facets() const;
  Hit hit_of(const Candidate& candidate) const;
  std::vector<std::string> other_names(const Entry& shown) const;

  const Documents& documents_;
  const Segments& segments_;
  const SearchRequest& request_;
  const std::size_t max_results_;
  const std::size_t most_;  // candidates of a segment
  std::vector<bool> visible_;
  std::vector<Candidate> all_;
  std::string searched_for_;  // as well
  IdTable places_;            // in all_, by content
  bool is_all_ = true;        // everything that matches is in all_
};

}  // namespace swapmeet::search_memory
