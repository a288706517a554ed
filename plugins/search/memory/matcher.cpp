#include "search/memory/matcher.h"

#include <algorithm>

namespace search_memory {
namespace {

constexpr std::size_t kMostTried = 2'000'000;  // documents that have the words
constexpr std::size_t kMostRead = 100'000;     // documents whose text is looked at

}  // namespace

Matcher::Matcher(const Documents& documents, const Query& query, const std::vector<bool>& visible)
    : documents_(documents), visible_(visible) {
  for (const auto& term : query.terms) {
    if (!term.negated)
      terms_.push_back(term);
    else if (term.words.size() == 1 && !term.prefix)
      without_words_.push_back(term.words[0]);
    else
      without_.push_back(term);
  }
  for (const auto& filter : query.filters) {
    auto folded = fold(filter.text);
    if (filter.field != QueryFilter::Field::peer) {
      filters_.push_back({filter, std::move(folded)});
      continue;
    }
    // All that is said of peers must hold for one and the same of a document's sources.
    const auto named = documents.peers_named(folded);
    if (peers_.empty()) peers_.assign(named.size(), true);
    for (std::size_t peer = 0; peer < named.size(); ++peer)
      peers_[peer] = peers_[peer] && named[peer] != filter.negated;
  }
}

void Matcher::run(const Segment& segment, Where where,
                  const std::function<bool(const Entry& entry)>& found) const {
  const bool name_only = where == Where::name;
  std::vector<Cursor> cursors;
  bool read_text = !without_.empty();
  for (const auto& term : terms_) {
    read_text = read_text || term.words.size() > 1;
    for (std::size_t i = 0; i < term.words.size(); ++i) {
      const bool prefix = term.prefix && i + 1 == term.words.size();
      cursors.push_back(prefix ? Cursor::of_prefix(segment, term.words[i], name_only)
                               : Cursor::of_word(segment, term.words[i], name_only));
      if (cursors.back().size() == 0) return;
    }
  }
  if (cursors.empty()) cursors.push_back(Cursor::of_all(segment));
  std::sort(cursors.begin(), cursors.end(),
            [](const Cursor& a, const Cursor& b) { return a.size() < b.size(); });
  std::vector<Cursor> without;
  for (const auto& word : without_words_) without.push_back(Cursor::of_word(segment, word, false));

  std::size_t tried = 0;
  std::size_t read = 0;
  Number last = kNone;  // content
  for (Rank rank = cursors[0].seek(0); rank != Cursor::kEnd; rank = cursors[0].seek(rank)) {
    Rank next = rank;
    for (std::size_t i = 1; i < cursors.size() && next == rank; ++i) next = cursors[i].seek(rank);
    if (next == Cursor::kEnd || ++tried > kMostTried) return;
    if (next != rank) {
      rank = next;
      continue;
    }
    const auto& entry = segment.entries()[rank++];
    if (entry.content == last || !documents_.is_present(entry.document)) continue;
    const auto& document = documents_.document(entry.document);
    const auto is_here = [&](Cursor& cursor) { return cursor.seek(rank - 1) == rank - 1; };
    if (!visible_[document.audience] || !passes(document, entry.document) ||
        std::any_of(without.begin(), without.end(), is_here))
      continue;
    if (read_text && ++read > kMostRead) return;
    if (read_text && !text_matches(document, where)) continue;
    if (!found(entry)) return;
    if (segment.is_ranked()) last = entry.content;
  }
}

bool Matcher::passes(const Document& document, Number number) const {
  return std::all_of(filters_.begin(), filters_.end(),
                     [&](const Filter& filter) {
                       return passes(filter, document) != filter.filter.negated;
                     }) &&
         (peers_.empty() || documents_.listed_by(number, peers_));
}

bool Matcher::passes(const Filter& filter, const Document& document) const {
  switch (filter.filter.field) {
    case QueryFilter::Field::type: return document.type == filter.filter.type;
    case QueryFilter::Field::extension:
      return fold(extension_of(documents_.name(document))) == filter.folded;
    case QueryFilter::Field::path:
      return fold(documents_.path(document)).find(filter.folded) != std::string::npos;
    case QueryFilter::Field::min_size:
      return documents_.content(document.content).size >= filter.filter.bytes;
    case QueryFilter::Field::max_size:
      return documents_.content(document.content).size <= filter.filter.bytes;
    case QueryFilter::Field::peer: break;  // in peers_
  }
  return true;
}

bool Matcher::has_in_order(const QueryTerm& term, const Runs& runs) const {
  const auto same = [&](const std::string& have, const std::string& wanted) {
    return have == wanted ||
           (term.prefix && &wanted == &term.words.back() && have.starts_with(wanted));
  };
  return std::any_of(runs.begin(), runs.end(), [&](const auto& words) {
    return std::search(words.begin(), words.end(), term.words.begin(), term.words.end(), same) !=
           words.end();
  });
}

// Looks at the words themselves: for phrases, and for what must not be there (in name or folder).
bool Matcher::text_matches(const Document& document, Where where) const {
  const auto name = searchable_words(documents_.name(document));
  const auto folder = searchable_words(documents_.folder(document));
  for (const auto& term : terms_)
    if (term.words.size() > 1 && !has_in_order(term, name) &&
        (where == Where::name || !has_in_order(term, folder)))
      return false;
  return std::none_of(without_.begin(), without_.end(), [&](const QueryTerm& term) {
    return has_in_order(term, name) || has_in_order(term, folder);
  });
}

}  // namespace search_memory
