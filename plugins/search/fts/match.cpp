#include "search/fts/match.h"

namespace swapmeet::search_fts {

std::string index_text(std::string_view text) {
  std::string joined;
  for (const auto& run : searchable_words(text)) {
    if (!joined.empty()) joined += kGap;
    for (const auto& word : run) (joined += word) += ' ';
  }
  return joined;
}

// Words hold letters, digits and marks only, so nothing in them means anything to FTS5.
std::string match_of(const QueryTerm& term) {
  std::string text = "\"";
  for (const auto& word : term.words) text += (text.size() > 1 ? " " : "") + word;
  return text + (term.prefix ? "\" *" : "\"");
}

std::string match_of(const Query& query) {
  std::string match;
  for (const auto& term : query.terms)
    if (!term.negated) match += (match.empty() ? "" : " AND ") + match_of(term);
  return match;
}

}  // namespace swapmeet::search_fts
