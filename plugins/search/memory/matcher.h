// One query against the documents: which ones match, found segment by segment through the rarest
// word, and whether the words are in the name alone.
// Threads: one thread; documents and segments must not change meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/memory/cursor.h"
#include "search/memory/documents.h"
#include "swapmeet/query.h"

namespace search_memory {

enum class Where { name, anywhere };

class Matcher {
 public:
  // `visible`: by audience, may the viewer see its documents?
  Matcher(const Documents& documents, const Query& query, const std::vector<bool>& visible);

  // Calls `found` with the documents of the segment that match and have a present source, in the
  // segment's order, until it says false; of a content's documents in a ranked one only with the
  // first. Gives up after a great many that did not match in the end, so that no query holds the
  // index up.
  void run(const Segment& segment, Where where,
           const std::function<bool(const Entry& entry)>& found) const;
  // Are there words to be found? Otherwise only filters say what matches.
  bool has_words() const { return !terms_.empty(); }

 private:
  using Runs = std::vector<std::vector<std::string>>;
  struct Filter {
    QueryFilter filter;
    std::string folded;
  };
  bool passes(const Document& document, Number number) const;
  bool passes(const Filter& filter, const Document& document) const;
  bool has_in_order(const QueryTerm& term, const Runs& runs) const;
  bool text_matches(const Document& document, Where where) const;

  const Documents& documents_;
  const std::vector<bool>& visible_;
  std::vector<QueryTerm> terms_;
  std::vector<QueryTerm> without_;  // that only the text can tell
  std::vector<std::string> without_words_;
  std::vector<Filter> filters_;
  std::vector<bool> peers_;  // who may be the source; empty: anybody
};

}  // namespace search_memory
