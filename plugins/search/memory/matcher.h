// One query against the documents: which ones match, found segment by segment and window by window.
// A segment says where the words are (segment.h); filters, presence and audience are asked of the
// documents. A search and its suggestions are made of this.
// Threads: one thread; documents and segments must not change meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/memory/documents.h"
#include "search/memory/segment.h"
#include "swapmeet/query.h"

namespace swapmeet::search_memory {

enum class Where { name, anywhere };
// Of the documents of a content that stand in a row, those that match, or the first of them.
enum class Only { matching, first_of_content };

class Matcher {
 public:
  // `visible`: by audience, may the viewer see its documents?
  Matcher(const Documents& documents, const Query& query, const std::vector<bool>& visible);

  using Found = std::function<bool(const Entry& entry)>;
  // Calls `found` with the documents of the segment that match and have a present source, in the
  // segment's order, until it says false. False then, and when it gave up after a great many that
  // did not match in the end, so that no query holds the index up: there may be more.
  bool run(const Segment& segment, Where where, Only only, const Found& found) const;
  // Are there words to be found? Otherwise only filters say what matches.
  bool has_words() const { return !terms_.empty(); }

 private:
  struct Filter {
    QueryFilter filter;
    std::string folded;
    Number attribute = kNone;  // its key
  };
  struct Wanted {
    std::vector<Occurrences> all;
    std::vector<Occurrences> none;
  };
  std::optional<Wanted> wanted(const Segment& segment, bool name_only) const;
  void will_read(const Entry& entry) const;
  bool is_hidden(const Entry& entry) const;
  bool is_match(const Entry& entry) const;
  void take_of_attribute(const QueryFilter& filter);
  bool passes(const Filter& filter, const Entry& entry) const;
  bool is_at_least(const Entry& entry, std::uint64_t bytes) const;
  bool text_matches(const Entry& entry, Where where) const;

  const Documents& documents_;
  const std::vector<bool>& visible_;
  std::vector<QueryTerm> terms_;
  std::vector<QueryTerm> without_;        // of one word
  std::vector<QueryTerm> without_texts_;  // that only the text can tell
  std::vector<std::string> endings_;      // words that a name must have for its extension
  std::vector<QueryTerm> of_attributes_;  // attribute_words() that a document must have
  bool reads_attributes_ = false;
  std::vector<Filter> filters_;
  bool is_by_peer_ = false;
  std::vector<bool> listed_;  // if so, by document: is one of the peers a source of it?
  bool reads_texts_ = false;
};

}  // namespace swapmeet::search_memory
