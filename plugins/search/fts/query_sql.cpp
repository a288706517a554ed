#include "search/fts/query_sql.h"

#include <algorithm>
#include <limits>

#include "swapmeet/matching.h"

namespace search_fts {
namespace {

using swapmeet::fold;
using swapmeet::QueryFilter;

std::string term_text(const swapmeet::QueryTerm& term) {
  std::string text = "\"";
  for (const auto& word : term.words) text += (text.size() > 1 ? " " : "") + word;
  return text + (term.prefix ? "\" *" : "\"");
}

std::int64_t bounded(std::uint64_t bytes) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(bytes, kMost));
}

// Another peer may list the same doc: "not by bob" is about listings, not about docs.
std::string peer_sql(const QueryFilter& filter, Condition& condition) {
  condition.values.emplace_back(fold(filter.text));
  condition.values.emplace_back(fold(filter.text));
  return std::string(
             "EXISTS(SELECT 1 FROM listings l JOIN peers p ON p.key=l.peer"
             " WHERE l.doc=d.key AND p.present AND ") +
         (filter.negated ? "NOT " : "") + "(p.folded=? OR lower(hex(p.id))=?))";
}

std::string filter_sql(const QueryFilter& filter, Condition& condition) {
  auto& values = condition.values;
  switch (filter.field) {
    case QueryFilter::Field::type:
      values.emplace_back(static_cast<std::int64_t>(filter.type));
      return "d.type=?";
    case QueryFilter::Field::extension: values.emplace_back(fold(filter.text)); return "d.ext=?";
    case QueryFilter::Field::path:
      values.emplace_back(fold(filter.text));
      return "instr(d.folded, ?)>0";
    case QueryFilter::Field::min_size:
      values.emplace_back(bounded(filter.bytes));
      return "d.size>=?";
    case QueryFilter::Field::max_size:
      values.emplace_back(bounded(filter.bytes));
      return "d.size<=?";
    case QueryFilter::Field::peer: break;
  }
  return {};
}

}  // namespace

std::string index_words(std::string_view text) {
  std::string joined;
  for (const auto& word : swapmeet::split_words(text)) joined += word + ' ';
  return joined;
}

std::string match_of(const swapmeet::Query& query) {
  std::string match;
  for (const auto& term : query.terms)
    if (!term.negated) match += (match.empty() ? "" : " AND ") + term_text(term);
  return match;
}

Condition condition_of(const swapmeet::Query& query) {
  Condition condition;
  const auto add_match = [&](const char* sql, std::string match) {
    condition.sql += sql;
    condition.values.emplace_back(std::move(match));
  };
  if (auto match = match_of(query); !match.empty())
    add_match(" AND d.key IN (SELECT rowid FROM words WHERE words MATCH ?)", std::move(match));
  for (const auto& term : query.terms)
    if (term.negated)
      add_match(" AND d.key NOT IN (SELECT rowid FROM words WHERE words MATCH ?)", term_text(term));
  for (const auto& filter : query.filters)
    if (filter.field == QueryFilter::Field::peer)
      condition.sql += " AND " + peer_sql(filter, condition);
    else
      condition.sql +=
          (filter.negated ? " AND NOT (" : " AND (") + filter_sql(filter, condition) + ')';
  return condition;
}

}  // namespace search_fts
